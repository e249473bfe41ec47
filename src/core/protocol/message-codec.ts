import { InvalidMessage, TooDeep } from '../errors/caller.ts';
import { mismatch } from '../text/mismatch.ts';
import { isPlainObject, parseJson } from '../values/json.ts';
import type { Json } from '../values/json.ts';
import { TENANT_NAME } from '../values/option-checks.ts';
import { idOfBase, isId, MAX_ID, workflowOf } from './ids.ts';
import { LATEST_MS } from './lifetime.ts';
import { isFrame, isInput, isLinks, isPlan } from './message-shape.ts';
import { ENVELOPE_VERSION } from './message.ts';
import type { Message } from './message.ts';
import { countOf } from './plan.ts';
import type { Plan } from './plan.ts';
import { pointerOutside } from './pointers.ts';
import type { Pointing } from './pointers.ts';
import { isCount, isFlag, isIdText, isText, optional } from './primitives.ts';
import { SENT_STAMPS } from './stamps.ts';

/** An envelope of a later release, with the fields that are enough to settle it. */
export interface NewerMessage {
  readonly newer: number;
  readonly mid: string;
}

/** Plans, frames and values lie inside each other in an envelope; each of them alone is shallower. */
const ENVELOPE_DEPTH = 2500;

/**
 * The most bytes of a message. SQS takes 1 MiB, and EventBridge Scheduler, which holds long delays, 256 KB
 * (Amazon SQS quotas; EventBridge Scheduler, `Target.Input`).
 */
export const MAX_MESSAGE_BYTES: number = 256 * 1024;

/** The most frames of a message: a canvas has at most 64, and replacements inside replacements add theirs. */
export const MAX_FRAMES = 256;

/** Returns the JSON of a message, in characters that every carrier takes. */
export function encodeMessage(message: Message): string {
  const { unknown, ...known } = message;
  return JSON.stringify({ v: ENVELOPE_VERSION, ...unknown, ...known }).replace(REFUSED, escaped);
}

/**
 * Encodes a message for its queue. The sender applies the checks of every reader, so that every sent message can be read.
 *
 * @throws TooDeep if its id or its frames have outgrown the limits.
 * @throws InvalidMessage if a field is wrong, or the whole is above 256 KB.
 */
export function encodeForQueue(message: Message): string {
  const { id, base, frames } = message;
  if (frames.length > MAX_FRAMES)
    throw new TooDeep(
      `Cannot send ${id}: ${frames.length} chains and groups enclose it, and ${MAX_FRAMES} is the most.`,
    );
  if (!isId(id) || !isId(base))
    throw new TooDeep(
      `Cannot send ${id.slice(0, 60)}…: its id has ${base.length} characters, and ${MAX_ID} is the most. Nest fewer canvases.`,
    );
  checkFields({ ...message, mid: message.mid });
  checkPointers(message);
  const text = encodeMessage(message);
  // A character is at most three bytes here: only a long text needs to be counted.
  const bytes = text.length * 3 <= MAX_MESSAGE_BYTES ? 0 : new TextEncoder().encode(text).length;
  if (bytes > MAX_MESSAGE_BYTES)
    throw new InvalidMessage(
      `Cannot send ${id}: its message has ${bytes} bytes, and ${MAX_MESSAGE_BYTES} is the most. Shorten its headers or its callbacks.`,
    );
  return text;
}

/**
 * Reads a message from any sender. `fallbackMid` is the nonce of one that has none: its SQS MessageId.
 *
 * @throws InvalidMessage if it is not an envelope of a version up to this one: it says which field is wrong.
 */
export function decodeMessage(text: string, fallbackMid: string): Message | NewerMessage {
  const json = parse(text);
  if (!isPlainObject(json)) throw invalid('the envelope', 'an object', json);
  const mid = json['mid'] === undefined ? fallbackMid : json['mid'];
  if (!isMid(mid)) throw invalid('mid', 'a text of 1 to 128 characters', mid);
  const version = json['v'];
  if (!isCount(version) || version < 1) throw invalid('v', 'a version number', version);
  if (version > ENVELOPE_VERSION) return { newer: version, mid };
  checkFields(json);
  const { id, base } = json;
  if (typeof base === 'string' && idOfBase(base) !== id) throw invalid('base', 'the base of its id', base);
  const message = toMessage(json, mid);
  checkPointers(message);
  return message;
}

