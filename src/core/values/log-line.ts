import { hasToJson } from './built-in.ts';
import { toFailure } from './failure-record.ts';

/**
 * Returns the fields of a line of log as JSON. It never throws: a value that JSON does not have must not fail the task that
 * prints it, nor hide the line of a failure. A `bigint` is its digits, and an object inside itself `[circular]`. A field that is an
 * error has its type, message and stack, which JSON leaves out.
 *
 * @example
 * lineOf({ message: 'sold', amount: 2n }); // '{"message":"sold","amount":"2"}'
 */
export function lineOf(fields: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(fields, (_, value: unknown) => (value instanceof Error ? toFailure(value) : value));
  } catch {
    return JSON.stringify(Object.fromEntries(Object.keys(fields).map((name) => [name, fieldOf(fields, name)])));
  }
}

// --- internal ---

function fieldOf(fields: Readonly<Record<string, unknown>>, name: string): unknown {
  try {
    return shown(fields[name], []);
  } catch {
    // A getter, a toJSON or the trap of a proxy throws, or it nests too deep.
    return 'a value that cannot be read';
  }
}

function shown(value: unknown, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return '[circular]';
  if (value instanceof Error) return toFailure(value);
  const path = [...above, value];
  if (hasToJson(value)) return shown(value.toJSON(''), path);
  if (Array.isArray(value)) return value.map((item) => shown(item, path));
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner, path)]));
}
