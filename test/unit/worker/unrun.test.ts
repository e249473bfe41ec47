/** Work that no function runs: the dead letter, the line of log and the count that it leaves. */
import { beforeEach, expect, test } from 'vitest';
import { EmfMeter } from '../../../src/adapters/system/emf.ts';
import { NotRegistered, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { DeadLetter } from '../../../src/ports/records.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { keepIfUnrun, keepUnrun } from '../../../src/worker/unrun.ts';
import { makeBench, messageOf } from './bench.ts';

const error = new NotRegistered('Cannot run gone: no function has it', { task: 'gone' });
const message = messageOf('gone');
const labels = { task: 'gone', taskId: 'W', workflowId: 'W', reason: error.message };

let letters: DeadLetter[];
let lines: unknown[];
let isRefusing: boolean;

beforeEach(() => {
  [letters, lines, isRefusing] = [[], [], false];
});

function makeEngine() {
  const { engine } = makeBench(({ records, log }) => ({
    records: overriding(records, {
      bury: async ({ letter }) => {
        if (isRefusing) throw new ServiceUnavailable('throttled');
        letters.push(letter);
      },
    }),
    log: overriding(log, { error: (...line) => void lines.push(line) }),
  }));
  return engine;
}

test('it is kept with its reason, and the log and the metric have it', async () => {
  const meter = new EmfMeter();
  const engine = Object.create(makeEngine(), { meter: { value: meter } }) as ReturnType<typeof makeEngine>;
  await keepUnrun(engine, message, error);
  expect(letters).toMatchObject([{ id: 'W', at: engine.clock.now(), reason: `NotRegistered: ${error.message}` }]);
  expect(lines).toEqual([
    ['Work that no function runs has failed, and is kept as a dead letter', expect.objectContaining(labels)],
  ]);
  expect(JSON.parse(meter.line({ stack: 's', functionName: 'f' }, 0) ?? '{}')).toMatchObject({ DeadLetters: 1 });
});

test('it fails nothing when it cannot be kept, and the log says so', async () => {
  isRefusing = true;
  await keepUnrun(makeEngine(), message, error);
  expect(lines).toEqual([
    [
      'Work that no function runs has failed, and is not kept',
      expect.objectContaining({ ...labels, error: 'ServiceUnavailable: throttled' }),
    ],
  ]);
});

test.each([
  ['keeps it', { mid: 'm', token: 'mine' }, 1],
  ['leaves it to the delivery', { mid: 'm', token: 'theirs' }, 0],
])('a delivery %s that has decided its failure', async (_, by, count) => {
  const engine = makeEngine();
  const { outcomes } = engine;
  const address = { id: 'W', pk: 'W', sk: 'o' };
  const decision = { state: 'FAILURE' as const, value: { inline: 1 } };
  const standing = await outcomes.commit({ address, attempt: 0, decision, by, until: Date.UTC(2027) });
  const mine = { mid: 'm', token: 'mine' };
  await keepIfUnrun({ engine, message, origin: { by: mine }, seen: { thrown: error } }, standing);
  expect(letters).toHaveLength(count);
});
