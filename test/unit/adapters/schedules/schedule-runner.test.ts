import { describe, expect, it } from 'vitest';
import { SeededNonces } from '../../../../src/adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../../../../src/adapters/memory/virtual-clock.ts';
import { ScheduleRunner } from '../../../../src/adapters/schedules/schedule-runner.ts';
import type { KeptSchedule, RunnableSchedule } from '../../../../src/adapters/schedules/schedule-runner.ts';

const MIDNIGHT = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

function hourly(more: Partial<RunnableSchedule> = {}): RunnableSchedule {
  return {
    name: 'hourly',
    expression: 'cron(0 * * * ? *)',
    timezone: 'UTC',
    canvas: 'note()',
    jitterMinutes: 0,
    isEnabled: true,
    catchUp: 'once',
    tasks: ['note'],
    first: { task: 'note' },
    queue: 'q',
    body: '<aws.scheduler.scheduled-time> <aws.scheduler.execution-id>',
    ...more,
  };
}

/** A runner at a time, and what it sends, by the hour of the run and that of the sending. */
function makeRunner(startAt = MIDNIGHT, kept: Readonly<Record<string, KeptSchedule>> = {}, refusals = 0) {
  const clock = new VirtualClock(startAt);
  const sent: string[] = [];
  const saved: Readonly<Record<string, KeptSchedule>>[] = [];
  let refused = 0;
  const runner = new ScheduleRunner({
    clock,
    nonces: new SeededNonces(1),
    send: async (queue, body) => {
      if ((refused += 1) <= refusals) throw new Error('The queue is away');
      sent.push(`${queue} ${body.slice(11, 16)} at ${new Date(clock.now()).toISOString().slice(11, 16)}`);
    },
    giveUp: async (queue, body, error) =>
      void sent.push(
        `${queue} ${body.slice(11, 16)} given up at ${new Date(clock.now()).toISOString().slice(11, 16)}: ${String(error)}`,
      ),
    kept,
    keep: async (now) => void saved.push(now),
  });
  return { clock, sent, saved, runner };
}

