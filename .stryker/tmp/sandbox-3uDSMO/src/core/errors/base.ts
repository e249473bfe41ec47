/**
 * What all errors of this library have in common. The other fields of a class are what a program may need from it; they travel with the
 * error from a worker to its caller.
 *
 * @example
 * ```ts
 * new NotRegistered('Cannot run a task as ad', { task: 'ad', known: ['add'] }) instanceof ChordalError; // true
 * ```
 */
export abstract class ChordalError extends Error {
  /** The name of its class. */
  abstract override readonly name: string;
  /** Which error it is: what `isChordalError` goes by. */
  abstract readonly code: string;
}

/**
 * What the constructor of an error takes after the message: its own fields, and the `cause`.
 *
 * @example
 * ```ts
 * const fields: ErrorFields<TimeoutError> = { taskId: 'W', timeoutSeconds: 5 };
 * new TimeoutError('Cannot wait longer for W', fields).timeoutSeconds; // 5
 * ```
 */
export type ErrorFields<E extends ChordalError> = Omit<E, keyof ChordalError> & ErrorOptions;
