import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { CeleryMessage } from './wire.ts';

/** A place in a chord that a Celery application has begun: which member of which group, and the body behind it. */
export interface Seat {
  readonly group: string;
  /** The member's index as Celery writes it; it may be absent. */
  readonly index: Json | undefined;
  /** The id of the member, as the saved group lists it. */
  readonly memberId: string;
  /** The steps behind the group. The first has the header's values. */
  readonly body: readonly JsonObject[];
}

/** Returns the signatures that a message asks for, in the order in which they run: its own task first. */
export function stepsOf({ id, headers, args, kwargs, embed }: CeleryMessage): readonly JsonObject[] {
  const [hard, soft] = Array.isArray(headers['timelimit']) ? headers['timelimit'] : [];
  const own: JsonObject = {
    task: headers['task'] ?? null,
    args,
    kwargs,
    options: given({
      task_id: id,
      eta: headers['eta'] ?? null,
      expires: headers['expires'] ?? null,
      time_limit: hard ?? null,
      soft_time_limit: soft ?? null,
      ignore_result: headers['ignore_result'] === true ? true : null,
      headers: customHeaders(headers),
      link: embed['callbacks'] ?? null,
      link_error: embed['errbacks'] ?? null,
      chord: embed['chord'] ?? null,
      group_id: headers['group'] ?? null,
      group_index: headers['group_index'] ?? null,
    }),
  };
  return [own, ...reversed(embed['chain'])];
}

/** Returns the seat of a canvas in the chord that its last step belongs to; undefined if it is in none. */
export function seatOf(steps: readonly JsonObject[]): Seat | undefined {
  const { chord, group_id: group, group_index: index, task_id: memberId } = optionsOf(tailOf(steps));
  if (!isPlainObject(chord) || typeof group !== 'string' || typeof memberId !== 'string') return undefined;
  const { chain } = optionsOf(chord);
  return { group, index, memberId, body: [chord, ...reversed(chain)] };
}

/** Returns the id of a canvas as a whole: that of its last step. */
export function wholeIdOf(steps: readonly JsonObject[]): string | undefined {
  const { task_id: id } = optionsOf(tailOf(steps));
  return typeof id === 'string' ? id : undefined;
}

/**
 * Returns the ids of Celery that a canvas fails with: that of its first task, and those of all that waits in the chords
 * around it. The steps behind the first task have no result if it fails, as in Celery.
 */
export function failingIds(steps: readonly JsonObject[]): readonly string[] {
  const ids = steps.slice(0, 1).flatMap(idsIn);
  for (let seat = seatOf(steps); seat !== undefined; seat = seatOf(seat.body)) ids.push(...seat.body.flatMap(idsIn));
  return [...new Set(ids)];
}

/**
 * Returns a signature without the options that place it in Celery's world: the queue and the chord it was sent with.
 * Queues are routes of this app, and a place in a chord becomes a frame.
 */
export function withoutPlace(json: Json): Json {
  if (Array.isArray(json)) return json.map(withoutPlace);
  if (!isPlainObject(json)) return json;
  const { options, kwargs, ...rest } = json;
  if (typeof rest['task'] !== 'string') return json;
  const isCanvas = rest['task'].startsWith('celery.');
  return {
    ...rest,
    kwargs: isCanvas && isPlainObject(kwargs) ? placeless(kwargs, ['tasks', 'header', 'body', 'task']) : (kwargs ?? {}),
    options: isPlainObject(options) ? placeless(without(options), ['link', 'link_error']) : {},
  };
}

// --- internal ---

/** Returns the ids of the tasks of a signature, its callbacks left out. */
function idsIn(signature: JsonObject): readonly string[] {
  const { task_id: id } = optionsOf(signature);
  const { kwargs } = signature;
  const { tasks, header, body } = isPlainObject(kwargs) ? (kwargs as JsonObject) : {};
  const isCanvas = typeof signature['task'] === 'string' && COMPOSITES.has(signature['task']);
  if (!isCanvas) return typeof id === 'string' ? [id] : [];
  const inner = [tasks, header, body].flat().filter(isPlainObject);
  return inner.flatMap((one) => idsIn(one as JsonObject));
}

const COMPOSITES: ReadonlySet<string> = new Set(['celery.chain', 'celery.group', 'celery.chord']);

/** The headers that Celery writes itself (Celery, message protocol 2). */
const KNOWN_HEADERS = new Set(
  'lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr kwargsrepr origin ignore_result replaced_task_nesting stamped_headers stamps compression meth'.split(
    ' ',
  ),
);

function customHeaders(headers: JsonObject): Json {
  const custom = Object.entries(headers).filter(([name]) => !KNOWN_HEADERS.has(name));
  return custom.length === 0 ? null : Object.fromEntries(custom);
}

const PLACES = ['queue', 'chord', 'chain', 'group_id', 'group_index', 'reply_to', 'root_id', 'parent_id'];

function without(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !PLACES.includes(name)));
}

function placeless(values: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, names.includes(name) ? withoutPlace(value) : value]),
  );
}

function reversed(chain: Json | undefined): readonly JsonObject[] {
  return Array.isArray(chain)
    ? chain
        .filter(isPlainObject)
        .map((step) => step as JsonObject)
        .toReversed()
    : [];
}

/** Returns the signature whose id is that of the whole. */
function tailOf(steps: readonly JsonObject[]): JsonObject {
  const last = steps.at(-1) ?? {};
  const { kwargs } = last;
  if (!isPlainObject(kwargs)) return last;
  const { tasks, body } = kwargs as JsonObject;
  if (last['task'] === 'celery.chord' && isPlainObject(body)) {
    // A chord's own id is its header's.
    const { task_id: _, ...around } = optionsOf(last);
    return within(tailOf([body as JsonObject]), around);
  }
  if (last['task'] !== 'celery.chain' || !Array.isArray(tasks)) return last;
  return within(tailOf(tasks.filter(isPlainObject).map((step) => step as JsonObject)), optionsOf(last));
}

/** Returns a tail with the options of the canvas that it ends, which may hold the place of the whole in a chord. */
function within(tail: JsonObject, around: JsonObject): JsonObject {
  return { ...tail, options: { ...optionsOf(tail), ...given(around) } };
}

function given(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null));
}

function optionsOf({ options }: JsonObject): JsonObject {
  return isPlainObject(options) ? (options as JsonObject) : {};
}
