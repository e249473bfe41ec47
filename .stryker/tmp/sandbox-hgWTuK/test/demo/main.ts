/**
 * `npm run demo`: starts the embedded cloud on `handlers/`, and runs the examples against it: real messages, the
 * functions' real bundles and a real table, all in this process. Exits with 1 if a value is not what it should be.
 */
import { styleText } from 'node:util';
import { startLocal } from '../../src/local/local-cloud.ts';
import { runExamples } from './examples.ts';
import { Report } from './report.ts';
import { Session } from './session.ts';
import { WorkerLog } from './worker-log.ts';

const { stdout } = process;
const report = new Report({ write: (text) => void stdout.write(text), ...(stdout.isTTY && { paint: styleText }) });
const workerLog = new WorkerLog();
const startedAt = performance.now();

report.note('Starting SQS, S3, DynamoDB and Lambda in this process, on the functions of handlers/.');
const local = await startLocal({ handlersDir: 'handlers', service: 'chordal', stage: 'demo', onEvent: workerLog.add });
const startSeconds = secondsSince(startedAt);
report.note(
  `Ready in ${startSeconds} s: ${Object.keys(local.routes).length} tasks on ${new Set(Object.values(local.routes)).size} functions.`,
);
// A program of its own would be started with these variables.
Object.assign(process.env, local.env);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void local.stop().finally(() => process.exit(1));
  });
}

try {
  await runExamples(new Session(report, (taskId) => workerLog.messageOf(taskId)));
} finally {
  await local.stop();
}
report.summary(`${secondsSince(startedAt)} s, ${startSeconds} s of them to start the cloud`);
process.exitCode = report.exitCode;

// --- internal ---

function secondsSince(time: number): string {
  return ((performance.now() - time) / 1000).toFixed(1);
}
