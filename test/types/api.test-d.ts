/** The types that `api.md` promises, each with the type that it has. */
import type { Group, Signature, UntypedSignature } from '../../src/core/types/canvas.ts';
import type { FailureInfo } from '../../src/core/types/failure-info.ts';
import type { MemberOutcome } from '../../src/core/types/member-outcome.ts';
import type { AsyncResult, GroupResult, ResultSet } from '../../src/core/types/results.ts';
import type { AnySignature, ResultOf, SignatureJson } from '../../src/core/types/signature.ts';
import type { AnyTask } from '../../src/core/types/tasks.ts';
import { add, crash, fail, identity, log, mul, retryOnce, tsum } from './sample-tasks.ts';
import type { addReplaced, addToAll, sleeping } from './sample-tasks.ts';
import { app, chain, chord, group, kwargs, range } from './support.ts';
import type { Expect, Same } from './support.ts';

interface Options {
  limit?: number;
}

// --- tasks: values, bound ones, generic ones, overloads, keyword arguments ---

declare function twice(text: string): string;
declare function twice(number: number, by: number): number;
declare function atLeast<T extends { id: string }>(item: T): T[];

const overloaded = app.task('overloaded', twice);
const generic = app.task('generic', atLeast);
const boundGeneric = identity.s();
const placed = app.task('placed', { concurrencyLimit: 3, concurrencyKey: 'api' }, (tenant: string) => tenant);
placed.s('a').set({ concurrencyKey: 'tenant-7', concurrencyLimit: 1 });
// @ts-expect-error: a limit is a number.
placed.s('a').set({ concurrencyLimit: '3' });
// @ts-expect-error: a key is a text.
placed.s('a').set({ concurrencyKey: 7 });
const withContextOnly = app.task('withContextOnly', { bind: true, maxRetries: null }, async (ctx) => ctx.request.id);
const named = app.task('named', (a: number, options: Options = {}) => a + (options.limit ?? 0));
const date = app.task('date', (a: number, at: Date = new Date(0)) => [a, at]);
const map = app.task('map', (a: number, by: Map<string, number> = new Map<string, number>()) => [a, by]);
const set = app.task('set', (a: number, of: Set<string> = new Set<string>()) => [a, of]);
const buffer = app.task('buffer', (a: number, bytes: Uint8Array = new Uint8Array()) => [a, bytes]);
const list = app.task('list', (a: number, items: readonly Options[] = []) => [a, items]);
const callback = app.task('callback', (a: number, fn: () => void = () => {}) => [a, fn]);
const union = app.task('union', (a: number, by: Options | string = {}) => [a, by]);
const anything = app.task('anything', (a: number, by: unknown = {}) => [a, by]);
const required = app.task('required', (a: number, by: Options) => [a, by]);
const rest = app.task('rest', (a: string, ...numbers: number[]) => [a, numbers]);
export type Tasks = [
  Expect<Same<ReturnType<typeof overloaded>, Promise<number>>>,
  Expect<Same<ReturnType<typeof generic>, Promise<{ id: string }[]>>>,
  Expect<Same<typeof boundGeneric, Signature<[x: unknown], unknown, 'identity'>>>,
  Expect<Same<ReturnType<typeof withContextOnly>, Promise<string>>>,
  Expect<Same<Parameters<typeof withContextOnly>, []>>,
  Expect<Same<ReturnType<typeof retryOnce>, Promise<number>>>,
  Expect<Same<ReturnType<typeof sleeping>, Promise<void>>>,
  Expect<Same<ReturnType<typeof addReplaced>, Promise<number>>>,
  Expect<Same<ReturnType<typeof addToAll>, Promise<number[]>>>,
  Expect<Same<typeof add.name, 'add'>>,
];

