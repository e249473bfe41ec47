import { createApp } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { expect, onTestFinished, test } from 'vitest';
import { clientApp } from '../../../src/cli/clouds/cloud.ts';
import type { AppParts } from '../../../src/client/app.ts';
import { redrive, workOf } from '../../../src/client/redrive.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { encodeMessage } from '../../../src/core/protocol/message-codec.ts';
import type { ExpandMessage, Message, RunMessage } from '../../../src/core/protocol/message.ts';
import type { Plan, TaskPlan } from '../../../src/core/protocol/plan.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { storePlan } from '../../../src/engine/store-plan.ts';
import type { DeadLetter } from '../../../src/ports/records.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';
import { overriding } from '../../../src/testing/overriding.ts';

const plus = (y: number): Plan => ({ task: 'add', args: [y] });
const sent = { mid: 'dead', try: 0, depth: 0, until: 10 ** 15, frames: [] };

/** The message of add(1, 2), changed. */
function run(more: Partial<RunMessage>): RunMessage {
  return { ...sent, kind: 'run', id: 'w', base: 'w', sig: { task: 'add', args: [1, 2] }, ...more };
}

/** A cloud, and a list of what its task `note` was called with. */
function openCloud(): Pick<AppParts, 'app' | 'engine'> & { readonly noted: readonly unknown[] } {
  const app = createApp('probe');
  const noted: unknown[] = [];
  const add = app.task('add', (x: number, y: number) => x + y);
  const note = app.task('note', (value: unknown) => void noted.push(value));
  const cloud = memoryCloud({ probe: app.handler(add, note) }, { time: 'virtual', logLevel: 'silent' });
  onTestFinished(() => cloud.close());
  return { ...clientApp(environmentRuntime()), noted };
}

/** Has a message die, and answers with its letter once it is buried. */
async function buried({ app, engine }: Pick<AppParts, 'app' | 'engine'>, message: Message): Promise<DeadLetter> {
  await engine.broker.deadLetter({ body: encodeMessage(message), reason: 'a test' });
  await app.asyncResult(message.id).get({ propagate: false, timeout: 60 });
  const [letter] = await engine.records.deadLetters({ since: 0, now: engine.clock.now() });
  if (letter === undefined) throw new Error('Cannot find the letter: there is none');
  return letter;
}

/** The value of the workflow that a dead message is redriven as. */
async function valueOf(cloud: Pick<AppParts, 'app' | 'engine'>, message: Message): Promise<unknown> {
  const letter = await buried(cloud, message);
  const id = await redrive(cloud.engine, letter, workOf(letter));
  return cloud.app.asyncResult(id).get({ timeout: 60 });
}

test('redrive() runs a dead task as a new workflow, and the outcome that stands does not change', async () => {
  const cloud = openCloud();

  expect(await valueOf(cloud, run({}))).toBe(3);
  expect(await cloud.app.asyncResult('w').state()).toBe('FAILURE');
});

test('redrive() goes on with what is left of the chains around a task, and with their callbacks', async () => {
  const cloud = openCloud();
  const note = { on: 'success', plan: { task: 'note' } } as const;
  const inner = { base: 'w.1', i: 1, steps: [plus(10)], links: [note] };
  const outer = { base: 'w', i: 2, steps: [plus(100), plus(1000)], links: [note] };

  expect(await valueOf(cloud, run({ id: 'w.1.0', base: 'w.1.0', links: [note], frames: [inner, outer] }))).toBe(1113);
  expect(cloud.noted).toEqual([3, 13, 1113]);
});

test('redrive() of a whole chain starts its callbacks behind its last step', async () => {
  const cloud = openCloud();
  const links = [{ on: 'success', plan: { task: 'note' } }] as const;
  const sig = { seq: [plus(1), plus(2)], links };
  const chain: ExpandMessage = { ...sent, kind: 'expand', id: 'w.0', base: 'w.0', sig, in: { val: 1 } };
  const around = { base: 'w', i: 1, steps: [plus(100)], links };
  const valueIn = async (frames: ExpandMessage['frames']): Promise<unknown> => {
    const letter = { at: 1, id: `w${frames.length}`, reason: 'a test', body: encodeMessage({ ...chain, frames }) };
    const id = await redrive(cloud.engine, letter, workOf(letter));
    return cloud.app.asyncResult(id).get({ timeout: 60 });
  };

  expect(await valueIn([])).toBe(4);
  expect(cloud.noted).toEqual([4]);
  expect(await valueIn([around])).toBe(104);
  expect(cloud.noted).toEqual([4, 4, 104]);
});