/** The same, with the error of a message that cannot be read as a value. */
export function decodedOrError(text: string, fallbackMid: string): Message | NewerMessage | Error {
  try {
    return decodeMessage(text, fallbackMid);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/**
 * Reads a dead message as far as it can be read. Only the five fields that every version keeps must be right: every
 * other field that this release cannot read is left out, so that everything that waits for the message can be settled.
 *
 * @throws InvalidMessage if its id, base, attempt or frames cannot be read.
 */
export function decodeDead(text: string, fallbackMid: string): Message {
  const json = parse(text);
  if (!isPlainObject(json)) throw invalid('the envelope', 'an object', json);
  for (const field of KEPT_FIELDS) {
    const { is, want } = FIELDS[field];
    if (!is(json[field])) throw invalid(field, want, json[field]);
  }
  // Both have been checked.
  const { id, frames } = json as unknown as Pick<Message, 'id' | 'frames'>;
  checkPointer(id, 'frames', { frames });
  const kind = json['kind'] === 'revoke' || json['kind'] === 'expand' ? json['kind'] : 'run';
  const readable = Object.fromEntries(Object.entries(json).filter(([field, value]) => isReadable(field, value, id)));
  const given = { depth: 0, until: 0, ...readable, v: ENVELOPE_VERSION };
  const mid = isMid(json['mid']) ? json['mid'] : fallbackMid;
  try {
    const read = decodeMessage(JSON.stringify({ ...given, kind, mid }), fallbackMid);
    if (!isNewer(read)) return read;
  } catch {
    // Its signature is of another form: it can only be failed, and a task is failed by its id alone.
  }
  const { lo: _lo, hi: _hi, ...rest } = given as Readonly<Record<string, unknown>>;
  return toMessage({ ...rest, kind: 'run', sig: { task: 'unknown' } }, mid);
}

/** Returns whether an envelope was written by a later release. */
export function isNewer(message: Message | NewerMessage): message is NewerMessage {
  return 'newer' in message;
}

// --- internal ---

/**
 * The characters that JSON leaves as they are and SQS refuses: U+FFFE and U+FFFF, and in emulators each character of two
 * units. In JSON they stand in strings only, where an escape means the same.
 */
const REFUSED = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16)}`;
}

/** Checks that a message points to its own workflow only: it may neither settle another one, nor read its values. */
function checkPointers({ id, frames, links, ...message }: Message): void {
  checkPointer(id, 'frames', { frames });
  checkPointer(id, 'links', { links });
  if (message.kind === 'revoke') return;
  checkPointer(id, 'sig', { sig: message.sig });
  checkPointer(id, 'in', { in: message.in });
}

function checkPointer(id: string, field: string, part: Pointing): void {
  const workflow = workflowOf(id);
  const place = pointerOutside(workflow, part);
  if (place !== undefined) throw invalid(field, `a place in the workflow ${workflow}`, place);
}

function checkFields(fields: Readonly<Record<string, unknown>>): void {
  for (const [field, { is, want, kinds }] of CHECKS) {
    const value = fields[field];
    if (isOfKind(kinds, fields['kind']) && !is(value)) throw invalid(field, want, value);
  }
}

function isOfKind(kinds: readonly unknown[] | undefined, kind: unknown): boolean {
  return kinds === undefined || kinds.includes(kind);
}

interface Field {
  readonly is: (value: unknown) => boolean;
  readonly want: string;
  /** The kinds of message that have it; absent: all. */
  readonly kinds?: readonly string[];
}

const FIELDS = {
  kind: { is: (value) => value === 'run' || value === 'expand' || value === 'revoke', want: 'run, expand or revoke' },
  id: { is: isIdText, want: 'an id' },
  base: { is: isIdText, want: 'an id' },
  try: { is: isCount, want: 'a number of attempts' },
  frames: { is: (value) => Array.isArray(value) && value.every(isFrame), want: 'a list of frames' },
  links: { is: optional(isLinks), want: 'a list of callbacks' },
  depth: { is: isCount, want: 'a depth' },
  until: { is: isTime, want: 'a time in epoch milliseconds' },
  keep: { is: optional(isTime), want: 'a time in epoch milliseconds' },
  again: { is: isFlag, want: 'true or nothing' },
  sent: { is: optional(isTime), want: 'a time in epoch milliseconds' },
  root: { is: optional(isShortText), want: 'an id' },
  parent: { is: optional(isShortText), want: 'an id' },
  tenant: { is: optional(TENANT_NAME.is), want: TENANT_NAME.want },
  traceparent: { is: optional(isShortText), want: 'a text of at most 4096 characters' },
  headers: { is: optional(isPlainObject), want: 'an object' },
  stamps: { is: optional(SENT_STAMPS.is), want: SENT_STAMPS.want },
  notBefore: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run'] },
  in: { is: optional(isInput), want: 'an input', kinds: ['run', 'expand'] },
  expires: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run'] },
  slot: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  waits: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run'] },
  next: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  told: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  moves: { is: optional(isCount), want: 'a number of functions', kinds: ['run'] },
  held: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  asked: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run'] },
  window: { is: optional(isWindow), want: 'a key and a number', kinds: ['run'] },
  lo: { is: optional(isCount), want: 'an index', kinds: ['expand'] },
  hi: { is: optional(isCount), want: 'an index', kinds: ['expand'] },
} satisfies Readonly<Record<string, Field>>;

const CHECKS: readonly (readonly [string, Field])[] = Object.entries(FIELDS);

/** The fields, beside `mid`, that keep their form in every version. */
const KEPT_FIELDS = ['id', 'base', 'try', 'frames'] as const;

function isReadable(field: string, value: unknown, id: string): boolean {
  const check = CHECKED.get(field);
  if (check?.is(value) === false) return false;
  const isPointing = field === 'links' || field === 'in';
  return !isPointing || pointerOutside(workflowOf(id), { [field]: value }) === undefined;
}

const CHECKED: ReadonlyMap<string, Field> = new Map(CHECKS);

function isMid(value: unknown): value is string {
  return isText(value, 128) && value !== '';
}

function toMessage(json: Readonly<Record<string, unknown>>, mid: string): Message {
  const { v: _, ...fields } = json;
  const sig = json['sig'];
  const isWhole = json['kind'] === 'run' ? isPlan(sig) && 'task' in sig : json['kind'] === 'revoke' || isPlan(sig);
  if (!isWhole) throw invalid('sig', json['kind'] === 'run' ? 'one task' : 'a task or a canvas', sig);
  if (json['kind'] === 'expand' && isPlan(sig)) checkRange(json, sig);
  const isKnown = ([field]: readonly [string, unknown]): boolean => {
    const check = CHECKED.get(field);
    return field === 'mid' || field === 'sig' || (check !== undefined && isOfKind(check.kinds, json['kind']));
  };
  const entries = Object.entries(fields);
  const known = entries.filter(isKnown);
  // Every field has been checked above against the type that the message has for it.
  if (known.length === entries.length) return { ...fields, mid } as unknown as Message;
  const unknown = Object.fromEntries(entries.filter((entry) => !isKnown(entry)));
  // As above.
  return { ...Object.fromEntries(known), mid, unknown } as unknown as Message;
}

/** Checks a range: it selects members of a group. Without a range the message means the whole canvas. */
function checkRange({ lo, hi }: Readonly<Record<string, unknown>>, sig: Plan): void {
  if (lo === undefined && hi === undefined) return;
  if (!('par' in sig)) throw invalid('sig', 'a group for its range', sig);
  if (!isCount(lo)) throw invalid('lo', 'an index', lo);
  if (!isCount(hi) || hi <= lo || hi > countOf(sig.par))
    throw invalid('hi', `an index above ${lo}, at most ${countOf(sig.par)}`, hi);
}

function parse(text: string): Json {
  try {
    return parseJson(text, 'the message', ENVELOPE_DEPTH);
  } catch (cause) {
    throw new InvalidMessage(cause instanceof Error ? cause.message : 'Cannot read the message', { cause });
  }
}

function invalid(field: string, want: string, value: unknown): InvalidMessage {
  const text = JSON.stringify(value) ?? 'nothing';
  return new InvalidMessage(`Cannot read ${field} of a message: ${mismatch(want, text.slice(0, 200))}`);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LATEST_MS;
}

function isShortText(value: unknown): boolean {
  return isText(value, 4096);
}

function isWindow(value: unknown): boolean {
  return isPlainObject(value) && isShortText(value['key']) && isCount(value['number']);
}
