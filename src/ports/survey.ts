import type { Footprint } from '../core/protocol/footprint.ts';

/** How much is on its way: if nothing is, nothing that is open goes on. */
export interface InFlight {
  /** Messages of the app's queues that can be received. */
  readonly visible: number;
  /** Those that a worker has been given, or that come back. */
  readonly hidden: number;
  /** Those that are not yet due. */
  readonly delayed: number;
  /** Messages of the dead-letter queue that are not buried yet, in any of these states. */
  readonly dead: number;
  /** One-time schedules. */
  readonly scheduled: number;
}

/** The workflow to look at. Default: all. */
export interface Footprints {
  readonly workflow?: string | undefined;
}

/** The survey that an operator looks at, but not a worker: it reads everything. Neither call changes anything. */
export interface Survey {
  /**
   * Returns every trace that workflows, or one of them, have left, in any order; an id may have several. Eventually
   * consistent. Work that no worker has begun has a trace only if its submission kept something: a block, or that it
   * was submitted.
   */
  footprints(params: Footprints): AsyncIterable<Footprint>;
  /**
   * Counts the messages in flight. Queues may report late: SQS is right only a minute after the last message was sent.
   * Throws `ConfigurationError` if there is no dead-letter queue: then these are not the app's queues.
   */
  inFlight(): Promise<InFlight>;
}
