/** Whole runs on the embedded cloud: SQS, DynamoDB and Lambda's event source mapping over HTTP, with the real bundles. */
import { startLocal } from '../../src/local/local-cloud.ts';
import { bareLoop } from './support/bare-loop.ts';
import { comparedTo } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';
import { measureRuns } from './support/workloads.ts';

let lastBatchAt = 0;
progress('local: starting the embedded cloud');
const startedAt = performance.now();
const local = await startLocal({
  handlersDir: 'handlers',
  service: 'bench',
  stage: 'local',
  onEvent: (event) => {
    if (event.type === 'batch') lastBatchAt = performance.now();
    if (event.type === 'trouble') console.error(event.message, event.error);
  },
});
const start: Figure = {
  name: 'local: start',
  value: performance.now() - startedAt,
  unit: 'ms',
  note: 'with building the handlers',
};
try {
  Object.assign(process.env, local.env);
  const figures = await measureRuns({ name: 'local', lastBatchAt: () => lastBatchAt });
  progress('local: the same calls without Chordal');
  const bare = await bareLoop(local.env, 2000);
  const beside = figures.map((figure) => (figure.name === 'local: group of 2,000' ? comparedTo(figure, bare) : figure));
  answer([start, ...beside, bare]);
} finally {
  await local.stop();
}
