import { createApp } from 'chordal';

const app = createApp('shop');

/** The price of each article, in cents. */
const PRICES: Readonly<Record<string, number>> = { tea: 450, cake: 320, honey: 790 };

/** The names are those of the Celery tasks that these take the place of. */
export const price = app.task('orders.price', (article: string): number => {
  const { [article]: cents } = PRICES;
  if (cents === undefined) throw new RangeError(`there is no ${article}`);
  return cents;
});

export const total = app.task('orders.total', (prices: readonly number[]): number =>
  prices.reduce((sum, cents) => sum + cents, 0),
);

export const receipt = app.task(
  'orders.receipt',
  (cents: number, { currency = 'EUR' }: { currency?: string } = {}) => `${(cents / 100).toFixed(2)} ${currency}`,
);

export const handler = app.handler(price, total, receipt);
