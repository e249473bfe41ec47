import { createApp } from 'chordal';

const app = createApp('mixed');
const queue = 'theirs';

/** Tasks that a Python worker runs. */
export const theirAdd = app.external<(x: number, y: number) => number>('their.add', { queue, timeout: 60 });
export const theirSum = app.external<(numbers: readonly number[]) => number>('their.tsum', { queue, timeout: 60 });
export const theirEcho = app.external('their.echo', { queue, timeout: 60 });
export const theirFail = app.external<(order: string) => never>('their.fail', { queue, timeout: 60 });
export const theirRetry = app.external<(n: number) => number>('their.retry', { queue, timeout: 60 });
export const theirDeath = app.external<(marker: string) => number>('their.death', { queue, timeout: 3 });
export const secondLife = app.external<(marker: string) => string>('their.second_life', { queue, timeout: 60 });
export const unheard = app.external<() => number>('their.unheard', { queue: 'nobody', timeout: 1 });

/** Tasks that run here, beside them. */
export const ourAdd = app.task('our.add', (x: number, y: number) => x + y);
export const ourSum = app.task('our.tsum', (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0));
export const ourErrors = app.task('our.errors', (request: { errorType: string; message: string }) => request.errorType);
export const handler = app.handler(
  theirAdd,
  theirSum,
  theirEcho,
  theirFail,
  theirRetry,
  theirDeath,
  secondLife,
  unheard,
  ourAdd,
  ourSum,
  ourErrors,
);
