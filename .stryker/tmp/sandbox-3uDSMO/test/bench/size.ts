/** Canvases that are long, wide or heavy: each ten times as large as another, whose time it is compared with. */
import { memoryCloud } from 'chordal/testing';
import { handler as math } from '../../handlers/math.ts';
import { handler as text } from '../../handlers/text.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
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
import { aimedAt, comparedTo } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

/** Seconds; far more than needed. */
const timeout = 1200;
const MB = 2 ** 20;

const heavy = [1000, 100_000, 5_000_000].flatMap((characters) => [heavyChain(characters), heavyChord(characters)]);
const pairs = [longChain, wideGroup, wideChord].map((canvasOf) => [canvasOf(1000), canvasOf(10_000)] as const);
const hundredThousand = [wideChord(10_000), wideChord(100_000)] as const;

answer([...(await inMemory()), ...(await onTheEmbeddedCloud())]);

// --- internal ---

async function inMemory(): Promise<readonly Figure[]> {
  const largest = new LargestMessage();
  const cloud = memoryCloud({ math: largest.watch(math), text: largest.watch(text) });
  const figures = await measure('memory', [...pairs, hundredThousand]);
  cloud.close();
  const message = { name: 'size, memory: largest message of all these', value: largest.length / 1024, unit: 'KB' };
  return [...figures, aimedAt(message, 6)];
}

async function onTheEmbeddedCloud(): Promise<readonly Figure[]> {
  progress('size: starting the embedded cloud');
  const local = await startLocal({
    handlersDir: 'handlers',
    service: 'bench',
    stage: 'size',
    onEvent: (event) => {
      if (event.type === 'trouble') console.error(event.message, event.error);
    },
  });
  try {
    Object.assign(process.env, local.env);
    return await measure('local', pairs);
  } finally {
    await local.stop();
  }
}

async function measure(
  place: string,
  compared: readonly (readonly [LargeCanvas, LargeCanvas])[],
): Promise<readonly Figure[]> {
  await timed(place, stages(5));
  const figures: Figure[] = [];
  for (const [small, large] of compared) {
    const reference = each(place, small, await timed(place, small));
    const figure = each(place, large, await timed(place, large));
    figures.push({ ...comparedTo(figure, reference), note: '1.00 is linear' });
  }
  for (const canvas of [stages(5), tenMegabytes(), ...heavy]) {
    figures.push({ name: `size, ${place}: ${canvas.name}`, value: await timed(place, canvas), unit: 'ms' });
  }
  const { maxRSS } = process.resourceUsage();
  const note = 'most that the process held at once, for all of these';
  return [...figures, { name: `size, ${place}: memory`, value: (maxRSS * 1024) / MB, unit: 'MB', note }];
}

function each(place: string, { name, tasks }: LargeCanvas, ms: number): Figure {
  return { name: `size, ${place}: ${name}`, value: ms / tasks, unit: 'ms a task' };
}

/** How long it takes until the caller has the value, which is right. */
async function timed(place: string, { name, make, value }: LargeCanvas): Promise<number> {
  progress(`${place}: ${name}`);
  const startedAt = performance.now();
  const result = await (await make().delay()).get({ timeout });
  const ms = performance.now() - startedAt;
  if (JSON.stringify(result) === JSON.stringify(value)) return ms;
  throw new Error(`Cannot measure ${name}: what comes of it is wrong`);
}
