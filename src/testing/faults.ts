/**
 * How often each fault strikes: a chance per occasion, 0 to 1.
 *
 * @example
 * ```ts
 * const faults: Partial<Faults> = { crash: 0.1, duplicateDelivery: 0.1 };
 * const workflow = () => add.delay(1, 2);
 * const report = await simulate({ handlers: { all: handler }, workflow, faults, seeds: 5 });
 * report.runs; // 5
 * ```
 */
export interface Faults {
  /** A message is put on its queue twice, with the same nonce or with another. */
  readonly duplicateSend: number;
  /** A write is applied twice: its first answer was lost and the SDK repeated it. */
  readonly repeatedWrite: number;
  /** A write is applied, and its answer never comes. */
  readonly lostAnswer: number;
  /** A call is refused. */
  readonly throttle: number;
  /** The sandbox dies at an await. */
  readonly crash: number;
  /** A message is delivered while another delivery of it still runs. */
  readonly duplicateDelivery: number;
  /** A message comes back though it was acknowledged. */
  readonly lostAck: number;
  /** A write arrives up to ten seconds late: its answer was lost, or the SDK had repeated it by then. */
  readonly lateWrite: number;
  /** Some messages of a batch are refused, and the others sent. */
  readonly refusedEntry: number;
  /** An eventually consistent read misses the writes of the last second. */
  readonly staleRead: number;
  /** A queue has forgotten how often it delivered a message, and counts from one. */
  readonly forgottenReceive: number;
  /** A schedule is not taken: there are too many, or they are made too fast. */
  readonly refusedSchedule: number;
  /** A schedule fires twice. */
  readonly repeatedSchedule: number;
  /** A schedule fires up to an hour late. */
  readonly lateSchedule: number;
  /**
   * No queue delivers for days, at a receive. In one run, less than the fourteen days that a message lives, in its
   * queue and as a dead letter. `simulate()` has none unless it is asked for: values are kept for their `resultExpires`, a day by default.
   */
  readonly longPause: number;
  /** A sandbox's clock is up to two seconds off. */
  readonly clockSkew: number;
  /** A message goes to the dead-letter queue instead of being delivered. */
  readonly deadLetter: number;
  /** Receives after which a message goes there anyway. */
  readonly maxReceiveCount: number;
}

/** Nothing goes wrong. */
export const NO_FAULTS: Faults = {
  duplicateSend: 0,
  repeatedWrite: 0,
  lostAnswer: 0,
  throttle: 0,
  crash: 0,
  duplicateDelivery: 0,
  lostAck: 0,
  lateWrite: 0,
  refusedEntry: 0,
  staleRead: 0,
  forgottenReceive: 0,
  refusedSchedule: 0,
  repeatedSchedule: 0,
  lateSchedule: 0,
  longPause: 0,
  clockSkew: 0,
  deadLetter: 0,
  maxReceiveCount: 50,
};

/** A bad day: each fault somewhere between often and all the time on a real cloud. */
export const MILD_FAULTS: Faults = {
  duplicateSend: 0.01,
  repeatedWrite: 0.01,
  lostAnswer: 0.002,
  throttle: 0.004,
  crash: 0.002,
  duplicateDelivery: 0.004,
  lostAck: 0.01,
  lateWrite: 0.002,
  refusedEntry: 0.004,
  staleRead: 0.05,
  forgottenReceive: 0.002,
  refusedSchedule: 0.02,
  repeatedSchedule: 0.02,
  lateSchedule: 0.05,
  longPause: 0.0001,
  clockSkew: 0.1,
  deadLetter: 0.002,
  maxReceiveCount: 12,
};

/** Far worse than any cloud: code that is right here is right. */
export const HEAVY_FAULTS: Faults = {
  duplicateSend: 0.06,
  repeatedWrite: 0.08,
  lostAnswer: 0.02,
  throttle: 0.02,
  crash: 0.025,
  duplicateDelivery: 0.04,
  lostAck: 0.06,
  lateWrite: 0.02,
  refusedEntry: 0.02,
  staleRead: 0.2,
  forgottenReceive: 0.02,
  refusedSchedule: 0.2,
  repeatedSchedule: 0.2,
  lateSchedule: 0.3,
  longPause: 0.0005,
  clockSkew: 0.3,
  deadLetter: 0.01,
  maxReceiveCount: 7,
};
