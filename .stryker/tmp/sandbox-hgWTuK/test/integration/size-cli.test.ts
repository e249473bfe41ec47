import { expect, test } from 'vitest';
import type { LargeCanvas } from '../support/large-canvases.ts';
import { heavyChain, heavyChord, longChain, stages, tenMegabytes, wideChord } from '../support/large-canvases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal } from './cli-support.ts';

const LONG = 300_000;

test('run --memory brings canvases of 10,000 tasks and of 10 MB to their ends', { timeout: LONG }, async () => {
  await runAll('--memory', [longChain(10_000), wideChord(10_000), tenMegabytes(), heavyChain(5_000_000)]);
});

test('run --local brings a chord of 10,000 to its end, and what is long or heavy', { timeout: LONG }, async () => {
  const heavy = [1000, 100_000, 5_000_000].flatMap((characters) => [heavyChain(characters), heavyChord(characters)]);
  await runAll('--local', [wideChord(10_000), longChain(1000), stages(5), tenMegabytes(), ...heavy]);
});

// --- internal ---

/** Runs canvases one after another, as one file of NDJSON. */
async function runAll(cloud: '--memory' | '--local', canvases: readonly LargeCanvas[]): Promise<void> {
  const lines = canvases.map(({ make }) => JSON.stringify(make()));
  const dir = await temporaryFolder({ 'large.ndjson': lines.join('\n') });
  const { code, answers, stderr } = await chordal(['run', `${dir}/large.ndjson`, cloud, '--wait', '--serial']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  for (const [index, { name, value }] of canvases.entries())
    expect({ name, ...at(answers, index) }).toEqual({ name, value });
}

function at(answers: readonly unknown[], index: number): object {
  const answer = answers[index];
  return typeof answer === 'object' && answer !== null ? answer : {};
}