const namedOne = named.s(1);
const namedNone = named.s(kwargs({ limit: 1 }));
const notKeywords = [date.s(1), map.s(1), set.s(1), buffer.s(1), list.s(1), callback.s(1), union.s(1), required.s({})];
const notKeywordsEither = anything.s(1);
const restNone = rest.s();
const restSome = rest.s('a', 1, 2);
type KeywordsOf<S> = S extends Signature<never, unknown, string, infer Keywords> ? Keywords : 'not a signature';
export type KeywordArguments = [
  Expect<Same<KeywordsOf<typeof namedOne>, Options>>,
  Expect<Same<typeof namedOne, Signature<[], number, 'named', Options>>>,
  Expect<Same<typeof namedNone, Signature<[a: number], number, 'named', Options>>>,
  Expect<Same<KeywordsOf<(typeof notKeywords)[number]>, never>>,
  Expect<Same<typeof notKeywordsEither, Signature<[], unknown[], 'anything', never, [value: number]>>>,
  Expect<Same<typeof restNone, Signature<[string], (string | number[])[], 'rest'>>>,
  Expect<Same<typeof restSome, Signature<[], (string | number[])[], 'rest'>>>,
];

// --- partial signatures ---

const none = add.s();
const last = add.s(1);
const lastNamed = add.s(1, kwargs({ debug: true }));
const complete = add.s(1, 2);
const full = add.s(1, 2, 3, kwargs({ debug: true }));
const immutable = add.si(1, 2);
const anyArgs = fail.s('a');
const optional = retryOnce.s();
const spelledOut = add.signature({ args: [1], kwargs: { debug: true }, options: { countdown: 1 } });
const spelledOutImmutable = add.signature({ args: [1, 2], immutable: true });
export type Partials = [
  Expect<Same<typeof none, Signature<[x: number, y: number], number, 'add', { debug?: boolean; z?: number }>>>,
  Expect<Same<typeof last, Signature<[x: number], number, 'add', { debug?: boolean; z?: number }>>>,
  Expect<Same<typeof lastNamed, typeof last>>,
  Expect<Same<typeof complete, Signature<[], number, 'add', { debug?: boolean; z?: number }, [value: number]>>>,
  Expect<Same<typeof full, Signature<[], number, 'add', { debug?: boolean; z?: number }>>>,
  Expect<Same<typeof immutable, Signature<[], number, 'add', object, readonly unknown[]>>>,
  Expect<Same<typeof anyArgs, Signature<[], never, 'fail', never, unknown[]>>>,
  Expect<Same<typeof optional, Signature<[], number, 'retryOnce', never, [value: number | undefined]>>>,
  Expect<Same<typeof spelledOut, typeof last>>,
  Expect<Same<typeof spelledOutImmutable, typeof immutable>>,
];

export const increment: Signature<[x: number], number> = add.s(1);
export const ready: readonly Signature<[], unknown>[] = [
  add.s(1, 2),
  add.si(1, 2),
  fail.s(),
  group([add.s(1, 2)]),
  chain(add.s(1, 2), log.s()),
  chord([add.s(1, 2)], tsum.s()),
  add.map.length === 1 ? log.map(['a']) : app.signature('log', { args: ['a'] }),
];
export const erased: readonly AnySignature[] = [none, last, immutable, ...ready, group([last]), chain(last, log.s())];
export const tasks: readonly AnyTask[] = [add, log, fail, crash, identity, withContextOnly, rest];

export const calls = [
  await add(1, 2),
  await add(1, 2, kwargs({ z: 3 })),
  await add.delay(1, 2, 3, kwargs({ debug: true })),
  await add.applyAsync({ args: [1, 2], kwargs: { debug: true }, countdown: 10, expires: new Date(0), dedupKey: 'k' }),
  await add.applyAsync({ args: [1, 2], debounce: { key: 'k', seconds: 1, maxSeconds: 2 } }),
  await add.applyAsync({ args: [1, 2], throttle: { key: 'k', seconds: 1 } }),
  await retryOnce.applyAsync(),
  await last.applyAsync({ args: [10], eta: new Date(0), link: log.s(), linkError: [log.s(), record()] }),
  await immutable.delay('ignored', { also: 'ignored' }),
  await fail.s('a').delay('b', 'c'),
];
function record(): Signature<[], void> {
  return app.task('recordFailure', (failure: { taskId: string }): void => void failure.taskId).si({ taskId: 'W' });
}

// --- signatures by name, declared tasks, immutable values ---

