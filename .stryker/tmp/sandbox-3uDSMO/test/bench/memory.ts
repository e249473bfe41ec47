import type { Handler } from 'chordal';
/** Whole runs with every port in this process. */
import { memoryCloud } from 'chordal/testing';
import { handler as math } from '../../handlers/math.ts';
import { answer } from './support/section.ts';
import { measureRuns } from './support/workloads.ts';

let lastBatchAt = 0;
const noting: Handler = Object.assign(
  async (...args: Parameters<Handler>) => {
    const back = await math(...args);
    lastBatchAt = performance.now();
    return back;
  },
  { tasks: math.tasks, timeLimits: math.timeLimits },
);

const cloud = memoryCloud({ math: noting });
answer(await measureRuns({ name: 'memory', lastBatchAt: () => lastBatchAt }));
cloud.close();
