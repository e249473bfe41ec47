/** Steps that no queue takes: the failure that stands for them, and who is told of it. */
import { beforeEach, expect, test } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { Frame, Message } from '../../../src/core/protocol/message.ts';
import type { Plan } from '../../../src/core/protocol/plan.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../../src/worker/celery.ts';
import { deliveryOf, makeBench, messageOf, outcomeOf, taskDelivery } from './bench.ts';
import type { Bench } from './bench.ts';

const options = { celeryId: 'unsent' };
/** A chain at `W`. No function has the task of its second step. */
const chain: Frame = {
  base: 'W',
  i: 1,
  steps: [
    { task: 'new', options },
    { task: 'behind', options: { celeryId: 'last' } },
  ],
};

let bench: Bench;
let results: MemoryCeleryResults;

beforeEach(() => {
  results = new MemoryCeleryResults();
  bench = makeBench(() => ({ celery: results }));
  bench.app.task('old', () => 1);
});

/** Runs the first step at a receive that waits for no deployment any more, and returns the outcome of the chain. */
async function ended(frames: readonly Frame[] = [chain]): Promise<unknown> {
  expect(await bench.work([taskDelivery('old', { id: 'W.0', base: 'W.0', frames }, { receives: 6 })])).toEqual([]);
  return outcomeOf(bench, 'W');
}

test('the failure names the task that was not sent, and when its chain has ended', async () => {
  const endedAt = bench.clock.now();
  expect(await ended()).toMatchObject({
    state: 'FAILURE',
    value: { code: 'CHORDAL_NOT_REGISTERED', task: 'new' },
    run: { endedAt },
  });
});

test('Celery is told of the step that was not sent, and of those behind it', async () => {
  await ended();
  for (const id of ['unsent', 'last'])
    expect(results.resultOf(id)).toMatchObject({ status: 'FAILURE', result: { exc_type: 'NotRegistered' } });
});

test('without a table of Celery’s results the chain fails as well', async () => {
  bench = makeBench();
  bench.app.task('old', () => 1);
  expect(await ended()).toMatchObject({ state: 'FAILURE' });
});

test('the error callbacks of the step and of its chain are sent', async () => {
  for (const name of ['ofStep', 'ofChain']) bench.app.task(name, () => 1);
  const failing = (task: string) => ({ on: 'failure' as const, plan: { task } });
  const steps = [{ task: 'new', links: [failing('ofStep')] }];
  await ended([{ base: 'W', i: 1, steps, links: [failing('ofChain')] }]);
  const sent = new Set(bench.receive().map(({ body }) => Object(JSON.parse(body)).sig.task));
  expect(sent).toEqual(new Set(['ofChain', 'ofStep']));
});

/** An id of at least 998 characters: below it there is room for one more step, or none. The most is 1,000. */
const long = (length: number): string =>
  `${'W'.repeat(length % 2 === 0 ? 2 : 1)}${'.0'.repeat(Math.floor((length - 1) / 2))}`;
const pair = (first: Plan): Plan => ({ seq: [first, { task: 'old' }] });

test.each<[string, number, Plan]>([
  ['its chain', 999, pair({ task: 'old' })],
  ['its chain, and then the chain around that', 998, pair(pair({ task: 'old' }))],
  ['the innermost chain that has an id', 999, pair(pair({ task: 'old' }))],
])('a step whose id would be too long fails %s', async (_, length, sig) => {
  const id = long(length);
  const { frames, depth, until } = messageOf('old');
  const canvas: Message = { kind: 'expand', mid: 'm', id, base: id, try: 0, frames, depth, until, sig };
  expect(await bench.work([deliveryOf(encodeMessage(canvas))])).toEqual([]);
  expect(await outcomeOf(bench, id)).toMatchObject({
    state: 'FAILURE',
    value: { code: 'CHORDAL_TOO_DEEP', task: 'old' },
  });
  for (const below of ['.0', '.0.0'])
    if (id.length + below.length > 1000) expect(await outcomeOf(bench, `${id}${below}`)).toBeUndefined();
});

test('a failure that is too long for its member is kept apart from the values of other deliveries', async () => {
  const group: Frame = { join: 'W', n: 2, x: 1 };
  await bench.work([
    taskDelivery(
      'old',
      { id: 'W~1.0', base: 'W~1.0', frames: [{ base: 'W~1', i: 1, steps: [{ task: 'new' }] }, group] },
      { receives: 6 },
    ),
  ]);
  const { outcome } = (await bench.engine.outcomes.read({ address: addressOf('W~1') })).cell;
  expect(outcome?.value).toEqual({ ref: expect.stringMatching(/^memory:W~1\/.+failure$/) });
});

test('a canvas that is begun again and cannot be sent fails as well', async () => {
  const { frames, depth, until } = messageOf('old');
  const sig: Plan = { par: [{ task: 'new' }, { task: 'new' }], tolerate: 0, collect: true };
  const canvas: Message = { kind: 'expand', mid: 'm', id: 'W', base: 'W', try: 0, frames, depth, until, sig };
  expect(await bench.work([deliveryOf(encodeMessage(canvas), { receives: 6 })])).toEqual([]);
  expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE' });
});
