import { setTimeout } from 'node:timers/promises';
import { createApp } from 'chordal';

const PRICES: Readonly<Record<string, number>> = { tea: 4, coffee: 5, cake: 6 };

const app = createApp('orders');

export const price = app.task('price', async (item: string): Promise<number> => {
  // A real shop asks its warehouse.
  await setTimeout(200);
  const found = PRICES[item];
  if (found === undefined) throw new RangeError(`there is no ${item}`);
  return found;
});

export const total = app.task('total', (prices: readonly number[]): number =>
  prices.reduce((sum, one) => sum + one, 0),
);

export const handler = app.handler(price, total);