const declared = app.declare<typeof add>('add');
const byName = app.signature('add', { args: [['a'], ['b']], kwargs: { debug: true }, options: { queue: 'math' } });
const readBack = app.signature(last.toJSON());
const changed = last.set({ countdown: 1 }).link(log.s()).linkError(log.s()).clone();
const json = last.toJSON();
const alarm = app.task('alarm', ({ task, args: [first] }: FailureInfo, note: string) => [note, task, first]);
export const alarmed = [
  last.linkError(alarm.s('in a mail')),
  last.linkError(app.task('any', (_failure: unknown) => 1).s()),
  last.linkError(app.task('fields', (failure: Readonly<Record<string, unknown>>) => Object.keys(failure)).s()),
  last.linkError(app.task('part', ({ args }: { args: readonly [x: number, y?: number] }) => args[0]).s()),
  last.linkError(app.signature('alarm', { args: ['by name'] })),
  last.linkError(chain(app.task('first', ({ message }: FailureInfo) => message).s(), log.s())),
];
export type Values = [
  Expect<Same<typeof declared, typeof add>>,
  Expect<Same<typeof byName, UntypedSignature>>,
  Expect<Same<typeof readBack, UntypedSignature>>,
  Expect<Same<typeof changed, typeof last>>,
  Expect<Same<typeof json, SignatureJson>>,
];

// --- batches ---

const collected = log.map(['a'], { onMemberFailure: 'collect', concurrency: 4, progress: true });
const failingFast = log.map(['a'], { concurrency: 4 });
const collectedPairs = add.starmap([[1, 2]], { onMemberFailure: 'collect' });
const collectedChunks = add.chunks([[1, 2]], 10, { onMemberFailure: 'collect' });
const grouped = add.chunks([[1, 2]], 10).group();
const ofGrouped = group([grouped, log.s('a')]);
const sentChunks = await collectedChunks.delay();
const countOutcomes = app.task('countOutcomes', (outcomes: readonly MemberOutcome<number>[]) => outcomes.length);
const tolerant = chord([add.s(1, 2), add.s(3, 4)], countOutcomes.s(), { tolerate: 3 });
const tolerantPart = chord([add.s(1, 2)])(countOutcomes.s(), { tolerate: '5%' });
export type Batches = [
  Expect<Same<ResultOf<typeof collected>, MemberOutcome<string>[]>>,
  Expect<Same<ResultOf<typeof failingFast>, string[]>>,
  Expect<Same<ResultOf<typeof collectedPairs>, MemberOutcome<number>[]>>,
  Expect<Same<ResultOf<typeof collectedChunks>, MemberOutcome<number>[][]>>,
  Expect<Same<typeof sentChunks, GroupResult<MemberOutcome<number>[][]>>>,
  Expect<Same<typeof grouped, Group<[], number[][], object, readonly unknown[]>>>,
  Expect<Same<ResultOf<typeof ofGrouped>, [...number[][], string]>>,
  Expect<Same<ResultOf<typeof tolerant>, number>>,
  Expect<Same<ResultOf<typeof tolerantPart>, number>>,
];

// --- chains ---

