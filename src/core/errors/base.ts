/**
 * The base class of all errors of this library. The other fields of a class hold the data that a program may need. They
 * travel with the error from a worker to its caller.
 *
 * @example
 * ```ts
 * new NotRegistered('Cannot run a task as ad', { task: 'ad', known: ['add'] }) instanceof ChordalError; // true
 * ```
 */
export abstract class ChordalError extends Error {
  /** The name of its class. */
  abstract override readonly name: string;
  /** The code that identifies the error, for `isChordalError`. */
  abstract readonly code: string;
}

/**
 * The second argument of an error's constructor, after the message: its own fields, and the `cause`.
 *
 * @example
 * ```ts
 * const fields: ErrorFields<TimeoutError> = { taskId: 'W', timeoutSeconds: 5 };
 * new TimeoutError('Cannot wait longer for W', fields).timeoutSeconds; // 5
 * ```
 */
export type ErrorFields<E extends ChordalError> = Omit<E, keyof ChordalError> & {
  /** The error or value that led to it. Default none. */
  readonly cause?: unknown;
};
