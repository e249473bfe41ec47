import type { Consumer } from '../adapters/memory/cloud.ts';
import type { Handler, QueueRecord } from '../lambda/sqs-event.ts';
import type { Delivery } from '../ports/broker.ts';

/** Returns whether a value is a result of `app.handler()`: a test without the compiler may give anything. */
export function isHandler(value: unknown): value is Handler {
  return typeof value === 'function' && 'tasks' in value;
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
