import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  autoretryDelay,
  defaultRetryDelay,
  hasRetryLeft,
  isRetriable,
  retryLimit,
} from '../../../../src/core/task/retry.ts';

class Busy extends Error {
  override readonly name: string = 'Busy';
}
class VeryBusy extends Busy {
  override readonly name = 'VeryBusy';
}

describe('retryLimit()', () => {
  it('is 3 by default; the value of the task replaces it, and the value of the call replaces both', () => {
    expect(retryLimit({}, undefined)).toBe(3);
    expect(retryLimit({ maxRetries: 5 }, undefined)).toBe(5);
    expect(retryLimit({ maxRetries: 5 }, 0)).toBe(0);
  });

  it('is none when the task or the call says null', () => {
    expect(retryLimit({ maxRetries: null }, undefined)).toBeNull();
    expect(retryLimit({ maxRetries: 5 }, null)).toBeNull();
    expect(retryLimit({ maxRetries: null }, 1)).toBe(1);
  });
});

describe('hasRetryLeft()', () => {
  it('counts the retries before it when there is a limit', () => {
    expect([hasRetryLeft(1, 0), hasRetryLeft(1, 1), hasRetryLeft(0, 0), hasRetryLeft(null, 1e6)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});

describe('autoretryDelay()', () => {
  it('is the delay of the task when there is no backoff', () => {
    expect(defaultRetryDelay({})).toBe(180);
    expect(autoretryDelay({}, 4, 0.5)).toBe(180);
    expect(autoretryDelay({ retryBackoff: false, defaultRetryDelay: 7 }, 4, 0.5)).toBe(7);
  });

  it('doubles up to its most when there is a backoff without jitter', () => {
    const options = { retryBackoff: true, retryJitter: false };
    expect([0, 1, 2, 9, 10, 5000].map((retries) => autoretryDelay(options, retries, 0))).toEqual([
      1, 2, 4, 512, 600, 600,
    ]);
    expect(autoretryDelay({ ...options, retryBackoff: 3, retryBackoffMax: 10 }, 1, 0)).toBe(6);
    expect(autoretryDelay({ ...options, retryBackoff: 3, retryBackoffMax: 10 }, 2, 0)).toBe(10);
  });

  it('is a whole number up to the backoff when there is jitter', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (retries, random) => {
        const delay = autoretryDelay({ retryBackoff: true }, retries, random);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(600, 2 ** retries));
      }),
    );
    expect(autoretryDelay({ retryBackoff: true }, 3, 0.999)).toBe(8);
    expect(autoretryDelay({ retryBackoff: true }, 3, 0)).toBe(0);
  });
});

describe('isRetriable()', () => {
  it('knows an error by its class, a class above it, or its name', () => {
    expect(isRetriable(new VeryBusy(), { autoretryFor: [Busy] })).toBe(true);
    expect(isRetriable(new VeryBusy(), { autoretryFor: ['VeryBusy'] })).toBe(true);
    expect(isRetriable(new VeryBusy(), { autoretryFor: ['Busy'] })).toBe(false);
    expect(isRetriable(new Error('x'), { autoretryFor: [Busy] })).toBe(false);
    expect(isRetriable(new Busy(), {})).toBe(false);
    expect(isRetriable('Busy', { autoretryFor: ['Busy', Error] })).toBe(false);
  });

  it('leaves out what dontAutoretryFor names', () => {
    expect(isRetriable(new VeryBusy(), { autoretryFor: [Busy], dontAutoretryFor: [VeryBusy] })).toBe(false);
    expect(isRetriable(new Busy(), { autoretryFor: [Busy], dontAutoretryFor: [VeryBusy] })).toBe(true);
  });
});
