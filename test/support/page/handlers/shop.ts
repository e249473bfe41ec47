import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createApp, currentTask } from 'chordal';

/** The tasks that the page is tested with, and shown with in the documents. */
const app = createApp('shop');

const LOOK_MS = 20;

class CardDeclined extends Error {
  override readonly name = 'CardDeclined';
}

export const price = app.task('price', (article: number) => article * 2);
export const total = app.task('total', (prices: readonly number[]) => prices.reduce((sum, one) => sum + one, 0));

export const pack = app.task('pack', async (seconds: number) => {
  await setTimeout(seconds * 1000, undefined, { signal: currentTask().signal });
  return 'packed';
});

/** Runs until a file exists, for tests that look at a task that runs. */
export const watch = app.task('watch', async (file: string) => {
  const { signal } = currentTask();
  while (!existsSync(file)) await setTimeout(LOOK_MS, undefined, { signal });
  return 'seen';
});

export const charge = app.task('charge', (amount: number): never => {
  const refused = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 10.0.0.7:443') });
  throw new CardDeclined(`Cannot charge ${amount} EUR: the bank does not answer`, { cause: refused });
});

export const reserve = app.task('reserve', { bind: true, maxRetries: 5 }, (ctx): never => {
  throw ctx.retry({ countdown: 120, error: new Error('the warehouse is closed') });
});

export const mail = app.task('mail', (subject: unknown) => `mailed ${JSON.stringify(subject)}`);

app.schedule('nightly', { cron: '0 3 * * *' }, price.s(1));

export const handler = app.handler(price, total, pack, watch, charge, reserve, mail);
