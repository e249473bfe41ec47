import { memoryCloud } from 'chordal/testing';
import type { TestCloud, TestCloudOptions } from 'chordal/testing';
import { handler as canvas } from '../../handlers/canvas.ts';
import { handler as math } from '../../handlers/math.ts';
import { handler as text } from '../../handlers/text.ts';
import { handler as trouble } from '../../handlers/trouble.ts';

/** The functions of `handlers/` in memory, in virtual time. */
export function sampleCloud(options: TestCloudOptions = {}): TestCloud {
  return memoryCloud({ canvas, math, text, trouble }, { time: 'virtual', seed: 1, ...options });
}
