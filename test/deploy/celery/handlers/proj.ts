import { app } from './tasks/app.ts';
import { upstream } from './tasks/upstream.ts';

/** Tasks that a Celery application calls by these names. */
export const add = app.task('proj.add', (x: number, y: number) => x + y);
export const tsum = app.task('proj.tsum', (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0));
export const echo = app.task('proj.echo', (...values: readonly unknown[]) => values);
export const greet = app.task(
  'proj.greet',
  (name: string, { greeting = 'hello' }: { greeting?: string } = {}) => `${greeting} ${name}`,
);
export const fail = app.task('proj.fail', (): number => {
  throw new TypeError('no such order');
});
export const flaky = app.task('proj.flaky', { bind: true, maxRetries: 2 }, (ctx, n: number) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 0 });
  return n;
});
export const swap = app.task('proj.swap', { bind: true }, (ctx, n: number) => ctx.replace(add.s(n, 100)));
export const handler = app.handler(add, tsum, echo, greet, fail, flaky, swap, ...upstream);
