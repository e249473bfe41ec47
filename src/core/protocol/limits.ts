/** Numbers and names that more than one part of the engine goes by. */

/** Messages in one call of SQS, at most. */
export const BATCH_MESSAGES = 10;

/** Above this a value or a block is cheaper in the bucket than in the table, in bytes; the core counts characters of JSON. */
export const TABLE_BYTES = 8192;

/** Seconds that a function has beyond the time limit of its task: to commit the outcome, and to continue. */
export const LIMIT_MARGIN_SECONDS = 5;

/** The queue of dead letters, without the app's prefix. */
export const DEAD_LETTER_QUEUE = 'dead';
