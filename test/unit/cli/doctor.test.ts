import { chord } from 'chordal';
import { expect, test } from 'vitest';
import { examine } from '../../../src/cli/doctor.ts';
import type { DoctorOptions } from '../../../src/cli/doctor.ts';
import type { Output } from '../../../src/cli/output.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { DEAD_LETTER_QUEUE } from '../../../src/core/protocol/limits.ts';
import { ANY_ATTEMPT } from '../../../src/core/protocol/outcome.ts';
import { makeBench, QUEUE } from '../worker/bench.ts';
import type { Bench } from '../worker/bench.ts';

interface Said {
  readonly exitCode: number;
  readonly answers: readonly unknown[];
  readonly notes: readonly string[];
}

/** The doctor's report on the cloud of a bench. */
async function ask({ engine, cloud }: Bench, complaint: Partial<DoctorOptions> = {}): Promise<Said> {
  const answers: unknown[] = [];
  const notes: string[] = [];
  const output: Output = {
    answer: (json) => void answers.push(json),
    note: (line) => void notes.push(line),
    text: () => undefined,
    problem: () => undefined,
    faint: (text) => text,
    progress: () => undefined,
  };
  const practice = { engine, survey: cloud.survey, output };
  return { exitCode: await examine(practice, { isRepairing: false, pauseSeconds: 60, ...complaint }), answers, notes };
}

/** A chord of two members. Only the second has run: the message of the first is still on its queue. */
async function openChord(): Promise<Bench> {
  const bench = makeBench();
  const add = bench.app.task('add', (x: number, y: number) => x + y);
  const sum = bench.app.task('sum', (xs: readonly number[]) => xs.length);
  await chord([add.s(1, 1), add.s(2, 2)], sum.s()).applyAsync({ taskId: 'W' });
  const [first, second] = bench.receive();
  if (first === undefined || second === undefined) throw new Error('Cannot find both members on the queue');
  await bench.work([second]);
  await bench.engine.deliveries.finish({ receipts: [second.receipt] });
  await bench.engine.deliveries.release({ receipts: [first.receipt], seconds: 0 });
  return bench;
}

/** The same, and its message is gone. */
async function lostChord(): Promise<Bench> {
  const bench = await openChord();
  await bench.engine.deliveries.finish({ receipts: bench.receive().map(({ receipt }) => receipt) });
  return bench;
}

const missing = [{ id: 'W.0~0', lacks: 'outcome' }];
const at = '2026-01-01T00:00:00.000Z';

test('examine() only says which member is lost when it is not to repair', async () => {
  const bench = await lostChord();
  const { exitCode, answers, notes } = await ask(bench);

  expect(answers).toEqual([{ workflow: 'W', state: 'lost', missing, at }]);
  expect(notes.at(-1)).toBe('1 workflow is lost: `--repair` settles them as failed.');
  expect(exitCode).toBe(1);
  expect(await bench.app.asyncResult('W').state()).toBe('PENDING');
});

test('examine() settles what is lost when it is to repair, so that get() names the member, once', async () => {
  const bench = await lostChord();
  const { exitCode, answers } = await ask(bench, { isRepairing: true });

  expect(answers).toEqual([{ workflow: 'W', state: 'lost', missing, at, repaired: true }]);
  expect(exitCode).toBe(0);
  await expect(bench.app.asyncResult('W').get()).rejects.toMatchObject({
    errorType: 'WorkerLostError',
    failedTaskId: 'W.0~0',
    message: expect.stringContaining('W.0~0 lacks an outcome') as string,
  });
  const { cell } = await bench.engine.outcomes.read({ address: addressOf('W') });
  expect(cell.outcome).toMatchObject({ run: { endedAt: bench.clock.now() } });
  expect(await ask(bench, { isRepairing: true })).toEqual({
    exitCode: 0,
    answers: [],
    notes: ['There are no open workflows.'],
  });
});

test('examine() leaves a workflow alone when something is in flight, even if that is only delayed', async () => {
  const bench = await openChord();
  const { exitCode, answers, notes } = await ask(bench, { isRepairing: true });
  expect(answers).toEqual([{ workflow: 'W', state: 'waiting', missing, at, inFlight: 1 }]);
  expect(notes).toEqual([expect.stringContaining('in flight: 1 visible, 0 hidden, 0 delayed, 0 dead, 0 scheduled.')]);
  expect(exitCode).toBe(0);

  await bench.engine.deliveries.finish({ receipts: bench.receive().map(({ receipt }) => receipt) });
  await bench.engine.broker.send({ messages: [{ queue: QUEUE, body: '{}', delaySeconds: 900 }] });
  expect((await ask(bench)).answers).toMatchObject([{ state: 'waiting' }]);
});

