/** A message to put on a queue. */
export interface Outgoing {
  /** The queue's name without the app's prefix: a handler's name. */
  readonly queue: string;
  /** The queue is of another application, in the same account and region, and `queue` is its whole name. */
  readonly isForeign?: true;
  readonly body: string;
  /** 0 to 900 seconds; a queue that takes whole ones rounds up. */
  readonly delaySeconds: number;
  /** Shares the queue fairly with other tenants. */
  readonly tenant?: string;
}

/** The messages of one call. */
export interface Send {
  readonly messages: readonly Outgoing[];
}

/** A body that can't be processed. */
export interface Reject {
  readonly body: string;
  readonly reason: string;
}

/** Queues, at least once: a message may arrive twice, late, and in any order. */
export interface Broker {
  /**
   * Puts all messages on their queues, in as few calls as possible, and resolves when every one has been accepted;
   * entries that a batch refused are sent again. Throws `ServiceUnavailable` if some were not accepted in the end: any of them may have
   * been sent. A second call sends all again.
   */
  send(params: Send): Promise<void>;
  /** Puts a body that can't be processed on the dead-letter queue, with the reason. A second call does so again. */
  deadLetter(params: Reject): Promise<void>;
  /** Returns the whole name of a queue of this app, as other applications know it. */
  nameOf(queue: string): string;
}

/** A message that was received and not yet acknowledged. */
export interface Receipt {
  readonly queue: string;
  readonly handle: string;
}

/** One message, as it was received. */
export interface Delivery {
  /** The queue's own id of the message. */
  readonly messageId: string;
  readonly body: string;
  /** How often it has been received, this time included. */
  readonly receives: number;
  readonly receipt: Receipt;
  /** Epoch ms at which it was sent, where the queue says so. */
  readonly sentAt?: number;
  /** Why it is in the dead-letter queue, if it was put there with a reason. */
  readonly reason?: string;
}

/** The messages whose work is done. */
export interface Finish {
  readonly receipts: readonly Receipt[];
}

/** The messages to try again after `seconds` (0 to 43,200). */
export interface Release extends Finish {
  readonly seconds: number;
}

/** The actions of a worker on messages it was given, besides naming in its answer those that failed. */
export interface Deliveries {
  /** Deletes messages whose work is done. A second call changes nothing. */
  finish(params: Finish): Promise<void>;
  /** Lets messages come back. */
  release(params: Release): Promise<void>;
}

/** A body to put on a queue at `at` (epoch ms, to the minute). */
export interface Schedule {
  readonly name: string;
  readonly at: number;
  readonly queue: string;
  readonly body: string;
}

/** One-time schedules, for delays that a queue cannot hold. */
export interface Scheduler {
  /**
   * Puts a body on a queue at its time, once. A second call with the same name changes nothing until then. Returns `false` if the service
   * takes no more schedules for now: then it has not taken this one, unless an earlier call has made it.
   */
  schedule(params: Schedule): Promise<boolean>;
}
