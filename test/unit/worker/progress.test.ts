import { expect, test } from 'vitest';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import type { PutProgress } from '../../../src/ports/records.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, taskDelivery } from './bench.ts';

/** What readers are told as a task starts. */
async function toldOf(task: string, more: Partial<RunMessage> = {}): Promise<readonly PutProgress['progress'][]> {
  const told: PutProgress['progress'][] = [];
  const bench = makeBench(({ records }) => ({
    records: overriding(records, { putProgress: async ({ progress }) => void told.push(progress) }),
  }));
  bench.app.task('tracked', { trackStarted: true }, () => 1);
  bench.app.task('plain', () => 1);
  await bench.work([taskDelivery(task, more)]);
  return told;
}

test('readers are told of a start that is tracked, and of one whose wait they were told of', async () => {
  expect(await toldOf('tracked', { try: 2 })).toEqual([{ state: 'STARTED', meta: 'null', attempt: 2 }]);
  expect(await toldOf('plain', { told: true })).toEqual([{ state: '', meta: 'null', attempt: 0 }]);
  expect(await toldOf('plain')).toEqual([]);
});
