/**
 * What Lambda and its event source mapping for SQS hand to a function, as far as it is read, and what they take back. The
 * types of `@types/aws-lambda` fit; whoever uses this library need not have them.
 */

/** A batch of messages. */
export interface QueueEvent {
  readonly Records: readonly QueueRecord[];
}

/** One delivery of a message. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp?: string };
  readonly messageAttributes?: { readonly [name: string]: { readonly stringValue?: string | undefined } };
  readonly eventSourceARN: string;
}

/** The run of a function. */
export interface FunctionContext {
  /** How many ms the function may still run. */
  getRemainingTimeInMillis(): number;
}

/** The messages that come back; the others are deleted. */
export interface QueueAnswer {
  batchItemFailures: { itemIdentifier: string }[];
}
