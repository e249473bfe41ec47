/** All of `seed/celery-usage.md`, section by section, with what each line is. */
import type { Chunks as ChunksOf } from '../../src/core/types/batches.ts';
import type { AsyncResult, GroupResult, State } from '../../src/core/types/results.ts';
import { app, chain, chord, group, kwargs, range, zip } from './support.ts';
import type { Expect, Same } from './support.ts';

// 1. Basic usage
const add = app.task('add', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => {
  if (debug) throw new Error(`x: ${x}; y: ${y}`);
  return x + y;
});
const log = app.task('log', (msg: unknown) => `LOG: ${String(msg)}`);

const res = await add.delay(2, 3);
const taskId = res.taskId;
const state = await res.state();
const value = await res.get();
export type BasicUsage = [
  Expect<Same<typeof res, AsyncResult<number>>>,
  Expect<Same<typeof taskId, string>>,
  Expect<Same<typeof state, State>>,
  Expect<Same<typeof value, number>>,
];

// 2. Signatures
const signature = add.s(3, 4);
const ranHere = await signature();
const sent = await signature.delay();
const sentWithOptions = await signature.applyAsync();
const debugged = await add.s(2, 2).delay(kwargs({ debug: true }));
const debuggedByOption = await add.s(2, 2).applyAsync({ kwargs: { debug: true } });
const partial = add.s(1);
const partialRanHere = await partial(10);
const partialSent = await partial.delay(20);
export type Signatures = [
  Expect<Same<typeof ranHere, number>>,
  Expect<Same<typeof sent, AsyncResult<number>>>,
  Expect<Same<typeof sentWithOptions, AsyncResult<number>>>,
  Expect<Same<typeof debugged, AsyncResult<number>>>,
  Expect<Same<typeof debuggedByOption, AsyncResult<number>>>,
  Expect<Same<typeof partialRanHere, number>>,
  Expect<Same<typeof partialSent, AsyncResult<number>>>,
];

// 3. group
const groupResult = await group(range(10).map((i) => add.s(i, i))).delay();
const groupValue = await groupResult.get();
const groupResults = groupResult.results;
export type Groups = [
  Expect<Same<typeof groupResult, GroupResult<number[]>>>,
  Expect<Same<typeof groupValue, number[]>>,
  Expect<Same<typeof groupResults, readonly AsyncResult<number>[]>>,
];

// chain
const chained = chain(add.s(1, 2), add.s(3));
const piped = add.s(1, 2).pipe(add.s(3));
const chainResult = await chained.delay();
const chainStatus = await chainResult.status();
const chainValue = await chainResult.get();
const partialChain = await chain(add.s(1), add.s(3)).delay(3);
export type Chains = [
  Expect<Same<typeof piped, typeof chained>>,
  Expect<Same<typeof chainResult, AsyncResult<number>>>,
  Expect<Same<typeof chainStatus, State>>,
  Expect<Same<typeof chainValue, number>>,
  Expect<Same<typeof partialChain, AsyncResult<number>>>,
  Expect<'results' extends keyof typeof chainResult ? false : true>,
];

// chord
const chordResult = await chord(group(range(10).map((i) => add.s(i, i))), log.s()).delay();
const chordValue = await chordResult.get();
export type Chords = [Expect<Same<typeof chordResult, AsyncResult<string>>>, Expect<Same<typeof chordValue, string>>];

// chunks
const chunks = add.chunks(zip(range(100), range(100)), 10);
const chunksValue = await (await chunks.delay()).get();
export type Chunks = [Expect<Same<typeof chunks, ChunksOf<number[]>>>, Expect<Same<typeof chunksValue, number[][]>>];

// map, starmap
const mapped = await (await log.map(range(10)).delay()).get();
const starmapped = await (await add.starmap(zip(range(10), range(100))).delay()).get();
export type Maps = [Expect<Same<typeof mapped, string[]>>, Expect<Same<typeof starmapped, number[]>>];
