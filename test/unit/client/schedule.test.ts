import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeMessage } from '../../../src/core/protocol/message-codec.ts';
import { fillBody } from '../../../src/core/schedule/schedule-message.ts';
import { chain, chord, createApp, crontab, group } from '../../../src/index.ts';
import type { AnySignature, ScheduleData, ScheduleOptions, ScheduleTime } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';

/** Makes an app with one task, and a function that schedules something on it and answers with the schedule. */
function makeProject() {
  const app = createApp('schedules');
  const ran: { readonly id: string; readonly value: unknown; readonly headers: unknown }[] = [];
  const note = app.task('note', { bind: true }, ({ request: { id, headers } }, value: unknown) => {
    ran.push({ id, value, headers });
    return value;
  });
  const sum = app.task('sum', (values: readonly unknown[]) =>
    values.reduce((total: number, one) => total + Number(one), 0),
  );
  const handler = app.handler(note, sum);
  const last = (): ScheduleData | undefined => handler.schedules?.at(-1);
  const open = (schedules = true) => {
    const cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 1, schedules });
    onTestFinished(() => cloud.close());
    return cloud;
  };
  return { app, note, sum, handler, ran, last, open };
}

/** Asks for a schedule as a caller without the compiler may. */
function asked(name: unknown, when: unknown, options: unknown = {}): () => void {
  const { app, note } = makeProject();
  return () => app.schedule(name as string, when as ScheduleTime, note.s(1), options as ScheduleOptions);
}

describe('app.schedule()', () => {
  it("marks a tenant's message as held, so that it is sent on: the Scheduler names no tenant to the queue", () => {
    const { app, note, last } = makeProject();
    const messageOf = (options: { readonly tenant?: string }) => {
      app.schedule(`by-${options.tenant ?? 'all'}`, { every: 60 }, note.s(1).set(options));
      return decodeMessage(fillBody(last()?.body ?? '', { scheduledAt: 0, executionId: 'e' }), 'sqs-id');
    };
    expect(messageOf({ tenant: 'acme' })).toMatchObject({ kind: 'run', held: true });
    expect(messageOf({})).not.toHaveProperty('held');
  });

  it.each<[unknown, string, string]>([
    [{ every: 300 }, 'rate(5 minutes)', 'UTC'],
    [{ every: 60 }, 'rate(1 minute)', 'UTC'],
    [{ cron: '0 3 * * *', timezone: 'Europe/Berlin' }, 'cron(0 3 * * ? *)', 'Europe/Berlin'],
    [{ cron: '0 3 * * *' }, 'cron(0 3 * * ? *)', 'UTC'],
    [crontab({ minute: 0, hour: [6, 18], dayOfWeek: 'mon,fri' }), 'cron(0 6,18 ? * MON,FRI *)', 'UTC'],
    [{ at: new Date('2027-01-01T00:00:00.500Z') }, 'at(2027-01-01T00:00:00)', 'UTC'],
  ])('takes %j', (when, expression, timezone) => {
    const { app, note, last } = makeProject();
    app.schedule('nightly', when as ScheduleTime, note.s(1));
    expect(last()).toMatchObject({ name: 'nightly', expression, timezone, canvas: 'note(1)', isEnabled: true });
  });

  it.each<[unknown, unknown, unknown, string]>([
    ['a b', { every: 60 }, {}, 'Cannot name a schedule "a b"'],
    ['x'.repeat(65), { every: 60 }, {}, 'a name has 1 to 64 letters'],
    ['n', { every: 30 }, {}, 'Cannot schedule n every 30 seconds: EventBridge Scheduler counts in minutes'],
    ['n', { every: 90 }, {}, 'Give a multiple of 60'],
    ['n', { every: 60, cron: '* * * * *' }, {}, 'give { every: seconds }'],
    ['n', 30, {}, 'Cannot schedule n at 30: give { every: seconds }'],
    ['n', '0 7 * * *', {}, 'Cannot schedule n at "0 7 * * *": give { every: seconds }, { cron, timezone }'],
    ['n', { at: '2027-01-01' }, {}, 'its time is "2027-01-01", not a valid Date'],
    ['n', { at: new Date(Number.NaN) }, {}, 'not a valid Date'],
    ['n', { cron: 3 }, {}, 'its cron expression is 3, not a text'],
    ['n', { cron: '0 25 * * *' }, {}, 'Cannot schedule n at "0 25 * * *": its hour "25" is not a number from 0 to 23'],
    ['n', { cron: '0 3 * * *', timezone: 'Berlin' }, {}, 'in the time zone "Berlin": there is none of that name'],
    ['n', { cron: '0 3 * * *', timezone: '+02:00' }, {}, 'there is none of that name'],
    ['n', { every: 60, timezone: 'UTC' }, {}, 'give { every: seconds }'],
    [
      'n',
      { every: 60 },
      { jitter: 30 },
      'Cannot use jitter of the schedule n: expected a number of seconds that is whole minutes',
    ],
    ['n', { every: 60 }, { catchUp: 'all' }, "Cannot use catchUp of the schedule n: expected 'once' or 'none'"],
    ['n', { every: 60 }, { stat: new Date() }, 'Cannot use stat as an option of the schedule n'],
    [
      'n',
      { every: 60 },
      { start: new Date(2), end: new Date(1) },
      'Cannot use end of the schedule n: expected a time after its start, 1970-01-01T00:00:00.002Z, got 1970',
    ],
  ])('refuses %j at %j with %j', (name, when, options, why) => {
    expect(asked(name, when, options)).toThrow(why);
  });

  it('refuses a canvas that has no task, is none, or does not fit', () => {
    const { app, note } = makeProject();
    const at = (canvas: unknown) => () => app.schedule('n', { every: 60 }, canvas as ReturnType<typeof note.s>);
    expect(at(group([]))).toThrow('Cannot schedule n: its canvas has no task');
    expect(at({})).toThrow('Cannot use');
    expect(at(note.s('x'.repeat(300_000)))).toThrow('its message has');
    expect(at(app.signature('note', { args: [1, 2, 3] }))).toThrow('note');
  });

  it('refuses a name that the app has given already', () => {
    const { app, note } = makeProject();
    app.schedule('n', { every: 60 }, note.s(1));
    expect(() => app.schedule('n', { every: 120 }, note.s(1))).toThrow('this app has one of that name already');
  });
});

