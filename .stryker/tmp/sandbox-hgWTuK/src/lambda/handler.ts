import { InvalidOptions } from '../core/errors/caller.ts';
import type { AnyTask } from '../core/types/tasks.ts';
import { compact } from '../core/values/compact.ts';
import type { Engine } from '../engine/engine.ts';
import type { Delivery } from '../ports/broker.ts';
import { queuePrefix } from '../runtime/environment.ts';
import { runBatch } from '../worker/batch.ts';
import { metered } from './metered.ts';
import type { FunctionContext, QueueAnswer, QueueEvent, QueueRecord } from './sqs-event.ts';

/**
 * What a file in `handlers/` exports: a Lambda function for a queue, and the names of the tasks it runs.
 *
 * @example
 * ```ts
 * const math: Handler = app.handler(add, mul);
 * math.tasks; // ['add', 'mul']
 * ```
 */
export interface Handler {
  (event: QueueEvent, context: FunctionContext): Promise<QueueAnswer>;
  /** The names of the tasks it runs. */
  readonly tasks: readonly string[];
  /** The time limits, in seconds, of those that have one: a build checks them against the function's timeout. */
  readonly timeLimits: Readonly<Record<string, number>>;
}

/**
 * Makes the Lambda function that runs these tasks of an engine.
 *
 * @param prefix what the names of its queues begin with, read when it is needed.
 * @throws InvalidOptions if there is none, or one is no task of the engine's app.
 */
export function makeHandler(engine: Engine, tasks: readonly AnyTask[], prefix: () => string = queuePrefix): Handler {
  if (tasks.length === 0)
    throw new InvalidOptions('Cannot make a handler as it has no tasks: give app.handler at least one');
  const names = tasks.map((task, index) => {
    const name = nameOf(task);
    if (name !== undefined && engine.tasks.has(name)) return name;
    throw new InvalidOptions(
      `Cannot handle ${name ?? `argument ${index + 1}`} as it is no task of this app: register it with app.task`,
    );
  });
  const here: Engine = withTasks(engine, names);
  const handle = async (event: QueueEvent, context: FunctionContext): Promise<QueueAnswer> => {
    const deliveries = event.Records.map((record) => deliveryOf(record, prefix()));
    const back = await metered(here, (engine) =>
      runBatch(engine, deliveries, () => context.getRemainingTimeInMillis()),
    );
    return { batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })) };
  };
  return Object.assign(handle, { tasks: [...new Set(names)], timeLimits: timeLimitsOf(here) });
}

/** What an SQS record says of one delivery. */
export function deliveryOf(record: QueueRecord, prefix: string = queuePrefix()): Delivery {
  const { messageId, body, receiptHandle, attributes, messageAttributes, eventSourceARN } = record;
  const reason = messageAttributes?.['reason']?.stringValue;
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

/** A caller without the compiler may give what is no task, and has no name. */
function nameOf(task: unknown): string | undefined {
  return typeof task === 'function' && 's' in task ? task.name : undefined;
}

function timeLimitsOf({ tasks }: Engine): Handler['timeLimits'] {
  const limits = [...tasks].flatMap(([name, { options }]) =>
    options.timeLimit === undefined ? [] : [[name, options.timeLimit] as const],
  );
  return Object.fromEntries(limits);
}

/** The engine as the function sees it: of the app's tasks it runs only its own. */
function withTasks(engine: Engine, names: readonly string[]): Engine {
  const own = new Set(names);
  const tasks = new Map([...engine.tasks].filter(([name]) => own.has(name)));
  return Object.create(engine, { tasks: { value: tasks } }) as Engine;
}
