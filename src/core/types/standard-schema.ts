/** Schemas of other libraries, as far as they are used here. */

/**
 * A schema of any library that implements Standard Schema v1, as far as it is needed here.
 *
 * @example
 * ```ts
 * const pair: StandardSchema<[number, number]> = {
 *   '~standard': {
 *     version: 1,
 *     vendor: 'example',
 *     validate: (value) =>
 *       Array.isArray(value) && value.length === 2
 *         ? { value: [Number(value[0]), Number(value[1])] }
 *         : { issues: [{ message: 'two numbers are expected' }] },
 *   },
 * };
 * const divide = app.task('divide', { input: pair }, (x: number, y: number) => x / y);
 * await divide(6, 3); // 2
 * ```
 */
export interface StandardSchema<out Output = unknown> {
  /** The properties that the specification requires of a schema. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** The answer of a schema: the value that it accepts, or the issues that it finds. */
export type SchemaResult<Output> =
  | {
      readonly value: Output;
      /** The faults of the value; absent if it is accepted. */
      readonly issues?: undefined;
    }
  | { readonly issues: readonly SchemaIssue[] };

/** A problem that a schema finds, and its place: the index in the list of arguments, then the key, and so on. */
export interface SchemaIssue {
  /** The description of the problem. */
  readonly message: string;
  /** Where, from the list of arguments inwards; a key may be in an object, as some libraries have it. Default: in the list itself. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}