describe('crontab()', () => {
  it('refuses a field that is unknown, or has spaces', () => {
    expect(() => crontab({ hours: 3 } as object)).toThrow('Cannot use hours as an option of crontab()');
    expect(() => crontab({ hour: '3 4' })).toThrow('Cannot use hour of crontab()');
  });
});

describe('the message of a schedule', () => {
  const scheduledAt = Date.UTC(2026, 2, 1, 3);

  it.each<[string, (project: ReturnType<typeof makeProject>) => AnySignature, string]>([
    ['a task', ({ note }) => note.s(1), 'run'],
    ['a task with a delay', ({ note }) => note.s(1).set({ countdown: 60 }), 'expand'],
    ['a task that expires', ({ note }) => note.s(1).set({ expires: 60 }), 'expand'],
    ['a task with large arguments', ({ note }) => note.s('x'.repeat(3000)), 'expand'],
    ['a chord', ({ note, sum }) => chord([note.s(1), note.s(2)], sum.s()), 'expand'],
  ])('can be read by any worker: %s', (_, canvas, kind) => {
    const project = makeProject();
    project.app.schedule('nightly', { every: 60 }, canvas(project) as ReturnType<typeof project.note.s>);
    const body = fillBody(project.last()?.body ?? '', { scheduledAt, executionId: 'd32c5kddcf5bb8c3' });
    expect(decodeMessage(body, 'sqs-id')).toMatchObject({
      kind,
      id: 'nightly:2026-03-01T03:00:00Z',
      mid: 'd32c5kddcf5bb8c3',
      again: true,
      headers: { schedule: 'nightly', scheduledTime: '2026-03-01T03:00:00Z' },
    });
  });
});

