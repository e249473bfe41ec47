import { describe, expect, test } from 'vitest';
import { COMPARED, REFUSED, timesOf } from '../../../src/cli/ramp/answers.ts';
import { LIMITS, POLLER_DOLLARS } from '../../../src/cli/ramp/limits.ts';
import { BATCH_MS, rampOf } from '../../../src/cli/ramp/ramp.ts';
import type { Ramp, Wave } from '../../../src/cli/ramp/ramp.ts';
import { roomAt } from '../../../src/cli/ramp/room.ts';
import type { RampSettings } from '../../../src/cli/ramp/settings.ts';
import { Table } from '../../../src/cli/ramp/table.ts';
import { wavesOf } from '../../../src/cli/ramp/waves.ts';
import type { Plan } from '../../../src/core/protocol/plan.ts';

/** A table that refuses nothing. */
const warm = 1e9;
const own = BATCH_MS / 1000;
const tasks = (messages: number, seconds: number): readonly Wave[] => [
  { messages, taskMs: seconds * 1000, writes: messages, keys: messages },
];
const timeOf = (messages: number, seconds: number, settings: RampSettings = {}): Ramp =>
  rampOf(tasks(messages, seconds), { tableWrites: warm, ...settings }, REFUSED);
const task: Plan = { task: 'add' };
const group = (n: number, member: Plan = task): Plan => ({ par: Array.from({ length: n }, () => member) });

describe('the pollers that Lambda shares', () => {
  test('begin with five batches, and add five a second up to 1,250', () => {
    const account = 5000;
    expect([0, 1, 60, 249, 600].map((seconds) => roomAt(seconds, { account }).running.most)).toEqual([
      5, 10, 305, 1250, 1250,
    ]);
    expect(roomAt(600, { account }).running.limit).toBe('pollers');
  });

  test('stop at the limit of the function, and at the account', () => {
    expect(roomAt(600, { concurrency: 20 }).running).toEqual({ most: 20, limit: 'pollers' });
    expect(roomAt(600, {}).running).toEqual({ most: 1000, limit: 'sandboxes' });
    expect(roomAt(600, { account: 50 }).running).toEqual({ most: 50, limit: 'sandboxes' });
  });

  test('take 50 messages at once, so 50 tasks last as long as one, and 51 do not', () => {
    expect(timeOf(50, 30).seconds).toBeCloseTo(30 + own, 6);
    // The sixth batch begins when its poller has been added, in the first 0.2 s.
    expect(timeOf(51, 30).seconds).toBeGreaterThan(30.1);
    expect(timeOf(51, 30).seconds).toBeLessThan(30.4);
  });

  test('start the last of 1,000 tasks of 30 s after 19 s: a hundred batches are five, and five more a second', () => {
    const { seconds, heldBy } = timeOf(1000, 30);
    expect(Math.abs(seconds - (19 + 30 + own))).toBeLessThan(0.2);
    expect(heldBy).toBe('tasks');
  });

  test('work off 10,000 tasks of 1 s when the sum of five, and five more a second, is a thousand batches', () => {
    // 5 t + 2.5 t² = 1,050 s of batches, for the sum of what they take; the last one ends within a batch's time of that.
    const ideal = (-5 + Math.sqrt(25 + 10 * 1050)) / 5;
    const { seconds, heldBy } = timeOf(10_000, 1);
    expect(seconds).toBeGreaterThan(ideal);
    expect(seconds).toBeLessThan(ideal + 1.1);
    expect(heldBy).toBe('pollers');
  });

  test('take one message at once where a batch is one message', () => {
    expect(timeOf(5, 10, { batchSize: 1 }).seconds).toBeCloseTo(10 + own, 6);
    expect(timeOf(20, 10, { batchSize: 1, concurrency: 5 }).seconds).toBeCloseTo(4 * (10 + own), 6);
  });
});