describe('ScheduleRunner', () => {
  it('sends at each time, and no more after stop()', async () => {
    const { clock, sent, runner } = makeRunner();
    await runner.set([hourly()]);
    await clock.sleep(2.5 * HOUR);
    runner.stop();
    await clock.sleep(2 * HOUR);
    expect(sent).toEqual(['q 01:00 at 01:00', 'q 02:00 at 02:00']);
  });

  it('sends again when the queue was away, the same run', async () => {
    const { clock, sent, runner } = makeRunner(MIDNIGHT, {}, 7);
    await runner.set([hourly()]);
    await clock.sleep(1.5 * HOUR);
    expect(sent).toEqual(['q 01:00 at 01:02']);
  });

  it.each([
    ['none', 'q 01:00 given up at 01:00: Error: The queue is away'],
    ['once', 'q 01:00 given up at 00:57: Error: The queue is away'],
  ] as const)('gives a run up as its retry policy says, if it catches up on %s', async (catchUp, ending) => {
    const { clock, sent, runner } = makeRunner(MIDNIGHT, {}, Infinity);
    await runner.set([hourly({ catchUp })]);
    await clock.sleep(25 * HOUR);
    expect(sent[0]).toBe(ending);
  });

  it('leaves out the runs of a schedule that is paused', async () => {
    const { clock, sent, runner } = makeRunner();
    await runner.set([hourly()]);
    await expect(runner.setEnabled({ name: 'hourly', isEnabled: false })).resolves.toBe(true);
    await expect(runner.setEnabled({ name: 'other', isEnabled: false })).resolves.toBe(false);
    expect(await runner.list()).toMatchObject([{ name: 'hourly', isEnabled: false }]);
    await clock.sleep(1.5 * HOUR);
    await runner.setEnabled({ name: 'hourly', isEnabled: true });
    await clock.sleep(HOUR);
    expect(sent).toEqual(['q 02:00 at 02:00']);
  });

  it('goes on with a schedule that is set again, and begins one anew that has changed', async () => {
    const { clock, sent, runner } = makeRunner();
    await runner.set([hourly()]);
    await runner.setEnabled({ name: 'hourly', isEnabled: false });
    await runner.set([hourly()]);
    await clock.sleep(1.5 * HOUR);
    await runner.set([hourly({ expression: 'cron(45 * * * ? *)' })]);
    await clock.sleep(HOUR);
    await runner.set([]);
    await clock.sleep(HOUR);
    expect(sent).toEqual(['q 01:45 at 01:45']);
    expect(await runner.list()).toEqual([]);
  });

  it('is late at random by its jitter, with the time of the run', async () => {
    const { clock, sent, runner } = makeRunner();
    await runner.set([hourly({ jitterMinutes: 50 })]);
    await clock.sleep(4 * HOUR);
    expect(sent.map((one) => one.slice(0, 7))).toEqual(['q 01:00', 'q 02:00', 'q 03:00'].map((one) => one.slice(0, 7)));
    expect(new Set(sent.map((one) => one.slice(-2))).size).toBeGreaterThan(1);
  });

  const missed = (more: Partial<RunnableSchedule>, lastAt: number) => {
    const definition = JSON.stringify(hourly(more));
    return { hourly: { definition, since: MIDNIGHT, lastAt, isEnabled: true } };
  };

  it.each<[string, Partial<RunnableSchedule>, number, readonly string[]]>([
    ['several missed runs once', {}, 7.5, ['q 07:00 at 07:30', 'q 08:00 at 08:00']],
    [
      'a run of two days ago not at all, and the last of a day once',
      {},
      55.5,
      ['q 07:00 at 07:30', 'q 08:00 at 08:00'],
    ],
    ['none where it does not catch up', { catchUp: 'none' }, 7.5, ['q 08:00 at 08:00']],
    [
      'a single run that was missed by less than a day',
      { expression: 'at(2026-01-01T05:00:00)' },
      7.5,
      ['q 05:00 at 07:30'],
    ],
    ['no single run that was missed by more', { expression: 'at(2026-01-01T05:00:00)' }, 55.5, []],
  ])('makes up for %s', async (_, more, hours, expected) => {
    const { clock, sent, runner } = makeRunner(MIDNIGHT + hours * HOUR, missed(more, MIDNIGHT));
    await runner.set([hourly(more)]);
    await clock.sleep(HOUR);
    expect(sent).toEqual(expected);
  });

  it('keeps when it ran last, so that another start does not run it again', async () => {
    const first = makeRunner();
    await first.runner.set([hourly()]);
    await first.clock.sleep(1.5 * HOUR);
    first.runner.stop();
    const second = makeRunner(MIDNIGHT + 1.5 * HOUR, first.saved.at(-1));
    await second.runner.set([hourly()]);
    await second.clock.sleep(0.2 * HOUR);
    expect(first.sent).toEqual(['q 01:00 at 01:00']);
    expect(second.sent).toEqual([]);
  });

  it('goes on when the time of a run cannot be kept, and tells of it', async () => {
    const clock = new VirtualClock(MIDNIGHT);
    const sent: string[] = [];
    const told: unknown[] = [];
    let isFull = false;
    const runner = new ScheduleRunner({
      clock,
      nonces: new SeededNonces(1),
      send: async (_, body) => void sent.push(body.slice(11, 16)),
      giveUp: async () => {},
      keep: async () => {
        if (isFull) throw new Error('The disk is full');
      },
      onTrouble: (error) => told.push(error),
    });
    await runner.set([hourly()]);
    isFull = true;
    await clock.sleep(1.5 * HOUR);
    isFull = false;
    await clock.sleep(HOUR);
    expect(sent).toEqual(['01:00', '02:00']);
    expect(told).toEqual([new Error('The disk is full')]);
  });
});