test('redrive() finds the steps of a long chain, and the input of the task', async () => {
  const cloud = openCloud();
  const steps = Array.from({ length: 300 }, () => plus(1));
  const plan = await storePlan(cloud.engine.payloads, { plan: { seq: steps }, base: 'w', until: sent.until });
  const frame = { base: 'w', i: 100, steps: 'seq' in plan ? plan.seq : [] };
  const message = run({ id: 'w.99', base: 'w.99', sig: { task: 'add', args: [1] }, in: { val: 5 }, frames: [frame] });

  expect('stored' in frame.steps).toBe(true);
  expect(await valueOf(cloud, message)).toBe(206);
});

test('redrive() ends at the group that a task was in', async () => {
  const join = { join: 'w.0', x: 1, n: 2 };
  const outer = { base: 'w', i: 1, steps: [plus(100)] };

  expect(await valueOf(openCloud(), run({ id: 'w.0~1', base: 'w.0~1', frames: [join, outer] }))).toBe(3);
});

test('redrive() of one letter twice is one workflow', async () => {
  const cloud = openCloud();
  const letter = await buried(cloud, run({ sig: { task: 'note', args: ['once'] } }));
  const first = await redrive(cloud.engine, letter, workOf(letter));
  await cloud.app.asyncResult(first).get({ timeout: 60 });

  expect(await redrive(cloud.engine, letter, workOf(letter))).toBe(first);
  expect(cloud.noted).toEqual(['once']);
});

test('redrive() of a range of members is a group of them, which gets the input of all', async () => {
  const cloud = openCloud();
  const members = Array.from({ length: 40 }, (_, x) => plus(x));
  const range: ExpandMessage = { ...sent, kind: 'expand', id: 'w', base: 'w', sig: { par: members }, in: { val: 1 } };
  const letter = { at: 1, id: 'w', reason: 'a test', body: encodeMessage({ ...range, lo: 20, hi: 40 }) };
  const id = await redrive(cloud.engine, letter, workOf(letter));

  expect(await cloud.app.asyncResult(id).get({ timeout: 60 })).toEqual(Array.from({ length: 20 }, (_, x) => x + 21));
});

test('redrive() copies the input and everything in blocks, which outlive the old workflow', async () => {
  const cloud = openCloud();
  const { payloads, clock } = cloud.engine;
  const day = 86_400;
  const until = clock.now() + 1000 * day;
  const long = 'x'.repeat(3000);
  const ref = await payloads.putValue({ address: addressOf('w.0'), token: 't', text: JSON.stringify(long), until });
  const noting: Plan = { task: 'note', args: [long], immutable: true };
  const inside: Plan = { par: Array.from({ length: 40 }, () => noting), links: [{ on: 'success', plan: noting }] };
  const seq = [{ task: 'note', options: { countdown: 3 * day } }, inside];
  const sig = await storePlan(payloads, { plan: { seq }, base: 'w', until });
  const message: ExpandMessage = { ...sent, until, kind: 'expand', id: 'w.1', base: 'w.1', sig, in: { ref } };
  const letter = { at: 1, id: 'w.1', reason: 'a test', body: encodeMessage(message) };
  expect(JSON.stringify(sig)).toContain('"par":{"stored":"table:w/');
  const id = await redrive(cloud.engine, letter, workOf(letter));
  await clock.sleep(2 * 1000 * day);
  await expect(payloads.getValue({ ref })).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });
  await cloud.app.asyncResult(id).get({ timeout: 2 * day });

  expect(cloud.noted).toEqual(Array.from({ length: 42 }, () => long));
});

test('redrive() refuses work whose input has expired, and starts nothing; a task that ignores it runs', async () => {
  const cloud = openCloud();
  const letter = await buried(cloud, run({ sig: { task: 'add', args: [1] }, in: { ref: 'memory:w/gone' } }));
  await expect(redrive(cloud.engine, letter, workOf(letter))).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });

  const immutable: Plan = { task: 'add', args: [1, 2], immutable: true };
  const whole: ExpandMessage = { ...sent, kind: 'expand', id: 'v', base: 'v', sig: { seq: [immutable, plus(3)] } };
  const second = { at: 1, id: 'v', reason: 'a test', body: encodeMessage({ ...whole, in: { ref: 'memory:v/gone' } }) };
  const id = await redrive(cloud.engine, second, workOf(second));
  expect(await cloud.app.asyncResult(id).get({ timeout: 60 })).toBe(6);
});

