/** Numbers and names that more than one part of the engine goes by. */

/** Messages in one call of SQS, at most. */
export const BATCH_MESSAGES = 10;

/** How the members of a group are sent. A simulation lowers the numbers, so that small groups are expanded too. */
export interface FanOut {
  /** Members that are sent directly; more go by `expand`. */
  readonly inlineMembers: number;
  /** Members in one `expand` message. */
  readonly rangeMembers: number;
}

/** One batch at once, and ranges that a worker sends within seconds. */
export const FAN_OUT: FanOut = { inlineMembers: BATCH_MESSAGES, rangeMembers: 200 };

/** Counted starts, the first fresh run not counted, after which a task is given up. */
export const MAX_STARTS = 3;

/** Above this a value or a block is cheaper in the bucket than in the table, in bytes; the core counts characters of JSON. */
export const TABLE_BYTES = 8192;

/** The most bytes that are kept in one item: DynamoDB takes 400 KB with all that is around them. */
export const MOST_ITEM_BYTES = 390_000;

/** Seconds that a function has beyond the time limit of its task: to commit the outcome, and to continue. */
export const LIMIT_MARGIN_SECONDS = 5;

/** The shortest time that a function may have. A task gets at least a second, and two are kept to commit and to continue. */
export const LEAST_TIMEOUT_SECONDS = 5;

/** The queue of dead letters, without the app's prefix. */
export const DEAD_LETTER_QUEUE = 'dead';
