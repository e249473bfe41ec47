/** Effects of a delivery that other tests do not see: sizes, the journal, and the results of Celery. */
import { expect, test } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { Frame } from '../../../src/core/protocol/message.ts';
import type { Climb } from '../../../src/ports/outcomes.ts';
import type { Ports } from '../../../src/ports/ports.ts';
import { overriding } from '../../../src/testing/overriding.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../../src/worker/celery.ts';
import { makeBench, outcomeOf, taskDelivery } from './bench.ts';

test.each(['workflows', 'off'] as const)('a failed workflow is listed if the journal is "%s"', async (journal) => {
  const marks: string[] = [];
  const change = (ports: Ports) => ({
    journal: overriding(ports.journal, { noteFailure: async ({ mark }) => void marks.push(mark.id) }),
  });
  const bench = makeBench(change, {}, { journal });
  bench.app.task('fails', () => {
    throw new Error('no');
  });
  expect(await bench.work([taskDelivery('fails')])).toEqual([]);
  expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'FAILURE' });
  expect(marks).toEqual(journal === 'off' ? [] : ['W']);
});

test('each counter of a wide group has the number of its members, and of the steps of the chain around it', async () => {
  const climbs: Climb[] = [];
  const bench = makeBench(({ outcomes }) => ({
    outcomes: overriding(outcomes, {
      climb: async (params) => {
        climbs.push(params);
        return outcomes.climb(params);
      },
    }),
  }));
  bench.app.task('one', () => 1);
  const members = 100 * 100 + 1;
  const frames: readonly Frame[] = [
    { join: 'W.0', n: members, x: members - 1 },
    { base: 'W', i: 1, steps: [{ task: 'one' }, { task: 'one' }] },
  ];
  const id = `W.0~${members - 1}`;
  await bench.work([taskDelivery('one', { id, base: id, frames })]);
  expect(climbs.length).toBeGreaterThan(0);
  for (const { size } of climbs) expect(size).toEqual({ members, steps: 3 });
});

test('a message returns only when all that it has begun is over, also where a part of that is refused', async () => {
  const begun: Climb[] = [];
  const ended: Climb[] = [];
  const bench = makeBench(({ outcomes, broker, clock }) => ({
    broker: overriding(broker, { send: () => Promise.reject(new ServiceUnavailable('throttled')) }),
    outcomes: overriding(outcomes, {
      climb: async (params) => {
        begun.push(params);
        await clock.sleep(5000);
        ended.push(params);
        return outcomes.climb(params);
      },
    }),
  }));
  bench.app.task('one', () => 1);
  const place = { id: 'W.0~8', base: 'W.0~8', frames: [{ join: 'W.0', n: 9, x: 8 }] };
  const callback = { on: 'success', plan: { task: 'one' } } as const;
  expect(await bench.work([taskDelivery('one', { ...place, links: [callback] })])).toEqual(['sqs-1']);
  // Lambda would freeze the rest, and let it go on minutes later.
  expect(begun).toHaveLength(1);
  expect(ended).toEqual(begun);
});

test('Celery is told nothing of a group that has no id in it', async () => {
  const told: string[] = [];
  const celery = overriding(new MemoryCeleryResults(), { keep: async ({ taskId }) => void told.push(taskId) });
  const bench = makeBench(() => ({ celery }));
  bench.app.task('one', () => 1);
  const group: Frame = { join: 'W', n: 1, x: 0 };
  await bench.work([taskDelivery('one', { id: 'W~0', base: 'W~0', frames: [group] })]);
  expect(await outcomeOf(bench, 'W')).toMatchObject({ state: 'SUCCESS' });
  expect(told).toEqual([]);
});
