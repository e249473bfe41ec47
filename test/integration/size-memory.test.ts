import { memoryCloud } from 'chordal/testing';
import { expect, onTestFinished, test } from 'vitest';
import { handler as math } from '../../handlers/math.ts';
import { handler as text } from '../../handlers/text.ts';
import { heapUsed } from '../support/heap.ts';
import type { LargeCanvas } from '../support/large-canvases.ts';
import {
  heavyChain,
  heavyChord,
  longChain,
  stages,
  tenMegabytes,
  wideChord,
  wideGroup,
} from '../support/large-canvases.ts';
import { LargestMessage } from '../support/largest-message.ts';

/** Seconds of virtual time, and what the test may take itself. */
const timeout = 100_000;
const LONG = 120_000;

test.each([
  longChain(10_000),
  wideGroup(10_000),
  wideChord(100_000),
  stages(5),
  tenMegabytes(),
  ...[1000, 100_000, 5_000_000].flatMap((characters) => [heavyChain(characters), heavyChord(characters)]),
])('$name comes to its end in messages of at most 6 KB', { timeout: LONG }, async (canvas) => {
  const { largestMessage } = start();
  expect(await valueOf(canvas)).toEqual(canvas.value);
  expect(largestMessage()).toBeLessThanOrEqual(6 * 1024);
});

test.each([
  ['chain', longChain],
  ['group', wideGroup],
  ['chord', wideChord],
])('a %s four times as large takes about four times as long', { timeout: LONG }, async (_, canvasOf) => {
  start();
  await cpuMs(canvasOf(1000));
  const [small, large] = [await cpuMs(canvasOf(2500)), await cpuMs(canvasOf(10_000))];
  // It would be 16 if each task cost as much more as there are more of them.
  expect(large / small).toBeLessThan(8);
});

test('of a chord that has ended nothing is kept but its outcomes', { timeout: LONG }, async () => {
  start();
  await valueOf(wideChord(100));
  const before = heapUsed();
  const members = 20_000;
  await valueOf(wideChord(members));
  expect((heapUsed() - before) / members).toBeLessThan(1500);
});

// --- internal ---

/** Has the sample handlers run in virtual time until the test has ended. */
function start(): { readonly largestMessage: () => number } {
  const largest = new LargestMessage();
  const cloud = memoryCloud({ math: largest.watch(math), text: largest.watch(text) }, { time: 'virtual', seed: 1 });
  onTestFinished(() => cloud.close());
  return { largestMessage: () => largest.length };
}

async function valueOf({ make }: LargeCanvas): Promise<unknown> {
  return (await make().delay()).get({ timeout });
}

/** The processor time of this process for a canvas. Other work of the machine changes it less than it changes the elapsed time. */
async function cpuMs(canvas: LargeCanvas): Promise<number> {
  heapUsed();
  const before = process.cpuUsage();
  await valueOf(canvas);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
