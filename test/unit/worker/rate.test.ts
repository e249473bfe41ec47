import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chain, createApp } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';

const app = createApp('rates');
let runs: number[] = [];
const free = app.task('free', (_value: unknown = undefined) => void runs.push(cloud.clock.now()));
const limited = app.task('limited', { rateLimit: '1/h' }, () => void runs.push(cloud.clock.now()));
const quick = app.task('quick', { inline: true }, (_value: unknown = undefined) => void runs.push(cloud.clock.now()));

let cloud: TestCloud;
beforeEach(() => {
  runs = [];
  cloud = memoryCloud({ rates: app.handler(free, limited, quick) }, { time: 'virtual', seed: 1, logLevel: 'silent' });
});
afterEach(() => cloud.close());

/** Runs signatures after the workers have seen the gate, and answers with the ms from the first run to the last. */
async function spanOf(signatures: readonly { delay(): Promise<{ get(): Promise<unknown> }> }[]): Promise<number> {
  await cloud.clock.sleep(2000);
  const results = await Promise.all(signatures.map((one) => one.delay()));
  await Promise.all(results.map((one) => one.get()));
  return Math.max(...runs) - Math.min(...runs);
}

describe('a rate limit that is set at run time', () => {
  it('holds for a task that has none, until it is lifted', async () => {
    await app.control.rateLimit('free', '1/m');
    expect(await spanOf([free.s(), free.s(), free.s()])).toBeGreaterThanOrEqual(120_000);
    await app.control.rateLimit('free', null);
    runs = [];
    await cloud.clock.sleep(3_600_000);
    expect(await spanOf([free.s(), free.s(), free.s()])).toBeLessThan(1000);
  });

  it('holds also for messages that have waited for their slots while their function was paused', async () => {
    await app.control.rateLimit('free', '1/m');
    await cloud.clock.sleep(2000);
    await Promise.all([1, 2, 3, 4].map(() => free.delay()));
    await cloud.clock.sleep(2000);
    expect(runs).toHaveLength(1);
    await app.control.pause('rates');
    await cloud.clock.sleep(3_600_000);
    await app.control.resume('rates');
    await cloud.clock.sleep(2000);
    expect(runs).toHaveLength(2);
    await cloud.clock.sleep(120_000);
    expect(runs).toHaveLength(4);
  });

  it("takes the place of the task's own, also where it is none", async () => {
    await app.control.rateLimit('limited', 1);
    const span = await spanOf([limited.s(), limited.s(), limited.s()]);
    expect(span).toBeGreaterThanOrEqual(2000);
    expect(span).toBeLessThan(60_000);
    await app.control.rateLimit('limited', 0);
    await cloud.clock.sleep(3_600_000);
    runs = [];
    expect(await spanOf([limited.s(), limited.s()])).toBeLessThan(1000);
  });

  it('holds for a step that would run inline', async () => {
    await app.control.rateLimit('quick', '1/m');
    expect(await spanOf([chain(free.s(), quick.s(), quick.s(), quick.s())])).toBeGreaterThanOrEqual(120_000);
  });

  it('is refused where it is none, and for a task that no function runs', async () => {
    for (const limit of ['often', '10/d', -1, Number.NaN, '', undefined])
      await expect(app.control.rateLimit('free', limit as string)).rejects.toThrow(/^Cannot limit the rate of free/);
    await expect(app.control.rateLimit('fre', '1/s')).rejects.toThrow('Did you mean free?');
    await expect(app.control.rateLimit('nobody', '1/s')).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED' });
  });
});
