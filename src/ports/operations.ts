import type { InFlight } from './survey.ts';

/** A queue whose function receives from it, or not. */
export interface SetReceiving {
  /** Without the app's prefix. */
  readonly queue: string;
  readonly isReceiving: boolean;
}

/** The queue to look at, without the app's prefix. */
export interface OfQueue {
  readonly queue: string;
}

/** A queue as it is now. */
export interface QueueNow extends Pick<InFlight, 'visible' | 'hidden' | 'delayed'> {
  /** Epoch ms, by the clock that dates the messages of the queue. */
  readonly now: number;
}

/** The means of an operator, which no worker needs. Each call but `setReceiving` changes nothing. */
export interface Operations {
  /** Counts the messages in flight. Queues may report late. */
  inFlight(): Promise<InFlight>;
  /** Counts the messages of one queue, and returns its time. */
  lookAt(params: OfQueue): Promise<QueueNow>;
  /**
   * Has the function of a queue receive from now on, or not. Returns false if the queue has no function. A second call has
   * no further effect.
   */
  setReceiving(params: SetReceiving): Promise<boolean>;
}
