import type { AppParts } from '../client/app.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { isHigh } from '../core/protocol/priority.ts';
import type { AnyTask } from '../core/types/tasks.ts';
import { compact } from '../core/values/compact.ts';
import { objectIn } from '../core/values/json.ts';
import type { Engine } from '../engine/engine.ts';
import type { Delivery } from '../ports/broker.ts';
import { queuePrefix } from '../runtime/environment.ts';
import { currentObserver } from '../runtime/observer.ts';
import { runBatch } from '../worker/batch.ts';
import { labelConsole } from './console-lines.ts';
import { inInvocation } from './in-invocation.ts';
import { metered } from './metered.ts';
import type { FunctionContext, Handler, QueueAnswer, QueueEvent, QueueRecord } from './sqs-event.ts';

/** An app as its functions need it. */
export type HandlerParts = Pick<AppParts, 'engine' | 'schedules'>;

/**
 * Makes the Lambda function that runs these tasks of an engine.
 *
 * @param prefix the prefix of the names of its queues, read when it is needed.
 * @throws InvalidOptions if there is none, or one is not a task of the engine's app.
 */
export function makeHandler(
  { engine, schedules }: HandlerParts,
  tasks: readonly AnyTask[],
  prefix: () => string = queuePrefix,
): Handler {
  if (tasks.length === 0)
    throw new InvalidOptions('Cannot make a handler: it has no tasks. Give app.handler() at least one.');
  const names = tasks.map((task, index) => {
    const name = nameOf(task);
    if (name !== undefined && engine.tasks.has(name)) return name;
    throw new InvalidOptions(
      `Cannot handle ${name ?? `argument ${index + 1}`}: it is not a task of this app. Register it with app.task().`,
    );
  });
  const here: Engine = withTasks(engine, names);
  const handle = async (event: QueueEvent, context: FunctionContext): Promise<QueueAnswer> => {
    const deliveries = event.Records.map((record) => deliveryOf(record, prefix()));
    labelConsole(here.settings.logHeaders);
    const remainingMs = (): number => context.getRemainingTimeInMillis();
    const back = await inInvocation(context, () =>
      metered(here, (engine) => runBatch(engine, deliveries, remainingMs)),
    );
    return { batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  const facts = {
    tasks: [...new Set(names)],
    timeLimits: timeLimitsOf(here),
    schedules: [],
    externalQueues: externalQueuesOf(here),
    high: highOf(here),
  };
  // Its first answer then waits for no module.
  if (facts.externalQueues.length > 0)
    void Promise.all([import('../worker/external.ts'), import('../worker/celery.ts')]);
  // A module may add schedules after it has made its handler.
  return Object.defineProperty(Object.assign(handle, facts), 'schedules', { get: () => [...schedules.values()] });
}

/** Returns the facts of one delivery in an SQS record. */
export function deliveryOf(record: QueueRecord, prefix: string = queuePrefix()): Delivery {
  const { messageId, receiptHandle, attributes, eventSourceARN } = record;
  const { body, reason } = contentOf(record);
  const { ApproximateReceiveCount: receives, SentTimestamp: sentAt } = attributes;
  const queue = eventSourceARN.slice(eventSourceARN.lastIndexOf(':') + 1);
  return compact({
    messageId,
    body,
    receives: Number(receives),
    sentAt: sentAt === undefined ? undefined : Number(sentAt),
    receipt: { queue: queue.startsWith(prefix) ? queue.slice(prefix.length) : queue, handle: receiptHandle },
    reason,
  });
}

// --- internal ---

/**
 * Returns the message in a record, and the reason why it is dead. A schedule that could not send is dead as the request
 * of its API, with the reason in two attributes (EventBridge Scheduler, "Configuring a dead-letter queue").
 */
function contentOf({ body, messageAttributes = {} }: QueueRecord): { body: string; reason: string | undefined } {
  const { reason, ERROR_CODE: code, ERROR_MESSAGE: text } = messageAttributes;
  if (code === undefined) return { body, reason: reason?.stringValue };
  const sent = objectIn(body)['MessageBody'];
  const why = `its schedule could not send it: ${code.stringValue ?? 'unknown'}: ${text?.stringValue ?? 'no message'}`;
  return { body: typeof sent === 'string' ? sent : body, reason: why };
}

/** Returns the name of a task. A caller without the compiler may give a value that is not a task, and has no name. */
function nameOf(task: unknown): string | undefined {
  return typeof task === 'function' && 's' in task ? task.name : undefined;
}

function timeLimitsOf({ tasks }: Engine): Handler['timeLimits'] {
  const limits = [...tasks].flatMap(([name, { options, external }]) =>
    options.timeLimit === undefined || external !== undefined ? [] : [[name, options.timeLimit] as const],
  );
  return Object.fromEntries(limits);
}

function highOf({ tasks, settings }: Engine): readonly string[] | undefined {
  const names = [...tasks].flatMap(([name, { options }]) => (isHigh(options.priority) ? [name] : []));
  return names.length > 0 || settings.highPriority ? names : undefined;
}

function externalQueuesOf({ tasks }: Engine): readonly string[] {
  return [...new Set([...tasks.values()].flatMap(({ external }) => external?.queue ?? []))].toSorted();
}

/** Returns the engine as the function sees it: it runs only the function's own tasks. */
function withTasks(engine: Engine, names: readonly string[]): Engine {
  const own = new Set(names);
  const tasks = new Map([...engine.tasks].filter(([name]) => own.has(name)));
  return Object.create(engine, { tasks: { value: tasks }, observer: { get: currentObserver } }) as Engine;
}
