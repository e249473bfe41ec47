/** The sample tasks of `handlers/`, as their types need them. Only the compiler reads this. */
import { app, chain, currentTask, group } from './support.ts';

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

export const add = app.task(
  'add',
  (
    x: number,
    y: number,
    z: number | undefined = undefined,
    { debug = false, z: byName }: { debug?: boolean; z?: number } = {},
  ) => {
    if (debug) currentTask().logger.info('add', { x, y });
    return x + y + (z ?? byName ?? 0);
  },
);
export const mul = app.task('mul', (x: number, y: number) => x * y);
export const identity = app.task('identity', <T>(x: T) => x);
export const log = app.task('log', (msg: unknown) => `LOG: ${typeof msg === 'string' ? msg : JSON.stringify(msg)}`);
export const tsum = app.task('tsum', sum);
export const xsum = app.task('xsum', (nums: readonly (number | readonly number[])[]) =>
  sum(nums.map((item) => (typeof item === 'number' ? item : sum(item)))),
);
export const fail = app.task('fail', (...args: unknown[]): never => {
  throw new Error(`Task expected to fail: ${args.length}`);
});
export const raiseError = app.task('raiseError', (..._args: unknown[]): never => {
  throw new Error('deliberate error');
});
export const retryOnce = app.task('retryOnce', { bind: true }, (ctx, countdown: number = 0.1) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown });
  return ctx.request.retries;
});
export const retry = app.task('retry', { bind: true, maxRetries: 3 }, (ctx, returnValue: unknown = undefined) => {
  if (ctx.request.retries < 3) throw ctx.retry({ countdown: 0.1 });
  return returnValue;
});
export const sleeping = app.task('sleeping', async (_seconds: number) => {
  await new Promise<void>((done) => currentTask().signal.addEventListener('abort', () => done()));
});
export const ids = app.task('ids', { bind: true }, ({ request }, i: number): [string, string | null, number] => [
  request.rootId,
  request.parentId,
  i,
]);
export const addReplaced = app.task('addReplaced', { bind: true }, (ctx, x: number, y: number) =>
  ctx.replace(add.s(x, y)),
);
export const addToAll = app.task('addToAll', { bind: true }, (ctx, nums: readonly number[], value: number) =>
  ctx.replace(group(nums.map((num) => add.s(num, value)))),
);
export const replaceWithChain = app.task('replaceWithChain', { bind: true }, (ctx, ...args: unknown[]) =>
  ctx.replace(chain(app.signature('identity', { args }), identity.s())),
);
export const record = app.task('record', async (key: string, value: unknown) => {
  await currentTask().ledger.append(key, value);
});
export const recorded = app.task('recorded', (key: string) => currentTask().ledger.read(key));
export const crash = app.task('crash', (): void => {});
