import { assert, constant, integer, oneof, property, uniqueArray } from 'fast-check';
import type { Arbitrary } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runTimes } from '../../../../src/adapters/schedules/run-times.ts';
import { readCron, toEventBridge } from '../../../../src/core/schedule/cron.ts';

/** The next times of a schedule, as ISO texts. */
function times(expression: string, timezone: string, after: string, count = 3): readonly string[] {
  const next = runTimes({ expression, timezone }, Date.parse(after));
  const found: string[] = [];
  for (let at: number | undefined = Date.parse(after); found.length < count;) {
    at = next(at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

describe('runTimes()', () => {
  it('leaves out a time that does not exist where clocks go forward', () => {
    // On 29 March 2026, Berlin has no 02:30.
    expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-03-28T00:00Z')).toEqual([
      '2026-03-28T01:30',
      '2026-03-30T00:30',
      '2026-03-31T00:30',
    ]);
    // On 8 March 2026, New York has no 02:30.
    expect(times('cron(30 2 * * ? *)', 'America/New_York', '2026-03-07T12:00Z', 2)).toEqual([
      '2026-03-09T06:30',
      '2026-03-10T06:30',
    ]);
  });

  it('runs once where clocks go back and a time comes twice', () => {
    // On 25 October 2026, Berlin has 02:30 twice; on 1 November, New York has 01:30 twice.
    expect(times('cron(30 2 * * ? *)', 'Europe/Berlin', '2026-10-24T12:00Z', 2)).toEqual([
      '2026-10-25T00:30',
      '2026-10-26T01:30',
    ]);
    expect(times('cron(30 1 * * ? *)', 'America/New_York', '2026-10-31T12:00Z', 2)).toEqual([
      '2026-11-01T05:30',
      '2026-11-02T06:30',
    ]);
  });

  it('keeps the hour on the wall in zones with half hours and in the southern summer', () => {
    expect(times('cron(0 9 * * ? *)', 'Asia/Kolkata', '2026-01-01T00:00Z', 1)).toEqual(['2026-01-01T03:30']);
    expect(times('cron(0 9 4,5 4 ? *)', 'Australia/Sydney', '2026-01-01T00:00Z', 2)).toEqual([
      '2026-04-03T22:00',
      '2026-04-04T23:00',
    ]);
  });

  it('knows leap days, last days, and weekdays of a month', () => {
    expect(times('cron(0 0 29 2 ? *)', 'UTC', '2026-01-01T00:00Z', 1)).toEqual(['2028-02-29T00:00']);
    expect(times('cron(0 0 L * ? *)', 'UTC', '2026-01-31T00:00Z', 2)).toEqual(['2026-02-28T00:00', '2026-03-31T00:00']);
    expect(times('cron(0 0 ? * 6L *)', 'UTC', '2026-01-01T00:00Z', 1)).toEqual(['2026-01-30T00:00']);
    expect(times('cron(0 0 ? * 2#2 *)', 'UTC', '2026-01-01T00:00Z', 1)).toEqual(['2026-01-12T00:00']);
    expect(times('cron(0 0 30 2 ? *)', 'UTC', '2026-01-01T00:00Z')).toEqual([]);
  });

  it('counts intervals from the start, and runs once at a time', () => {
    const start = Date.UTC(2026, 0, 1, 0, 7);
    const next = runTimes({ expression: 'rate(10 minutes)', timezone: 'UTC', start }, 0);
    expect([next(0), next(start), next(start + 599_999), next(start + 600_000)]).toEqual(
      [0, 1, 1, 2].map((count) => start + count * 600_000),
    );
    expect(times('at(2026-06-01T00:00:00)', 'UTC', '2026-01-01T00:00Z')).toEqual(['2026-06-01T00:00']);
    expect(times('at(2026-06-01T00:00:00)', 'UTC', '2026-06-01T00:00Z')).toEqual([]);
  });

  it('runs neither before the start nor after the end, which count themselves', () => {
    const [start, end] = [Date.UTC(2026, 0, 1, 3), Date.UTC(2026, 0, 2, 3)];
    const next = runTimes({ expression: 'cron(0 3 * * ? *)', timezone: 'UTC', start, end }, 0);
    expect([next(0), next(start), next(end)]).toEqual([start, end, undefined]);
  });

  it('agrees with the fields of an expression, for any of them', () => {
    const field = (least: number, most: number): Arbitrary<string> =>
      oneof(
        constant('*'),
        integer({ min: least, max: most }).map(String),
        integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
        uniqueArray(integer({ min: least, max: most }), { minLength: 1, maxLength: 4 }).map((all) => all.join(',')),
      );
    const time = integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2030, 0, 1) });
    assert(
      property(field(0, 59), field(0, 23), field(1, 12), field(0, 6), time, (minute, hour, month, weekday, after) => {
        const expression = toEventBridge(readCron(`${minute} ${hour} * ${month} ${weekday}`, 'any'));
        const next = runTimes({ expression, timezone: 'UTC' }, 0)(after);
        const at = new Date(next ?? 0);
        expect(next).toBeGreaterThan(after);
        expect(fits(minute, at.getUTCMinutes(), 0)).toBe(true);
        expect(fits(hour, at.getUTCHours(), 0)).toBe(true);
        expect(fits(month, at.getUTCMonth() + 1, 1)).toBe(true);
        expect(fits(weekday, at.getUTCDay(), 0)).toBe(true);
      }),
    );
  });
});

// --- internal ---

function fits(field: string, value: number, least: number): boolean {
  if (field === '*') return true;
  if (field.startsWith('*/')) return (value - least) % Number(field.slice(2)) === 0;
  return field.split(',').map(Number).includes(value);
}
