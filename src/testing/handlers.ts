import type { Consumer } from '../adapters/memory/cloud.ts';
import { highQueueName, withHigh } from '../core/protocol/priority.ts';
import type { Handler, QueueRecord } from '../lambda/sqs-event.ts';
import type { Delivery } from '../ports/broker.ts';

/** Returns whether a value is a result of `app.handler()`: a test without the compiler may give anything. */
export function isHandler(value: unknown): value is Handler {
  return typeof value === 'function' && 'tasks' in value;
}

/** Returns the queues of a handler, each with consumers of its own. */
export function queuesOf(queue: string, { high }: Handler): readonly string[] {
  return high === undefined ? [queue] : [queue, highQueueName(queue)];
}

/** Returns the queues of the tasks of handlers, which have no task in common. */
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
