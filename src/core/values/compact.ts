/** An object without its absent fields: fields that may be undefined are optional. */
export type Compact<T> = {
  readonly [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
} & {
  readonly [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
};

/**
 * Returns the fields that have a value: an absent one is not written as undefined.
 *
 * @example
 * compact({ id: 'W', queue: undefined }); // { id: 'W' }
 */
export function compact<const T extends object>(fields: T): Compact<T> {
  // An assignment to __proto__ would set the prototype.
  if (Object.hasOwn(fields, '__proto__'))
    return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Compact<T>;
  // Three times as fast, and most of what a task writes passes here.
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(fields)) {
    const value: unknown = fields[key as keyof T];
    if (value !== undefined) kept[key] = value;
  }
  return kept as Compact<T>;
}

/** Returns a list or a record that has something in it: undefined for an empty one. */
export function unlessEmpty<T extends object>(value: T): T | undefined {
  return (Array.isArray(value) ? value.length : Object.keys(value).length) === 0 ? undefined : value;
}

/** Returns a record with other values under the same keys. */
export function mapRecord<Value, Mapped>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value, key: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