test('redrive() gives an error callback the failure that it was started for, with its call', async () => {
  const cloud = openCloud();
  const { payloads } = cloud.engine;
  const { until } = sent;
  const plan: Plan = { task: 'charge', args: ['x'.repeat(3000)] };
  // A task stays a task.
  const sig = (await storePlan(payloads, { plan, base: 'w', until })) as TaskPlan;
  const error = { inline: { errorType: 'E', message: 'no funds', task: 'charge' } };
  const failure = { taskId: 'w', failedTaskId: 'w', rootId: 'w', error, call: { sig } };
  await valueOf(cloud, run({ id: 'w^0', base: 'w^0', sig: { task: 'note' }, in: { failure } }));

  expect(sig).toHaveProperty('stored');
  expect(cloud.noted).toMatchObject([{ taskId: 'w', message: 'no funds', args: ['x'.repeat(3000)] }]);
});

test('redrive() of members that a task has added keeps the value of that task', async () => {
  const cloud = openCloud();
  const { payloads } = cloud.engine;
  const { until } = sent;
  const text = JSON.stringify('y'.repeat(2000));
  const own = { ref: await payloads.putValue({ address: addressOf('w~0'), token: 't', text, until }) };
  const range: ExpandMessage = { ...sent, kind: 'expand', id: 'w', base: 'w', sig: { par: [plus(1), plus(2)], own } };
  const letter = { at: 1, id: 'w', reason: 'a test', body: encodeMessage({ ...range, in: { val: 1 }, lo: 0, hi: 2 }) };
  const id = await redrive(cloud.engine, letter, workOf(letter));

  const value: unknown = await cloud.app.asyncResult(id).get({ timeout: 60 });
  expect(JSON.stringify(value)).toBe(text);
});

test('redrive() refuses a task without a function, and starts nothing', async () => {
  const cloud = openCloud();
  const letter = await buried(cloud, run({ sig: { task: 'gone' } }));

  await expect(redrive(cloud.engine, letter, workOf(letter))).rejects.toMatchObject({
    code: 'CHORDAL_NOT_REGISTERED',
    message: expect.stringContaining('no function'),
  });
});

test('redrive() keeps the steps of a long chain until the last of them may begin', async () => {
  const cloud = openCloud();
  const month = 30 * 86_400;
  const late: Plan = { task: 'add', args: [1], options: { countdown: month } };
  const steps = [...Array.from({ length: 300 }, () => plus(1)), late];
  const letter = await buried(cloud, run({ id: 'w.0', base: 'w.0', frames: [{ base: 'w', i: 0, steps }] }));
  const { payloads, clock } = cloud.engine;
  const kept: number[] = [];
  const watched = overriding(payloads, {
    putBlocks: (params) => {
      kept.push(params.until);
      return payloads.putBlocks(params);
    },
  });
  // The engine in all but its payloads.
  const engine = Object.create(cloud.engine, { payloads: { value: watched } }) as Engine;
  const id = await redrive(engine, letter, workOf(letter));

  expect(Math.min(...kept)).toBeGreaterThan(clock.now() + 1000 * month);
  await clock.sleep(1000 * (month + 3600));
  expect(await cloud.app.asyncResult(id).get({ timeout: 1 })).toBe(304);
});

test('workOf() refuses a letter without work', () => {
  const letter = (body: string): DeadLetter => ({ at: 0, id: 'w', reason: '', body });
  const revoke = encodeMessage({ ...sent, kind: 'revoke', id: 'w', base: 'w' });

  expect(() => workOf(letter(revoke))).toThrow('Cannot redrive w: it is a request for a revocation');
  expect(() => workOf(letter('{"v": 2, "mid": "m"}'))).toThrow('expected a message of version 1, got version 2');
  expect(() => workOf(letter('garbage'))).toThrow(/^Cannot redrive \S+: its message cannot be read\. Purge its letter/);
});