describe("a function's own pollers", () => {
  const pollers = { min: 2, max: 100 };

  test('take ten batches each from the start, and add a hundred pollers a minute', () => {
    expect(roomAt(0, { pollers }).running.most).toBe(20);
    expect(roomAt(30, { pollers }).running.most).toBe(520);
    expect(roomAt(600, { pollers, account: 5000 }).running).toEqual({ most: 1000, limit: 'pollers' });
  });

  test('receive ten times a second each, so two of them take 200 messages a second', () => {
    expect(roomAt(0, { pollers }).starts).toEqual({ most: 20, limit: 'pollers' });
    const { seconds, heldBy } = timeOf(2000, 0, { pollers: { min: 2, max: 2 } });
    expect(Math.abs(seconds - 10)).toBeLessThan(0.2);
    expect(heldBy).toBe('pollers');
  });

  test('start 1,000 tasks at once where there are ten of them, as a hundred batches are ten for each', () => {
    expect(timeOf(1000, 30, { pollers: { min: 10, max: 10 } }).seconds).toBeLessThan(31.2);
    expect(timeOf(1000, 30, { pollers: { min: 100, max: 100 } }).seconds).toBeCloseTo(30 + own, 6);
  });
});

describe('sandboxes', () => {
  test('are a thousand at once, and a hundred more a second', () => {
    const settings = { pollers: { min: 200, max: 10_000 }, account: 3000 };
    expect(roomAt(0, settings).running).toEqual({ most: 1000, limit: 'sandboxes' });
    expect(roomAt(5, settings).running).toEqual({ most: 1500, limit: 'sandboxes' });
    expect(roomAt(60, settings).running).toEqual({ most: 3000, limit: 'pollers' });
    expect(roomAt(120, settings).running).toEqual({ most: 3000, limit: 'sandboxes' });
  });

  test('answer ten invocations a second each', () => {
    expect(roomAt(600, { account: 2 }).starts).toEqual({ most: 20, limit: 'sandboxes' });
  });
});

describe('a table', () => {
  test('takes the writes of a second at once, and as many each second', () => {
    const table = new Table(4000);
    expect(table.write(4000, 100, 1000)).toBe(1);
    expect(table.write(4000, 100, 500)).toBe(0.5);
    expect(table.write(2000, 100, 500)).toBe(1);
  });

  test('takes 1,000 a second of one partition key', () => {
    expect(new Table(4000).write(4000, 1, 1000)).toBe(0.25);
    expect(new Table(4000).write(4000, 4, 1000)).toBe(1);
  });

  test('takes twice as many after half an hour at its limit', () => {
    const table = new Table(1000);
    for (let minute = 0; minute < 30; minute += 1) expect(table.write(2000, 100, 60_000)).toBe(0.5);
    expect(table.write(2000, 100, 60_000)).toBe(1);
  });

  test('lets a chord of 100,000 not end before its 112,564 writes are done', () => {
    const [{ seconds, heldBy } = { seconds: 0, heldBy: '' }] = timesOf({ seq: [group(100_000), task] }, 0, [{}]);
    expect(seconds).toBeGreaterThan(112_564 / 4000 - 1);
    expect(seconds).toBeLessThan(60);
    expect(heldBy).toBe('table');
  });

  test('has its writes made again in the same sandboxes for 20 s, before messages come back', () => {
    expect([1, 2, 3, 6].map((tries) => REFUSED.untilNextTry(tries, 0, 0))).toEqual([250, 500, 1000, 8000]);
    expect(REFUSED.untilNextTry(1, 0, 1)).toBe(500);
    expect(REFUSED.untilNextTry(6, 11_999, 0)).toBe(8000);
    expect(REFUSED.untilNextTry(6, 12_001, 0)).toBeUndefined();
  });

  test('costs more time where a refused message comes back later, and where its sandbox does not try again', () => {
    const wide = tasks(100_000, 0);
    const soon = rampOf(wide, {}, REFUSED).seconds;
    const impatient = { ...REFUSED, untilNextTry: () => undefined };
    const late = rampOf(wide, {}, { ...impatient, untilReturn: () => 360 }).seconds;
    expect(late).toBeGreaterThan(10 * soon);
    expect(rampOf(wide, {}, impatient).seconds).toBeGreaterThan(soon);
    expect(REFUSED.untilReturn(1, 0)).toBe(5);
    expect(REFUSED.untilReturn(1, 1)).toBe(10);
    expect(REFUSED.untilReturn(9, 1)).toBe(360);
  });
});

