import { expect, it } from 'vitest';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { RunMessage } from '../../../src/core/protocol/message.ts';
import type { Outcome } from '../../../src/core/protocol/outcome.ts';
import { loadValue } from '../../../src/engine/inputs.ts';
import type { Delivery } from '../../../src/ports/broker.ts';
import { makeBench, taskDelivery } from './bench.ts';

function benchOfTasks() {
  const bench = makeBench();
  bench.app.task('slow', () => bench.clock.sleep(500));
  bench.app.task('kept', { keepArguments: true }, (value: string) => value);
  const fails = (): never => {
    throw new Error('no');
  };
  bench.app.task('fails', fails);
  bench.app.task('silent', { ignoreResult: true, storeErrorsEvenIfIgnored: false }, fails);
  bench.app.task('ignored', { ignoreResult: true }, fails);
  bench.app.task('kept silent', { storeErrorsEvenIfIgnored: false }, fails);
  const outcomeAfter = async (task: string, more: Partial<RunMessage> = {}, delivery: Partial<Delivery> = {}) => {
    await bench.work([taskDelivery(task, more, delivery)]);
    return (await bench.engine.outcomes.read({ address: addressOf('W') })).cell.outcome as Outcome;
  };
  return { bench, now: bench.clock.now(), outcomeAfter };
}

it('an outcome says which task it is of, since when its message could run, and when it ran', async () => {
  const { now, outcomeAfter } = benchOfTasks();
  const { run } = await outcomeAfter('slow', {}, { sentAt: now - 3000 });
  expect(run).toEqual({ task: 'slow', queuedAt: now - 3000, startedAt: now, endedAt: now + 500 });
});

it.each<[string, Partial<RunMessage>, number]>([
  ['from its eta', { notBefore: -1000 }, -1000],
  ['from when it was sent, if that was later', { notBefore: -9000 }, -3000],
  ['from its first look for a place', { notBefore: -1000, waits: -7000 }, -7000],
])('a message could run %s', async (_, { notBefore = 0, waits }, queued) => {
  const { now, outcomeAfter } = benchOfTasks();
  const more = { notBefore: now + notBefore, ...(waits !== undefined && { waits: now + waits }) };
  expect((await outcomeAfter('slow', more, { sentAt: now - 3000 })).run?.queuedAt).toBe(now + queued);
});

it('a message could not run after it did, whatever the clock of its sender says', async () => {
  const { now, outcomeAfter } = benchOfTasks();
  expect((await outcomeAfter('slow', {}, { sentAt: now + 60_000 })).run?.queuedAt).toBe(now);
});

it('an outcome leaves out what is not known: when its message was sent, or that it ran', async () => {
  const { now, outcomeAfter } = benchOfTasks();
  expect((await outcomeAfter('slow')).run).toEqual({ task: 'slow', startedAt: now, endedAt: now + 500 });
  const late = benchOfTasks();
  const { run } = await late.outcomeAfter('slow', { expires: late.now - 1 }, { sentAt: late.now + 9 });
  expect(run).toEqual({ task: 'slow', queuedAt: late.now, endedAt: late.now });
});

it('an outcome has the number of its attempt behind the first', async () => {
  const { outcomeAfter } = benchOfTasks();
  expect((await outcomeAfter('slow', { try: 2 })).run?.attempt).toBe(2);
});

it('an outcome keeps the call of a task that asks for it, and of no other', async () => {
  const { bench, outcomeAfter } = benchOfTasks();
  const { run } = await outcomeAfter('kept', { sig: { task: 'kept', args: ['a'] } });
  expect(run?.call && (await loadValue(bench.engine, run.call))).toMatchObject({ sig: { args: ['a'] } });
  expect((await benchOfTasks().outcomeAfter('slow')).run).not.toHaveProperty('call');
});

it('an outcome keeps a large call beside a large value', async () => {
  const { bench, outcomeAfter } = benchOfTasks();
  const large = 'x'.repeat(20_000);
  const { run, value } = await outcomeAfter('kept', { sig: { task: 'kept', args: [large] } });
  expect(run?.call && (await loadValue(bench.engine, run.call))).toMatchObject({ sig: { args: [large] } });
  expect(await loadValue(bench.engine, value)).toBe(large);
});

it.each<[string, Partial<RunMessage>, true | undefined]>([
  ['fails', {}, undefined],
  ['silent', {}, true],
  ['ignored', {}, undefined],
  ['kept silent', {}, undefined],
  ['silent', { sig: { task: 'silent', options: { ignoreResult: false } } }, undefined],
  ['kept silent', { sig: { task: 'kept silent', options: { ignoreResult: true } } }, true],
])('the error of %s (%j) is hidden: %s', async (task, more, ignored) => {
  expect((await benchOfTasks().outcomeAfter(task, more)).ignored).toBe(ignored);
});
