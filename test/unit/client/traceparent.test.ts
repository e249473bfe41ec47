import { expect, test } from 'vitest';
import { chain, group } from '../../../src/index.ts';
import { makeBench } from '../worker/bench.ts';
import type { Bench } from '../worker/bench.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('the header traceparent is in the envelope of every message of a workflow, and of what its tasks launch', async () => {
  const bench = makeBench();
  const { app } = bench;
  const add = app.task('add', (x: number, y: number) => x + y);
  const launch = app.task('launch', async (x: number) => {
    await add.delay(x, 1);
    return x;
  });
  const canvas = chain(add.s(1, 2), group([add.s(3), add.s(4)]), launch.si(5));
  await canvas.applyAsync({ headers: { traceparent } });

  const seen = await traceparents(bench);
  expect(seen).toHaveLength(5);
  expect(new Set(seen)).toEqual(new Set([traceparent]));
});

test('a workflow has none without that header, or if the header is not a text', async () => {
  const bench = makeBench();
  const add = bench.app.task('add', (x: number, y: number) => x + y);
  await add.delay(1, 2);
  await add.s(1, 2).applyAsync({ headers: { traceparent: 1 } });

  expect(await traceparents(bench)).toEqual([undefined, undefined]);
});

// --- internal ---

/** Works until nothing is left, and answers with what each message had. */
async function traceparents(bench: Bench): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (let batch = bench.receive(); batch.length > 0; batch = bench.receive()) {
    for (const { body } of batch) seen.push(Object(JSON.parse(body)).traceparent);
    expect(await bench.work(batch)).toEqual([]);
    await bench.engine.deliveries.finish({ receipts: batch.map(({ receipt }) => receipt) });
  }
  return seen;
}
