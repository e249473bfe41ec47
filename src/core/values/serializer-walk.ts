import { isChordalError, SerializationError } from '../errors/caller.ts';
import { pathOf } from '../text/path.ts';
import { MAX_DEPTH } from './json.ts';

/**
 * The position of a walk over a value, for error messages. A value at `depth` is enclosed by that many arrays and
 * objects of the JSON. Each of them has its key in `path` (none where the serializer added the level) and itself in
 * `ancestors`. Both may hold leftovers beyond `depth`.
 */
export interface Walk {
  /** The beginning of an error's message, as in `Cannot serialise the result of task add`. */
  readonly purpose: string;
  readonly path: Key[];
  readonly ancestors: unknown[];
  depth: number;
  /** Writes for a caller, who is given no mark for `-0`. */
  readonly isAnswer?: true;
}

type Key = string | number | undefined;

/** The function that is called for each value inside of an array or an object. */
export type Visit = (value: unknown, depth: number, walk: Walk) => unknown;

/**
 * Runs a walk from the top.
 *
 * @throws SerializationError for anything that is thrown on the way, such as by a getter.
 */
export function walked<T>(purpose: string, run: (walk: Walk) => T, how: Pick<Walk, 'isAnswer'> = {}): T {
  const walk: Walk = { purpose, path: [], ancestors: [], depth: 0, ...how };
  try {
    return run(walk);
  } catch (cause) {
    // Only fault() makes them, or a walk inside of this one.
    if (isChordalError(cause, 'CHORDAL_SERIALIZATION')) throw cause;
    throw fault(walk, 'cannot be read', cause);
  }
}

/** Moves the walk to the value under `key` of the array or object at `depth`. */
export function step(walk: Walk, depth: number, key: Key): void {
  walk.path[depth] = key;
  walk.depth = depth + 1;
}

/** @throws SerializationError if there may be no array or object at this depth. */
export function checkDepth(walk: Walk, depth: number): void {
  if (depth >= MAX_DEPTH) throw fault(walk, `nests deeper than ${MAX_DEPTH} levels. Make it flatter.`);
}

/** @throws SerializationError if the value encloses itself. */
export function checkCycle(walk: Walk, depth: number, value: object): void {
  for (let i = 0; i < depth; i++) {
    if (walk.ancestors[i] === value) {
      throw fault(walk, `is ${pathText(walk.path.slice(0, i))} again, a cycle. Give data without cycles.`);
    }
  }
  walk.ancestors[depth] = value;
}

/** Returns the items as `visit` gives them back: the same array if it changed none. */
export function mapItems(items: readonly unknown[], depth: number, walk: Walk, visit: Visit): readonly unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    step(walk, depth, i);
    const item = items[i];
    const visited = visit(item, depth + 1, walk);
    if (visited === item) continue;
    changed ??= [...items];
    changed[i] = visited;
  }
  return changed ?? items;
}

/** Returns the object with its values as `visit` gives them back: the same object if it changed none. */
export function mapValues(
  object: Readonly<Record<string, unknown>>,
  depth: number,
  walk: Walk,
  visit: Visit,
): Readonly<Record<string, unknown>> {
  let changed: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    step(walk, depth, key);
    const value = object[key];
    const visited = visit(value, depth + 1, walk);
    if (visited === value) continue;
    changed ??= { ...object };
    // An assignment to __proto__ would set the prototype.
    Object.defineProperty(changed, key, { value: visited, configurable: true, enumerable: true, writable: true });
  }
  return changed ?? object;
}

/** Returns the error to throw for the current position of the walk. */
export function fault(walk: Walk, problem: string, cause?: unknown): SerializationError {
  const path = pathText(walk.path.slice(0, walk.depth));
  const reason = cause instanceof Error ? `${problem}: ${cause.message}` : problem;
  return new SerializationError(`${walk.purpose}: ${path} ${reason}`, cause === undefined ? { path } : { path, cause });
}

// --- internal ---

const LONGEST_PATH = 200;

function pathText(keys: readonly Key[]): string {
  const path = pathOf('value', keys);
  if (path.length <= LONGEST_PATH) return path;
  return `${path.slice(0, LONGEST_PATH / 2)}…${path.slice(-LONGEST_PATH / 2)}`;
}
