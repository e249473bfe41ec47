import { startLocal } from '../../local/local-cloud.ts';
import type { LocalCloud } from '../../local/local-cloud.ts';
import type { Output } from '../output.ts';
import { describeEvent } from './describe-event.ts';
import { ownEnvironment } from './own-environment.ts';

/** What {@link startDev} is told. */
export interface DevOptions {
  readonly handlersDir: string;
  readonly service: string;
  readonly stage: string;
  readonly dataDir?: string | undefined;
  readonly sqsS3?: number | undefined;
  readonly dynamodb?: number | undefined;
}

/**
 * Starts the embedded cloud for development: it follows the files, and tells what happens.
 *
 * @throws ConfigurationError if a handler can't be built or used, a port is taken, or another process uses the data folder
 */
export async function startDev(
  { handlersDir, service, stage, dataDir, sqsS3, dynamodb }: DevOptions,
  output: Output,
): Promise<LocalCloud> {
  const local = await startLocal({
    handlersDir,
    service,
    stage,
    ...(dataDir !== undefined && { dataDir }),
    ports: { ...(sqsS3 !== undefined && { sqsS3 }), ...(dynamodb !== undefined && { dynamodb }) },
    environment: ownEnvironment(),
    watch: true,
    onEvent: (event) => output.note(`${output.faint(timeOf(new Date()))} ${describeEvent(event, output)}`),
  });
  for (const line of howToReach(local)) output.note(line);
  return local;
}

// --- internal ---

function howToReach({ env, routes }: LocalCloud): readonly string[] {
  const queues = Map.groupBy(Object.entries(routes), ([, queue]) => queue);
  const functions = [...queues].map(([queue, tasks]) => `  ${queue}: ${tasks.map(([task]) => task).join(', ')}`);
  const exports = Object.entries(env).map(([name, value]) => `  export ${name}=${quoted(value)}`);
  return [
    'The embedded cloud is up: SQS, S3 and DynamoDB, and a function for each handler:',
    ...functions,
    'To use it from another shell, set there:',
    ...exports,
    'and then, for example: npx chordal call <task> [arg…] --wait',
    'It follows changes of the handlers. Ctrl-C stops it.',
  ];
}

/** As a shell reads it. */
function quoted(value: string): string {
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function timeOf(date: Date): string {
  return date.toTimeString().slice(0, 8);
}
