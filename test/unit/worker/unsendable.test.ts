/** Steps that no queue takes: the failure that stands for them, and who is told of it. */
import { beforeEach, expect, test } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import type { Frame } from '../../../src/core/protocol/message.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../../src/worker/celery.ts';
import { makeBench, outcomeOf, taskDelivery } from './bench.ts';
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
