import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { GetQueueAttributesCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../core/errors/caller.ts';
import { highQueueName } from '../core/protocol/priority.ts';
import { compact } from '../core/values/compact.ts';
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
  const { project, region, say } = options;
  const requestHandler = { connectionTimeout: 3000, requestTimeout: 10_000, throwOnRequestTimeout: true };
  // An account may ask only some times a second, and other programs ask, too.
  const maxAttempts = 6;
  const sqs = new SQSClient({ region, requestHandler, maxAttempts, useQueueUrlAsEndpoint: false });
  const scheduler = new SchedulerClient({ region, requestHandler, maxAttempts });
  try {
    const held = await heldQueues(project, { sqs, scheduler, say });
    if (held.length > 0) throw refused(held, project);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const isBusy = error instanceof Error && /Throttl|TooMany|Timeout|Internal|Unavailable/.test(error.name);
    const fix = isBusy
      ? 'Deploy again to have it look.'
      : 'It needs sqs:ListQueues, sqs:GetQueueAttributes and scheduler:ListSchedules.';
    say(
      `Cannot look for messages of removed handlers: ${why}. ${fix} If you have removed a handler, make sure that its queue is empty.`,
    );
  } finally {
    sqs.destroy();
    scheduler.destroy();
  }
}

// --- internal ---

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

async function heldQueues(project: Project, clients: Clients): Promise<readonly HeldQueue[]> {
  const queues = project.functions.flatMap(sourcesOf).map(({ queue }) => queue.name);
  const wanted = new Set([...queues, project.deadLetterQueue.name]);
  const gone = (await queueUrls(project.queuePrefix, clients.sqs)).filter((url) => !wanted.has(nameOf(url, '/')));
  const counts: QueueCount[] = [];
  // Those of other stages are among them: perhaps some hundred.
  for (let from = 0; from < gone.length; from += QUEUES_AT_ONCE)
    counts.push(
      ...(await Promise.all(gone.slice(from, from + QUEUES_AT_ONCE).map((url) => countOf(url, clients.sqs)))),
    );
  // Queues of the stage dev-2 begin with the prefix of the stage dev, too.
  const own = counts.filter(({ deadLetters }) => deadLetters === project.deadLetterQueue.name);
  if (own.length === 0) return [];
  const scheduled = await scheduledQueues(new Set(own.map(({ name }) => name)), scheduleGroupName(project), clients);
  return own
    .map(({ name, messages }) => ({ name, messages, isScheduled: scheduled.has(name) }))
    .filter(({ messages, isScheduled }) => messages > 0 || isScheduled);
}

async function queueUrls(prefix: string, client: SQSClient): Promise<readonly string[]> {
  const urls: string[] = [];
  for await (const page of paginateListQueues({ client, pageSize: 1000 }, { QueueNamePrefix: prefix }))
    urls.push(...(page.QueueUrls ?? []));
  return urls;
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

interface QueueCount extends Pick<HeldQueue, 'name' | 'messages'> {
  /** The name of its dead-letter queue; empty if it has none. */
  readonly deadLetters: string;
}

async function countOf(QueueUrl: string, sqs: SQSClient): Promise<QueueCount> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTS, 'RedrivePolicy'] }),
  );
  const [, arn = ''] = /"deadLetterTargetArn"\s*:\s*"([^"]*)"/.exec(Attributes['RedrivePolicy'] ?? '') ?? [];
  const messages = COUNTS.reduce((sum, count) => sum + Number(Attributes[count] ?? 0), 0);
  return { name: nameOf(QueueUrl, '/'), messages, deadLetters: nameOf(arn, ':') };
}

/** Returns those of the queues that schedules of a group will send to. It looks at the first 10,000 schedules. */
async function scheduledQueues(
  queues: ReadonlySet<string>,
  GroupName: string,
  { scheduler, say }: Clients,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES && found.size < queues.size; page += 1) {
    const request = new ListSchedulesCommand(compact({ GroupName, MaxResults: 100, NextToken: from }));
    const { Schedules = [], NextToken } = await scheduler.send(request).catch(unlessMissing);
    for (const { Target } of Schedules) {
      const name = nameOf(Target?.Arn ?? '', ':');
      if (queues.has(name)) found.add(name);
    }
    if (NextToken === undefined) return found;
    from = NextToken;
  }
  if (found.size < queues.size)
    say(`Only the first ${MOST_PAGES * 100} schedules of ${GroupName} were searched for messages of removed handlers.`);
  return found;
}

const MOST_PAGES = 100;
const QUEUES_AT_ONCE = 8;

/** The first deployment has no group yet. */
function unlessMissing(error: unknown): { readonly Schedules?: undefined; readonly NextToken?: undefined } {
  if (error instanceof Error && error.name === 'ResourceNotFoundException') return {};
  throw error;
}

/** Returns the name at the end of a URL or an ARN. */
function nameOf(address: string, separator: string): string {
  return address.slice(address.lastIndexOf(separator) + 1);
}

function refused(held: readonly HeldQueue[], { queuePrefix, functions }: Project): ConfigurationError {
  const staying = functions.map(({ handler }) => handler);
  const queues = held.map(({ name, messages, isScheduled }) => {
    const parts = [...(messages > 0 ? [`${messages} messages`] : []), ...(isScheduled ? ['delayed messages'] : [])];
    const own = name.slice(queuePrefix.length);
    const highOf = staying.find((handler) => highQueueName(handler) === own);
    return { line: `${own} (${parts.join(' and ')})`, highOf };
  });
  const lines = queues.map(({ line }) => line).join(', ');
  // These handlers stay: only their second queue would go.
  const kept = queues.flatMap(({ highOf }) => highOf ?? []);
  const isHandlers = kept.length < held.length;
  const withHandlers = isHandlers ? ['the handlers'] : [];
  const withHigh = kept.length > 0 ? [`a task with priority: 'high' in ${kept.join(', ')}`] : [];
  return new ConfigurationError(
    `Cannot remove ${isHandlers ? 'handlers whose queues' : 'queues for high priority that'} are in use: ${lines}. Their messages would be lost. ` +
      `Deploy with ${[...withHandlers, ...withHigh].join(', and with ')}, until nothing is sent to the queues and their messages are done, or deploy with --param="removeInUse=true" to give the messages up.`,
  );
}
