import type { Consumer } from '../adapters/memory/cloud.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { highQueueName, withHigh } from '../core/protocol/priority.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Handler, QueueRecord } from '../lambda/sqs-event.ts';
import type { Delivery } from '../ports/broker.ts';

/**
 * Checks the handlers of a test: a test without the compiler may give anything.
 *
 * @param place the function that gets them, as in `memoryCloud()`.
 * @throws InvalidOptions if there is not a result of `app.handler()` for each queue, or two of them have a task in common.
 */
export function checkHandlers(given: unknown, place: string): asserts given is Readonly<Record<string, Handler>> {
  if (!isPlainObject(given)) {
    const got = isHandler(given) ? 'one handler' : describe(given);
    throw new InvalidOptions(
      `Cannot use handlers of ${place}: ${mismatch('the result of app.handler() for each queue', got)}. Write { all: handler }.`,
    );
  }
  const queues = new Map<string, string>();
  for (const [queue, handler] of Object.entries(given)) {
    if (!isHandler(handler)) {
      throw new InvalidOptions(
        `Cannot use ${queue} of ${place}: ${mismatch('a handler', describe(handler))}. Give the result of app.handler().`,
      );
    }
    for (const task of handler.tasks) {
      const other = queues.get(task);
      if (other !== undefined) {
        throw new InvalidOptions(
          `Cannot route task "${task}": ${other} and ${queue} of ${place} both run it, and a task runs in one handler. Remove it from one of them.`,
        );
      }
      queues.set(task, queue);
    }
  }
}

/** Returns the queues of the tasks of handlers, which {@link checkHandlers} has seen. */
export function routesTo(handlers: Readonly<Record<string, Handler>>): Readonly<Record<string, string>> {
  const named = Object.entries(handlers);
  return withHigh(
    Object.fromEntries(named.flatMap(([queue, { tasks }]) => tasks.map((task) => [task, queue]))),
    Object.fromEntries(named.flatMap(([queue, { high }]) => (high === undefined ? [] : [[queue, high]]))),
  );
}

/** Returns the consumer of each queue of handlers. */
export function consumersOf(handlers: Readonly<Record<string, Handler>>): Readonly<Record<string, Consumer>> {
  return Object.fromEntries(
    Object.entries(handlers).flatMap(([name, handler]) =>
      queuesOf(name, handler).map((queue) => [queue, consumerOf(handler)]),
    ),
  );
}

/** Calls a handler as the event source mapping does. */
export function consumerOf(handler: Handler): Consumer {
  return async (deliveries, remainingMs) => {
    const event = { Records: deliveries.map(recordOf) };
    const { batchItemFailures } = await handler(event, { getRemainingTimeInMillis: remainingMs });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

// --- internal ---

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function' && 'tasks' in value;
}

/** Returns the queues of a handler, each with consumers of its own. */
function queuesOf(queue: string, { high }: Handler): readonly string[] {
  return high === undefined ? [queue] : [queue, highQueueName(queue)];
}

function recordOf({ messageId, body, receives, sentAt, receipt }: Delivery): QueueRecord {
  return {
    messageId,
    body,
    receiptHandle: receipt.handle,
    attributes: {
      ApproximateReceiveCount: String(receives),
      ...(sentAt === undefined ? {} : { SentTimestamp: String(sentAt) }),
    },
    eventSourceARN: `arn:aws:sqs:memory:000000000000:${receipt.queue}`,
  };
}
