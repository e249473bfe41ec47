import { startLocal } from '../../local/local-cloud.ts';
import type { LocalCloud } from '../../local/local-cloud.ts';
import type { Output } from '../output.ts';
import { describeEvent } from './describe-event.ts';
import { ownEnvironment } from './own-environment.ts';

/** The options of {@link startDev}. */
export interface DevOptions {
  readonly handlersDir: string;
  readonly service: string;
  readonly stage: string;
  readonly dataDir?: string | undefined;
  readonly sqsS3?: number | undefined;
  readonly dynamodb?: number | undefined;
}

/**
 * Starts the embedded cloud for development: it builds the handlers again when they change, and prints what happens.
 *
 * @throws ConfigurationError if a handler cannot be built or used, a port is taken, or another process uses the data folder
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
    'The embedded cloud is up: SQS, S3, DynamoDB, and a function for each handler:',
    ...functions,
    'To use it from another shell, run there:',
    ...exports,
    'and then, for example: npx chordal call <task> [arg…] --wait',
    'The handlers are built again when they change. Ctrl-C stops it.',
  ];
}

/** Quotes a value for a shell. */
function quoted(value: string): string {
  return /^[\w./:@%+=,-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}

function timeOf(date: Date): string {
  return date.toTimeString().slice(0, 8);
}
