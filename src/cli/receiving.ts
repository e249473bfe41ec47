import { connections } from '../adapters/aws/connections.ts';
import { calling } from '../adapters/aws/errors.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { setReceiving } from '../deploy/event-sources.ts';
import { endpointOptions } from '../runtime/endpoints.ts';
import { required } from '../runtime/environment.ts';
import { sandboxLeftMs } from '../runtime/sandbox-time.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import { UsageError } from './errors.ts';
import type { Output } from './output.ts';

/**
 * Has the function of a task, or of a queue, receive from now on, or not.
 *
 * @throws UsageError if there is no such task and no such queue, or the queue has no function
 */
export async function pauseOrResume(
  { engine }: Pick<OpenCloud, 'engine'>,
  name: string,
  isReceiving: boolean,
  output: Output,
): Promise<number> {
  const tasks = engine.taskNames().filter((task) => engine.queueOf(task) !== undefined);
  const queue = engine.queueOf(name) ?? tasks.map((task) => engine.queueOf(task)).find((one) => one === name);
  if (queue === undefined) throw unknown(name, tasks);
  // A function has the name of its queue.
  const functionName = `${required(process.env, 'CHORDAL_QUEUE_PREFIX')}${queue}`;
  const options = { requestHandler: connections(sandboxLeftMs), ...endpointOptions(process.env, 'lambda') };
  const verb = isReceiving ? 'resume' : 'pause';
  const isFound = await calling(verb, { kind: 'function', name: functionName }, () =>
    setReceiving(options, { functionName, isReceiving }),
  );
  if (!isFound)
    throw new UsageError(
      `Cannot ${verb} the function ${functionName}: it has no event source. Deploy the stack, or start \`chordal dev\`.`,
    );
  output.answer({ queue, receiving: isReceiving, tasks: tasks.filter((task) => engine.queueOf(task) === queue) });
  if (!isReceiving)
    output.note(
      'Lambda stops within about a minute. SQS deletes messages that wait for longer than 10 days: resume before that.',
    );
  return 0;
}

// --- internal ---

function unknown(name: string, tasks: readonly string[]): UsageError {
  const near = nearest(name, tasks);
  const known = `Known tasks: ${tasks.join(', ')}.`;
  return new UsageError(
    `Cannot find a task or a queue named ${name}. ${near === undefined ? known : `Did you mean ${near}? ${known}`}`,
  );
}