const afterUnknown = chain(identity.s(1), add.s(1), identity.s(), tsum.s(), byName, group([add.s(1), log.s()]));
const afterNothing = chain(fail.s(), add.s(1));
const optionalTakes = chain(add.s(1, 2), add.s(3, 4), retryOnce.s());
const restTakes = chain(add.s(1, 2), fail.s('a'));
const immutableIgnores = chain(log.s('a'), add.si(1, 2), mul.s(3));
const throughMaps = chain(add.s(1), log.map(['a']), add.starmap([[1, 2]]), add.chunks([[1, 2]], 10), log.s());
const endsInGroup = chain(add.s(1), group([add.s(1), log.s()]));
const endsInGroupSent = await endsInGroup.delay(1);
const throughGroup = chain(add.s(1), group([add.s(1), mul.s(2)]), tsum.s());
const throughNothing = chain(add.s(1, 2), group([]), tsum.s());
const nested = chain(chain(add.s(1), add.s(2)), chain(add.s(3), log.s()));
const alone = chain(group([add.s(1), log.s()]));
const steps = [add.s(1), add.s(2)];
const dynamic = chain(...steps);
const logs = [log.s(), log.s()];
const dynamicTail = chain(log.s('a'), log.s(), ...logs);
const anySteps: Signature<[x: number], number>[] = [add.s(1), mul.s(2), chain(add.s(1), add.s(2))];
const ofAny = chain(...anySteps);
export type Chains = [
  Expect<Same<ResultOf<typeof afterUnknown>, [number, string]>>,
  Expect<Same<typeof afterNothing, Signature<[], number, 'chain', never, unknown[]>>>,
  Expect<Same<ResultOf<typeof optionalTakes>, number>>,
  Expect<Same<ResultOf<typeof restTakes>, never>>,
  Expect<Same<typeof immutableIgnores, Signature<[], number, 'chain'>>>,
  Expect<Same<ResultOf<typeof throughMaps>, string>>,
  Expect<Same<typeof endsInGroupSent, GroupResult<[number, string]>>>,
  Expect<Same<typeof throughGroup, Signature<[x: number], number, 'chain', { debug?: boolean; z?: number }>>>,
  Expect<Same<ResultOf<typeof throughNothing>, number>>,
  Expect<Same<typeof nested, Signature<[x: number], string, 'chain', { debug?: boolean; z?: number }>>>,
  Expect<Same<Awaited<ReturnType<typeof alone.delay>>, GroupResult<[number, string]>>>,
  Expect<Same<typeof dynamic, Signature<[x: number], number, 'chain', { debug?: boolean; z?: number }>>>,
  Expect<Same<typeof dynamicTail, Signature<[], string, 'chain'>>>,
  Expect<Same<typeof ofAny, Signature<[x: number], number, 'chain'>>>,
];

// --- groups ---

const pair = group([add.s(1, 2), log.s('a')]);
const flattened = group([add.s(1), group([log.s(), group([mul.s(2), identity.s()])]), log.si('a')]);
const notFlattened = group([add.s(1, 2), chain(add.s(1, 2), group([add.s(1), log.s()]))]);
const keptWhole = group([chain(group([add.s(1, 2), log.s('a')])), add.s(1, 2)]);
const flattenedArrays = group([log.s('a'), group(range(3).map((i) => add.s(i, i)))]);
const generated = group(
  (function* () {
    for (const i of range(10)) yield add.s(i);
  })(),
);
const fromSet = group(new Set([add.s(1, 2)]));
const mixedArray = [add.s(1), log.si('a')];
const mixed = group(mixedArray);
const ofChunks = group([add.chunks([[1, 2]], 10), log.s('a')]);
const declaredMembers: Signature<[], number>[] = [add.s(1, 2), mul.s(1, 2)];
const ofDeclared = group(declaredMembers);
const sentPair = await pair.delay();
const [first, second] = sentPair.results;
export const members: AsyncResult<number | string>[] = [...sentPair];
export const kept = [await sentPair.completedCount(), await sentPair.waiting(), await sentPair.save()];
export type Groups = [
  Expect<Same<typeof pair, Group<[], [number, string]>>>,
  Expect<Same<typeof flattened, Group<[x: number], [number, string, number, unknown, string]>>>,
  Expect<Same<ResultOf<typeof notFlattened>, [number, [number, string]]>>,
  Expect<Same<ResultOf<typeof keptWhole>, [[number, string], number]>>,
  Expect<Same<ResultOf<typeof flattenedArrays>, [string, ...number[]]>>,
  Expect<Same<typeof generated, Group<[x: number], number[], { debug?: boolean; z?: number }>>>,
  Expect<Same<ResultOf<typeof fromSet>, number[]>>,
  Expect<Same<ResultOf<typeof mixed>, (string | number)[]>>,
  Expect<Same<Parameters<typeof mixed.pipe>['length'], 1>>,
  Expect<Same<ResultOf<typeof ofChunks>, [number[][], string]>>,
  Expect<Same<typeof ofDeclared, Group<[], number[]>>>,
  Expect<Same<typeof first, AsyncResult<number>>>,
  Expect<Same<typeof second, AsyncResult<string>>>,
];
export const givenToEvery = [await flattened.delay(1), await mixed.delay(1), await group([last]).delay(1)];