describe('the time grows, or stays', () => {
  test.each<readonly [string, (n: number) => number, readonly number[]]>([
    ['with the messages', (n) => timeOf(n, 1).seconds, [1, 50, 51, 1000, 10_000, 100_000]],
    ['with the time of a task', (n) => timeOf(1000, n).seconds, [0, 0.1, 1, 30, 600]],
    ['as the account shrinks', (n) => timeOf(10_000, 1, { account: 1000 / n }).seconds, [1, 2, 10, 100]],
    ['as the table shrinks', (n) => timeOf(100_000, 0, { tableWrites: 40_000 / n }).seconds, [1, 2, 4, 10]],
    ['as batches shrink', (n) => timeOf(1000, 10, { batchSize: 10 / n }).seconds, [1, 2, 5, 10]],
    [
      'as pollers shrink, where the table refuses nothing',
      (n) => timeOf(10_000, 1, { pollers: { min: 100 / n, max: 100 / n } }).seconds,
      [1, 2, 10, 50],
    ],
  ])('%s', (_, of, values) => {
    const times = values.map(of);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((time) => Number.isFinite(time) && time > 0)).toBe(true);
  });
});

describe('the waves of a canvas', () => {
  test('are one for each step of a chain', () => {
    const step = { messages: 1, taskMs: 500, writes: 1, keys: 1 };
    expect(wavesOf({ seq: [task, task, task] }, 500)).toEqual([step, step, step]);
    const [{ seconds } = { seconds: 0 }] = timesOf({ seq: Array.from({ length: 100 }, () => task) }, 500, [{}]);
    expect(seconds).toBeCloseTo(100 * (0.5 + own), 6);
  });

  test('of a chord are the messages of a worker, the ranges, the members with their climb, and the body', () => {
    expect(wavesOf({ seq: [group(100_000), task] }, 1000)).toEqual([
      { messages: 1, taskMs: 0, writes: 0, keys: 1 },
      { messages: 500, taskMs: 0, writes: 0, keys: 500 },
      // 12,500 leaves, 63 nodes.
      { messages: 100_000, taskMs: 1000, writes: 112_563, keys: 782 },
      { messages: 1, taskMs: 1000, writes: 1, keys: 1 },
    ]);
  });

  test('of a group that the caller sends are its members, and of members with several steps one for each step', () => {
    expect(wavesOf(group(8), 0)).toEqual([{ messages: 8, taskMs: 0, writes: 8, keys: 1 }]);
    expect(wavesOf(group(2, { seq: [task, task] }), 0)).toEqual([
      { messages: 2, taskMs: 0, writes: 2, keys: 1 },
      { messages: 2, taskMs: 0, writes: 2, keys: 1 },
    ]);
    expect(wavesOf(group(0), 0)).toEqual([{ messages: 1, taskMs: 0, writes: 0, keys: 1 }]);
  });

  test('have those of callbacks behind them', () => {
    const linked: Plan = { task: 'add', links: [{ on: 'success', plan: task }] };
    expect(wavesOf(linked, 0)).toHaveLength(2);
  });
});

test('each choice of settings is answered, with the price of its pollers', () => {
  const answers = timesOf(group(50), 1000, COMPARED);
  expect(answers.map(({ settings }) => settings)).toEqual(COMPARED);
  for (const { settings, pollerDollarsAnHour } of answers) {
    expect(pollerDollarsAnHour === undefined).toBe(settings.pollers === undefined);
  }
  const { pollerDollarsAnHour } = answers.find(({ settings }) => settings.pollers?.max === 100) ?? {};
  expect(pollerDollarsAnHour).toEqual({ least: 0.0185, most: 0.925 });
  expect(100 * POLLER_DOLLARS).toBeCloseTo(0.925, 9);
});

test('each limit names the page of AWS that states it', () => {
  for (const { page, value } of Object.values(LIMITS)) {
    expect(page).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/(?:lambda|amazondynamodb)\/.+\.html$/);
    expect(value).toBeGreaterThan(0);
  }
});
