/** A message to put on a queue. */
export interface Outgoing {
  /** The queue's name without the app's prefix: a handler's name. */
  readonly queue: string;
  readonly body: string;
  /** 0 to 900 seconds; a queue that takes whole ones rounds up. */
  readonly delaySeconds: number;
  /** Shares the queue fairly with other tenants. */
  readonly tenant?: string;
}

/** Queues, at least once: what was sent may arrive twice, late, and in any order. */
export interface Broker {
  /**
   * Puts all messages on their queues, in as few calls as possible, and resolves when every one has been accepted;
   * entries that a batch refused are sent again. Throws `ServiceUnavailable` if some were not accepted in the end: any of them may have
   * been sent. A second call sends all again.
   */
  send(params: { readonly messages: readonly Outgoing[] }): Promise<void>;
  /** Puts a body that can't be processed on the dead-letter queue, with the reason. A second call does so again. */
  deadLetter(params: { readonly body: string; readonly reason: string }): Promise<void>;
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

/** The actions of a worker on messages it was given, besides naming in its answer those that failed. */
export interface Deliveries {
  /** Deletes messages whose work is done. A second call changes nothing. */
  finish(params: { readonly receipts: readonly Receipt[] }): Promise<void>;
  /** Lets messages come back after `seconds` (0 to 43,200). */
  release(params: { readonly receipts: readonly Receipt[]; readonly seconds: number }): Promise<void>;
}

/** One-time schedules, for delays that a queue cannot hold. */
export interface Scheduler {
  /**
   * Puts a body on a queue at `at` (epoch ms, to the minute), once. A second call with the same name changes nothing.
   */
  schedule(params: {
    readonly name: string;
    readonly at: number;
    readonly queue: string;
    readonly body: string;
  }): Promise<void>;
}
