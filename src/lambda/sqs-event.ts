import type { ScheduleData } from '../core/types/schedules.ts';

/**
 * The data that Lambda and its event source mapping for SQS hand to a function, as far as it is read, and the data that
 * they take back. The types of `@types/aws-lambda` fit; users of this library do not need them.
 */

/** A batch of messages. */
export interface QueueEvent {
  /** The deliveries of the batch. */
  readonly Records: readonly QueueRecord[];
}

/** One delivery of a message. */
export interface QueueRecord {
  /** The id that SQS gave the message. */
  readonly messageId: string;
  /** The handle that deletes or returns this delivery. */
  readonly receiptHandle: string;
  /** The text of the message. */
  readonly body: string;
  /** How often SQS has delivered the message, and when it was sent, as texts. */
  readonly attributes: { readonly ApproximateReceiveCount: string; readonly SentTimestamp?: string };
  /** The attributes that its sender gave the message. */
  readonly messageAttributes?: { readonly [name: string]: { readonly stringValue?: string | undefined } };
  /** The ARN of its queue. */
  readonly eventSourceARN: string;
}

/** The run of a function. */
export interface FunctionContext {
  /** How many ms the function may still run. */
  getRemainingTimeInMillis(): number;
  /** The id of this invocation, for its lines of log. */
  readonly awsRequestId?: string;
}

/** The messages that come back; the others are deleted. */
export interface QueueAnswer {
  /** The ids of those messages. */
  batchItemFailures: { itemIdentifier: string }[];
}

/**
 * The export of a file in `handlers/`: a Lambda function for a queue, and the names of the tasks it runs.
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
  /** The schedules of its app: a build makes them from these. Default: none. */
  readonly schedules?: readonly ScheduleData[];
  /** Its tasks of high priority, if a queue for high priority is to be beside its own; absent: none is. */
  readonly high?: readonly string[] | undefined;
  /** The queues of Python workers, as SQS names them, that run some of its tasks: it gets the right to send there. Default: none. */
  readonly externalQueues?: readonly string[];
}