test('examine() does not take a dead letter that nobody buries for work on its way, and repairs beside it what is named', async () => {
  const bench = await lostChord();
  await bench.engine.broker.deadLetter({ body: '{}', reason: 'too old' });
  for (const isRepairing of [false, true]) {
    const { exitCode, answers, notes } = await ask(bench, { isRepairing });
    expect(answers).toEqual([{ workflow: 'W', state: 'lost', missing, at }]);
    expect(notes.at(-2)).toMatch(/^1 dead letter was not buried between the checks/);
    expect(exitCode).toBe(1);
  }
  expect(await ask(bench, { isRepairing: true, workflow: 'W' })).toMatchObject({
    exitCode: 0,
    answers: [{ repaired: true }],
  });
});

test('examine() waits for dead letters that are being buried', async () => {
  const bench = await lostChord();
  for (const reason of ['a', 'b']) await bench.engine.broker.deadLetter({ body: '{}', reason });
  void bench.clock.sleep(30_000).then(() => {
    const receipts = bench.cloud.queues.receive(DEAD_LETTER_QUEUE, 1).map(({ receipt }) => receipt);
    return bench.cloud.queues.finish({ receipts });
  });
  expect(await ask(bench, { isRepairing: true })).toMatchObject({ exitCode: 0, answers: [{ state: 'waiting' }] });
});

test('examine() leaves a workflow alone when something is in flight at the second look', async () => {
  const bench = await lostChord();
  void bench.clock
    .sleep(30_000)
    .then(() => bench.engine.broker.send({ messages: [{ queue: QUEUE, body: '{}', delaySeconds: 0 }] }));
  expect(await ask(bench, { isRepairing: true })).toMatchObject({ exitCode: 0, answers: [{ state: 'waiting' }] });
});

test.each([true, false])(
  'examine() does not change what has ended between its looks (repairing: %s)',
  async (isRepairing) => {
    const bench = await lostChord();
    const { engine, clock } = bench;
    const ending = clock.sleep(30_000).then(() =>
      engine.outcomes.commit({
        address: addressOf('W'),
        attempt: ANY_ATTEMPT,
        decision: { state: 'SUCCESS', value: { inline: 2 } },
        by: { mid: 'other', token: 't' },
        until: clock.now() + 86_400_000,
      }),
    );
    const said = await ask(bench, { isRepairing });
    await ending;
    expect(said).toMatchObject({ exitCode: 0, answers: [] });
    expect(said.notes.at(-1)).toBe('All of them have ended in the meantime.');
    expect(await bench.app.asyncResult('W').get()).toBe(2);
  },
);

test('examine() takes a workflow that was asked for as lost when nothing is kept of it', async () => {
  const bench = makeBench();
  expect(await ask(bench)).toMatchObject({ exitCode: 0, answers: [] });
  const { answers } = await ask(bench, { workflow: 'never-begun', isRepairing: true });
  expect(answers).toEqual([
    { workflow: 'never-begun', state: 'lost', missing: [{ id: 'never-begun', lacks: 'outcome' }], repaired: true },
  ]);
  expect(await bench.app.asyncResult('never-begun').state()).toBe('FAILURE');
});

test('examine() names a hundred missing members, and counts the others', async () => {
  const bench = makeBench();
  const decision = { state: 'SUCCESS', value: { inline: 1 } } as const;
  const by = { mid: 'm', token: 't' };
  await bench.engine.outcomes.commit({ address: addressOf('W~299'), attempt: 0, decision, by, until: Date.UTC(2027) });
  const [answer] = (await ask(bench)).answers;
  expect(answer).toMatchObject({ further: 199, missing: { length: 100 } });
});

test('examine() does not take the traces of callbacks, or those in their last day, for a workflow that waits', async () => {
  const bench = makeBench();
  const { engine, clock } = bench;
  const decision = { state: 'SUCCESS', value: { inline: 1 } } as const;
  const by = { mid: 'm', token: 't' };
  const decide = (id: string, days: number): Promise<unknown> =>
    engine.outcomes.commit({
      address: addressOf(id),
      attempt: 0,
      decision,
      by,
      until: clock.now() + days * 86_400_000,
    });
  await Promise.all([decide('linked^0', 15), decide('old~1', 0.9), decide('new~1', 1.1)]);
  expect((await ask(bench)).answers).toMatchObject([{ workflow: 'new' }]);
  expect((await ask(bench, { workflow: 'old' })).answers).toMatchObject([
    { workflow: 'old', missing: [{ id: 'old~0' }] },
  ]);
});
