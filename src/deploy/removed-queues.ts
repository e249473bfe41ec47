import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { COMMAND_LIMITS, OPERATOR_TRIES } from '../adapters/aws/connections.ts';
import { isMissing } from '../adapters/aws/errors.ts';
import { queuesWith, scheduleTargets } from '../adapters/aws/stage-queues.ts';
import { ConfigurationError, isChordalError } from '../core/errors/caller.ts';
import { highQueueName } from '../core/protocol/priority.ts';
import { reasonOf } from '../core/text/describe.ts';
import { sourcesOf } from './project.ts';
import type { Project } from './project.ts';
import { scheduleGroupName } from './stack/template.ts';

/** The stack to deploy, and where it stands. */
export interface RemovedQueuesOptions {
  readonly project: Project;
  readonly region: string;
  /** Prints a message for the user of the command. */
  readonly say: (message: string) => void;
}

/**
 * Makes sure that a deployment removes no queue that messages are in, or are held for: delayed messages, and those of schedules. They would
 * be lost, or fail at their time. AWS is asked once if no queue is removed; otherwise once more for each, and for the schedules of the stage.
 *
 * @throws ConfigurationError if such a queue is removed. Where AWS refuses to answer, it says so, and the deployment goes on.
 */
export async function checkRemovedQueues(options: RemovedQueuesOptions): Promise<void> {
  const held = await askFor(options, (isBusy) => {
    const again = isBusy ? ', or deploy again' : '';
    return `messages of removed handlers. If you have removed one, make sure that its queue is empty${again}`;
  });
  if (held.length > 0) throw refused(held, options.project);
}

/** Says which queues of a stack that is removed have messages, or are to get delayed ones: all of them go. */
export async function sayLostMessages(options: RemovedQueuesOptions): Promise<void> {
  const { project, say } = options;
  const held = await askFor({ ...options, project: { ...project, functions: [] } }, () => 'messages of the stack');
  if (held.length === 0) return;
  const queues = held.map((one) => lineOf(one, project.queuePrefix)).join(', ');
  say(`Messages go with the stack: ${queues}. Workflows that wait for them never end.`);
}

// --- internal ---

/** Returns the queues that would go, and are in use; none where AWS refuses to answer, which it says with `wanted`. */
async function askFor(
  { project, region, say }: RemovedQueuesOptions,
  wanted: (isBusy: boolean) => string,
): Promise<readonly HeldQueue[]> {
  const requestHandler = COMMAND_LIMITS;
  const sqs = new SQSClient({ region, requestHandler, ...OPERATOR_TRIES, useQueueUrlAsEndpoint: false });
  const scheduler = new SchedulerClient({ region, requestHandler, ...OPERATOR_TRIES });
  try {
    return await heldQueues(project, { sqs, scheduler, say });
  } catch (error) {
    const why = isChordalError(error) ? error.message : reasonOf(error);
    say(`Cannot look for ${wanted(isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE'))}. The reason: ${why}`);
    return [];
  } finally {
    sqs.destroy();
    scheduler.destroy();
  }
}

interface Clients {
  readonly sqs: SQSClient;
  readonly scheduler: SchedulerClient;
  readonly say: (message: string) => void;
}

/** A queue that the deployment would remove, and its messages. */
interface HeldQueue {
  readonly name: string;
  /** In the queue: visible, delayed and in flight. */
  readonly messages: number;
  /** Whether a schedule waits for its time to send to it. */
  readonly isScheduled: boolean;
}

async function heldQueues(project: Project, { sqs, scheduler, say }: Clients): Promise<readonly HeldQueue[]> {
  const queues = project.functions.flatMap(sourcesOf).map(({ queue }) => queue.name);
  const staying = new Set([...queues, project.deadLetterQueue.name]);
  const gone = await queuesWith(sqs, project.queuePrefix, (name) => !staying.has(name));
  // Queues of the stage dev-2 begin with the prefix of the stage dev, too.
  const own = gone.filter(({ deadLetters }) => deadLetters === project.deadLetterQueue.name);
  if (own.length === 0) return [];
  const group = scheduleGroupName(project);
  const targets = await scheduleTargets(scheduler, group, MOST_SCHEDULES).catch(noneIfMissing);
  if (targets.length > MOST_SCHEDULES)
    say(`Only the first ${MOST_SCHEDULES} schedules of ${group} were searched for messages of removed handlers.`);
  const scheduled = new Set(targets);
  return own
    .map(({ name, visible, hidden, delayed }) => ({
      name,
      messages: visible + hidden + delayed,
      isScheduled: scheduled.has(name),
    }))
    .filter(({ messages, isScheduled }) => messages > 0 || isScheduled);
}

const MOST_SCHEDULES = 10_000;

/** The first deployment has no group yet. */
function noneIfMissing(error: unknown): readonly string[] {
  if (error instanceof ConfigurationError && isMissing(error.cause)) return [];
  throw error;
}

function refused(held: readonly HeldQueue[], { queuePrefix, functions }: Project): ConfigurationError {
  const staying = functions.map(({ handler }) => handler);
  const queues = held.map((one) => {
    const own = one.name.slice(queuePrefix.length);
    return { line: lineOf(one, queuePrefix), highOf: staying.find((handler) => highQueueName(handler) === own) };
  });
  const lines = queues.map(({ line }) => line).join(', ');
  // These handlers stay: only their second queue would go.
  const kept = queues.flatMap(({ highOf }) => highOf ?? []);
  const isHandlers = kept.length < held.length;
  const withHandlers = isHandlers ? ['the handlers'] : [];
  const ifRenamed = isHandlers
    ? ' If you have renamed a file, keep the old one for so long with one task of its own: the messages of its old tasks are sent on.'
    : '';
  const withHigh = kept.length > 0 ? [`a task with priority: 'high' in ${kept.join(', ')}`] : [];
  return new ConfigurationError(
    `Cannot remove ${isHandlers ? 'handlers whose queues' : 'queues for high priority that'} are in use: ${lines}. Their messages would be lost. ` +
      `Deploy with ${[...withHandlers, ...withHigh].join(', and with ')}, until nothing is sent to the queues and their messages are done, or deploy with --param="removeInUse=true" to give the messages up.${ifRenamed}`,
  );
}

/** Returns a queue with its messages, as in `math (2 messages and delayed messages)`. */
function lineOf({ name, messages, isScheduled }: HeldQueue, prefix: string): string {
  const parts = [...(messages > 0 ? [`${messages} messages`] : []), ...(isScheduled ? ['delayed messages'] : [])];
  return `${name.slice(prefix.length)} (${parts.join(' and ')})`;
}
