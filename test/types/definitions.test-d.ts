/** Functions as people write them, and the tasks that they become. */
import type { TaskContext } from '../../src/core/types/context.ts';
import type { TaskOptions } from '../../src/core/types/options.ts';
import type { ResultOf } from '../../src/core/types/signature.ts';
import type { Task } from '../../src/core/types/tasks.ts';
import { app, chain, kwargs } from './support.ts';
import type { Expect, Same } from './support.ts';

declare const flag: boolean;

// --- defaults without a type have that of their value, as in any function ---

const page = app.task('page', (start: number, size = 50, { reverse = false } = {}) => (reverse ? -size : start + size));
const withOptions = app.task('withOptions', { maxRetries: 1 }, (start: number, size = 50) => start + size);
const allDefaults = app.task('allDefaults', (name = 'x', times = 2) => name.repeat(times));
const bound = app.task('bound', { bind: true }, (ctx, start: number, size: number = 50) => start + size);
const boundByHand = app.task('boundByHand', { bind: true }, (ctx: TaskContext, start: number) => start);
export type Defaults = [
  Expect<
    Same<
      typeof page,
      Task<[start: number, size?: number | undefined, ({ reverse?: boolean | undefined } | undefined)?], number, 'page'>
    >
  >,
  Expect<Same<typeof withOptions, Task<[start: number, size?: number | undefined], number, 'withOptions'>>>,
  Expect<
    Same<typeof allDefaults, Task<[name?: string | undefined, times?: number | undefined], string, 'allDefaults'>>
  >,
  Expect<Same<typeof bound, Task<[start: number, size?: number | undefined], number, 'bound'>>>,
];
export const paged = [
  await page.delay(1),
  await page.delay(1, 2, kwargs({ reverse: true })),
  await chain(page.s(1), withOptions.s(), boundByHand.s()).delay(),
];

const widened = app.task('widened', () => 'a');
const literals = app.task('literals', (x: 'a' | 'b') => x);
export type Values = [
  Expect<Same<typeof widened, Task<[], string, 'widened'>>>,
  Expect<Same<typeof literals, Task<[x: 'a' | 'b'], 'a' | 'b', 'literals'>>>,
];

// --- options from elsewhere ---

const shared: TaskOptions = { maxRetries: 5, retryBackoff: true };
const literal = { maxRetries: 5, bind: true } as const;
const checked = { timeLimit: 30, bind: true } satisfies TaskOptions;
const ofShared = app.task('ofShared', shared, (x: number) => x);
const ofSharedBound = app.task('ofSharedBound', { ...shared, bind: true }, (ctx, x: number) => `${ctx.request.id}${x}`);
const ofLiteral = app.task('ofLiteral', literal, (ctx, x: number) => `${ctx.request.id}${x}`);
const ofChecked = app.task('ofChecked', checked, (ctx, x: number) => `${ctx.request.id}${x}`);
export type Options = [
  Expect<Same<typeof ofShared, Task<[x: number], number, 'ofShared'>>>,
  Expect<Same<typeof ofSharedBound, Task<[x: number], string, 'ofSharedBound'>>>,
  Expect<Same<typeof ofLiteral, Task<[x: number], string, 'ofLiteral'>>>,
  Expect<Same<typeof ofChecked, Task<[x: number], string, 'ofChecked'>>>,
];

// --- functions that define tasks ---

function define<const Name extends string, P extends readonly unknown[], R>(name: Name, fn: (...args: P) => R) {
  return flag ? app.task(name, fn) : app.task(name, { maxRetries: 5 }, fn);
}
function defineBound<const Name extends string, P extends readonly unknown[], R>(
  name: Name,
  fn: (ctx: TaskContext, ...args: P) => R,
) {
  return app.task(name, { bind: true, maxRetries: 5 }, fn);
}
function defineShared<P extends readonly unknown[], R>(name: string, options: TaskOptions, fn: (...args: P) => R) {
  return app.task(name, options, fn);
}
export const defined = chain(
  define('first', (x: number) => x + 1).s(1),
  defineBound('second', (ctx, x: number) => x + ctx.request.retries).s(),
  defineShared('third', shared, (x: number) => `${x}`).s(),
);

// --- a type that is written down, as for `isolatedDeclarations` ---

export const written: Task<[x: number, y: number], number, 'written'> = app.task(
  'written',
  (x: number, y: number) => x + y,
);
export const recursive: Task<[n: number], number> = app.task('recursive', { bind: true }, (ctx, n: number) =>
  n === 0 ? 0 : ctx.replace(recursive.s(n - 1)),
);
const twice = chain(recursive.s(1), recursive.s());
export type Written = [Expect<Same<ResultOf<typeof twice>, number>>];
