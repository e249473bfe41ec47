import { mapRecord, unlessEmpty } from '../values/compact.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { CeleryMessage } from './wire.ts';

/** A place in a chord that a Celery application has begun: the group, the member, and the body behind it. */
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
export function stepsOf({ id, headers, args, kwargs, embed, priority }: CeleryMessage): readonly JsonObject[] {
  const { task = null, eta, expires, timelimit, ignore_result: ignores, group, group_index: index, stamps } = headers;
  const { callbacks, errbacks, chord, chain } = embed;
  const [hard, soft] = listOf(timelimit);
  const options = given({
    task_id: id,
    eta,
    expires,
    time_limit: hard,
    soft_time_limit: soft,
    ignore_result: ignores === true ? true : undefined,
    priority,
    headers: customHeaders(headers),
    stamps: isPlainObject(stamps) ? unlessEmpty(stamps) : undefined,
    link: callbacks,
    link_error: errbacks,
    chord,
    group_id: group,
    group_index: index,
  });
  return [{ task, args, kwargs, options }, ...reversed(chain)];
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
 * Returns the ids of Celery that a canvas fails with: those of its steps, and of all that waits in the chords around it.
 */
export function failingIds(steps: readonly JsonObject[]): readonly string[] {
  const ids = steps.flatMap(idsIn);
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

/** The headers that Celery writes itself (Celery, message protocol 2). */
export const KNOWN_HEADERS: ReadonlySet<string> = new Set(
  'lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr kwargsrepr origin ignore_result replaced_task_nesting stamped_headers stamps compression meth'.split(
    ' ',
  ),
);

// --- internal ---

/** Returns the ids of the tasks of a signature, its callbacks left out. */
function idsIn(signature: JsonObject): readonly string[] {
  const { task_id: id } = optionsOf(signature);
  const { kwargs } = signature;
  const { tasks, header, body = null } = isPlainObject(kwargs) ? kwargs : {};
  const isCanvas = typeof signature['task'] === 'string' && COMPOSITES.has(signature['task']);
  if (!isCanvas) return typeof id === 'string' ? [id] : [];
  return [...signaturesIn(tasks), ...signaturesIn(header), ...signaturesIn([body])].flatMap(idsIn);
}

const COMPOSITES: ReadonlySet<string> = new Set(['celery.chain', 'celery.group', 'celery.chord']);

function customHeaders(headers: JsonObject): JsonObject | undefined {
  return unlessEmpty(Object.fromEntries(Object.entries(headers).filter(([name]) => !KNOWN_HEADERS.has(name))));
}

const PLACES = ['queue', 'chord', 'chain', 'group_id', 'group_index', 'reply_to', 'root_id', 'parent_id'];

function without(options: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !PLACES.includes(name)));
}

function placeless(values: JsonObject, names: readonly string[]): JsonObject {
  return mapRecord(values, (value, name) => (names.includes(name) ? withoutPlace(value) : value));
}

function reversed(chain: Json | undefined): readonly JsonObject[] {
  return signaturesIn(chain).toReversed();
}

function signaturesIn(list: Json | undefined): readonly JsonObject[] {
  return listOf(list).filter((one): one is JsonObject => isPlainObject(one));
}

function listOf(json: Json | undefined): readonly Json[] {
  // Array.isArray finds an array of any.
  return Array.isArray(json) ? (json as readonly Json[]) : [];
}

/** Returns the signature whose id is that of the whole. */
function tailOf(steps: readonly JsonObject[]): JsonObject {
  const last = steps.at(-1) ?? {};
  const { kwargs } = last;
  if (!isPlainObject(kwargs)) return last;
  const { tasks, body } = kwargs;
  if (last['task'] === 'celery.chord' && isPlainObject(body)) {
    // A chord's own id is its header's.
    const { task_id: _, ...around } = optionsOf(last);
    return within(tailOf([body]), around);
  }
  if (last['task'] !== 'celery.chain' || !Array.isArray(tasks)) return last;
  return within(tailOf(signaturesIn(tasks)), optionsOf(last));
}

/** Returns a tail with the options of the canvas that it ends, which may hold the place of the whole in a chord. */
function within(tail: JsonObject, around: JsonObject): JsonObject {
  return { ...tail, options: { ...optionsOf(tail), ...given(around) } };
}

/** Returns options without those that are null, which Celery writes where nothing is given. */
function given(options: Readonly<Record<string, Json | undefined>>): JsonObject {
  const set = Object.entries(options).filter((entry): entry is [string, Json] => (entry[1] ?? null) !== null);
  return Object.fromEntries(set);
}

function optionsOf({ options }: JsonObject): JsonObject {
  return isPlainObject(options) ? options : {};
}
