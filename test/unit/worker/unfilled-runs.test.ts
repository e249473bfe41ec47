/** The run of a schedule on an emulator that leaves the names of the Scheduler's attributes in the message. */
import { expect, test } from 'vitest';
import { Reject } from '../../../src/core/errors/task.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { decodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { scheduleBody, workflowOfRun } from '../../../src/core/schedule/schedule-message.ts';
import type { Bury } from '../../../src/ports/records.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
import { deliveryOf, makeBench } from './bench.ts';

const SENT_AT = Date.UTC(2026, 0, 5, 3);
const RUN = workflowOfRun('nightly', SENT_AT);
const body = scheduleBody('nightly', { task: 'report' });

test('its workflow fails when its message dies, and the record has the message as a worker reads it', async () => {
  const letters: Bury[] = [];
  const bench = makeBench(({ records }) => ({
    records: overriding(records, { bury: async (params) => void letters.push(params) }),
  }));
  const dead = deliveryOf(body, { receives: 6, sentAt: SENT_AT, reason: 'received too often' });
  expect(await buryBatch(bench.engine, [dead], () => 60_000)).toEqual([]);
  const { cell } = await bench.engine.outcomes.read({ address: addressOf(RUN) });
  expect(cell.outcome).toMatchObject({ state: 'FAILURE' });
  expect(letters).toMatchObject([{ letter: { id: RUN } }]);
  expect(decodeMessage(letters[0]?.letter.body ?? '', 'mid')).toMatchObject({ id: RUN, sig: { task: 'report' } });
});

test('it is the same workflow behind a worker that gives its message up, whose copy is sent later', async () => {
  const dead: string[] = [];
  const bench = makeBench(({ broker }) => ({
    broker: overriding(broker, { deadLetter: async ({ body: given }) => void dead.push(given) }),
  }));
  bench.app.task('report', () => {
    throw new Reject('no table');
  });
  expect(await bench.work([deliveryOf(body, { sentAt: SENT_AT })])).toEqual([]);
  expect(dead.map((text) => decodeMessage(text, 'mid'))).toMatchObject([{ id: RUN, headers: { schedule: 'nightly' } }]);
});