describe('the message of a schedule whose attributes an emulator has not filled in', () => {
  it.each<[string, (project: ReturnType<typeof makeProject>) => AnySignature, number]>([
    ['a task', ({ note }) => note.s(1), 2],
    ['a canvas', ({ note }) => chain(note.s(1), note.s()), 4],
  ])('runs once for each time that it is sent: %s', async (_, canvas, runs) => {
    const project = makeProject();
    project.app.schedule('nightly', { every: 60 }, canvas(project) as ReturnType<typeof project.note.s>);
    const body = project.last()?.body ?? '';
    const cloud = project.open(false);
    const [at, task] = [Math.round(cloud.clock.now()), { getRemainingTimeInMillis: () => 60_000 }];
    const recordOf = (messageId: string, sentAt: number) => ({
      messageId,
      body,
      receiptHandle: messageId,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(sentAt) },
      eventSourceARN: 'arn:aws:sqs:memory:000000000000:all',
    });
    // The second record is the first message, received again.
    for (const [messageId, later] of [
      ['a', 0],
      ['a', 0],
      ['b', 60_000],
    ] as const) {
      await project.handler({ Records: [recordOf(messageId, at + later)] }, task);
      await cloud.clock.sleep(1000);
    }
    const ids = [at, at + 60_000].map((time) => `nightly:${new Date(time).toISOString().slice(0, 19)}Z`);
    expect([...new Set(project.ran.map(({ id }) => id.split('.')[0]))]).toEqual(ids);
    expect(project.ran).toHaveLength(runs);
    expect(project.ran[0]?.headers).toMatchObject({ schedule: 'nightly', scheduledTime: ids[0]?.slice(8) });
    expect(cloud.deadLetters).toEqual([]);
  });
});

describe('a schedule in virtual time', () => {
  it('runs at its times, as a workflow of its own each', async () => {
    const { app, note, ran, open } = makeProject();
    app.schedule('nightly', { cron: '0 3 * * *', timezone: 'Europe/Berlin' }, note.s('night'));
    const { clock } = open();
    await clock.sleep(2 * 86_400_000);
    const scheduled = ['2026-01-01T02:00:00Z', '2026-01-02T02:00:00Z'];
    expect(ran).toEqual(
      scheduled.map((scheduledTime) => ({
        id: `nightly:${scheduledTime}`,
        value: 'night',
        headers: { schedule: 'nightly', scheduledTime },
      })),
    );
    await expect(app.asyncResult(`nightly:${scheduled[1]}`).get()).resolves.toBe('night');
  });

  it('does not run where nobody asks for it, before its start, or when it is not enabled', async () => {
    const { app, note, handler, ran, open } = makeProject();
    app.schedule('late', { every: 3600 }, note.s(1), { start: new Date('2026-01-03T00:00:00Z') });
    app.schedule('off', { every: 3600 }, note.s(2), { enabled: false });
    const quiet = memoryCloud({ all: handler }, { time: 'virtual' });
    await quiet.clock.sleep(5 * 86_400_000);
    quiet.close();
    await open().clock.sleep(86_400_000);
    expect(ran).toEqual([]);
  });

  it('counts a delay from the run, and keeps what is too large for a message', async () => {
    const { app, note, sum, open } = makeProject();
    const inAMonth = Array.from({ length: 40 }, (_, index) => note.si(index).set({ countdown: 30 * 86_400 }));
    const canvas = chain(note.si('x'.repeat(5000)), chord(inAMonth, sum.s()));
    app.schedule('sum', { every: 86_400 }, canvas.set({ countdown: 60 }), { end: new Date('2026-01-02T12:00:00Z') });
    const { clock } = open();
    await clock.sleep(86_400_000 + 1000);
    await expect(app.asyncResult('sum:2026-01-02T00:00:00Z').get()).resolves.toBe((39 * 40) / 2);
    expect(clock.now()).toBeGreaterThan(Date.UTC(2026, 1, 1));
  });
});