// --- chords ---

const built = chord([add.s(1), mul.s(2)])(tsum.s());
const ofOne = chord(chain(add.s(1, 2), add.s(3)), tsum.s());
const bodyGroup = await chord([add.s(1, 2)], group([tsum.s(), log.s()])).delay();
const explain = app.task('explain', (outcomes: readonly MemberOutcome<number>[]) =>
  outcomes.map((outcome) => (outcome.ok ? outcome.value : outcome.error.message)),
);
const collecting = chord([add.s(1, 2), mul.s(1, 2)], explain.s(), { onMemberFailure: 'collect' });
const collectingLater = chord(range(3).map((i) => add.s(i, i)))(explain.s(), { onMemberFailure: 'collect' });
const immutableBody = chord([log.s('a')], add.si(1, 2));
export type Chords = [
  Expect<Same<ResultOf<typeof built>, number>>,
  Expect<Same<ResultOf<typeof ofOne>, number>>,
  Expect<Same<typeof bodyGroup, GroupResult<[number, string]>>>,
  Expect<Same<ResultOf<typeof collecting>, (number | string)[]>>,
  Expect<Same<ResultOf<typeof collectingLater>, (number | string)[]>>,
  Expect<Same<ResultOf<typeof immutableBody>, number>>,
];
export const headerTakes = await built.applyAsync({ args: [1] });

// --- optional parameters ---

const maybe = app.task('maybe', (x: number, z?: number) => `${x} ${z}`);
const optionalAfter = chain(add.s(1, 2), maybe.s());
const optionalValue = await (await maybe.delay(1)).get();
export type Optional = [
  Expect<Same<typeof optionalValue, string>>,
  Expect<Same<ResultOf<typeof optionalAfter>, string>>,
];
export const optionals = [await maybe(1), await maybe(1, 2), await maybe.s(1).delay(), await maybe.s().delay(1)];

// --- results ---

const quick = await (await add.delay(1, 2)).get({ timeout: 1, signal: new AbortController().signal });
const kindly = await (await add.delay(1, 2)).get({ propagate: false });
const both = app.resultSet([await add.delay(1, 2), await log.delay('a')]);
const built2 = app
  .resultSet([])
  .add(await add.delay(1, 1))
  .add(await log.delay('a'));
const found = app.asyncResult('W');
export type Results = [
  Expect<Same<typeof quick, number>>,
  Expect<Same<typeof kindly, number | Error>>,
  Expect<Same<typeof both, ResultSet<[number, string]>>>,
  Expect<Same<typeof built2, ResultSet<[number, string]>>>,
  Expect<Same<Awaited<typeof found>, AsyncResult<unknown>>>,
  Expect<'then' extends keyof AsyncResult<unknown> ? false : true>,
];
export const readings = [
  found.parent?.parent?.taskId,
  await found.ready(),
  await found.successful(),
  await found.failed(),
  await found.info(),
  (await found.children()).map((child) => child.taskId),
  (await found.graph()).edges.length,
  await found.revoke(),
  await found.forget(),
];

// --- tasks of a Python worker ---

const resize = app.external<(key: string, width: number) => string>('images.resize', { queue: 'celery' });
const fetched = app.external<(url: string, options?: { retries?: number }) => Promise<string>>('web.fetch', {
  queue: 'celery',
});
const unknownThere = app.external('any', { queue: 'celery', timeout: 60 });
const resized = chain(log.s(1), resize.s(200));
export type External = [
  Expect<Same<ReturnType<typeof resize.delay>, Promise<AsyncResult<string>>>>,
  Expect<Same<ReturnType<typeof fetched.delay>, Promise<AsyncResult<string>>>>,
  Expect<Same<ResultOf<typeof resized>, string>>,
  Expect<Same<ReturnType<typeof unknownThere.delay>, Promise<AsyncResult<unknown>>>>,
];
void fetched.delay('https://a.example', kwargs({ retries: 2 }));
void unknownThere.delay(1, 'a', null);
