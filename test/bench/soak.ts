/**
 * The memory of `chordal dev` with its workers, under load for BENCH_MINUTES (5 by default): the embedded cloud, whose state is in a
 * folder, and the sandboxes are threads of this process, so its resident set is that of all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal } from '../../src/local/local-cloud.ts';
import { longChain, wideChord } from '../support/large-canvases.ts';
import { aimedAt, median } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

/** Seconds; far more than needed. */
const timeout = 600;
const MB = 2 ** 20;
const minutes = Number(process.env['BENCH_MINUTES'] ?? 5);

const dataDir = await mkdtemp(join(tmpdir(), 'chordal-bench-'));
const local = await startLocal({
  handlersDir: 'handlers',
  service: 'bench',
  stage: 'soak',
  dataDir,
  onEvent: (event) => {
    if (event.type === 'trouble') console.error(event.message, event.error);
  },
});
try {
  Object.assign(process.env, local.env);
  answer(await soak());
} finally {
  await local.stop();
  await rm(dataDir, { recursive: true, force: true });
}

// --- internal ---

async function soak(): Promise<readonly Figure[]> {
  const samples: { readonly at: number; readonly rss: number }[] = [];
  const startedAt = performance.now();
  let tasks = 0;
  let said = 0;
  for (;;) {
    const at = performance.now() - startedAt;
    samples.push({ at, rss: process.memoryUsage.rss() / MB });
    if (at > minutes * 60_000) break;
    if (at > said) {
      progress(`soak: ${(at / 60_000).toFixed(1)} min, ${tasks} tasks, ${samples.at(-1)?.rss.toFixed(0) ?? ''} MB`);
      said += 30_000;
    }
    for (const canvas of [wideChord(100), longChain(20)]) {
      await (await canvas.make().delay()).get({ timeout });
      tasks += canvas.tasks;
    }
  }
  // The first third fills caches and pools.
  const third = (part: number): readonly number[] =>
    samples
      .filter(({ at }) => at >= (part * minutes * 60_000) / 3 && at < ((part + 1) * minutes * 60_000) / 3)
      .map(({ rss }) => rss);
  const middle = median(third(1));
  const last = median(third(2));
  const note = `${tasks.toLocaleString('en-US')} tasks in ${minutes} min; medians of the last and of the middle third`;
  return [
    { name: 'soak: resident set of chordal dev with its workers', value: last, unit: 'MB', note },
    aimedAt({ name: 'soak: last third beside the middle one', value: last / middle, unit: 'times' }, 1.05),
  ];
}
