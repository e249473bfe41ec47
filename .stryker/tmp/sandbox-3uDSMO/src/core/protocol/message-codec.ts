import { InvalidMessage } from '../errors/caller.ts';
import { isPlainObject, parseJson } from '../values/json.ts';
import type { Json } from '../values/json.ts';
import { TENANT_NAME } from '../values/option-checks.ts';
import { idOfBase, isId } from './ids.ts';
import { LATEST_MS } from './lifetime.ts';
import { isFrame, isInput, isLinks, isPlan } from './message-shape.ts';
import { ENVELOPE_VERSION } from './message.ts';
import type { Message } from './message.ts';
import { countOf } from './plan.ts';
import type { Plan } from './plan.ts';

/** An envelope of a later release: enough of it is known to settle what it was about. */
export interface NewerMessage {
  readonly newer: number;
  readonly mid: string;
}

/** Plans, frames and values lie inside each other in an envelope; each of them alone is shallower. */
const ENVELOPE_DEPTH = 2500;

const KNOWN = new Set(
  'v kind mid id base try sig in frames links root parent depth until again notBefore expires slot held tenant traceparent headers lo hi'.split(
    ' ',
  ),
);

/** The JSON of a message. */
export function encodeMessage(message: Message): string {
  const { unknown, ...known } = message;
  return JSON.stringify({ v: ENVELOPE_VERSION, ...unknown, ...known });
}

/**
 * Reads a message, whoever sent it. `fallbackMid` is the nonce of one that has none: its SQS MessageId.
 *
 * @throws InvalidMessage if it is not an envelope of a version up to this one: it says which field is wrong.
 */
export function decodeMessage(text: string, fallbackMid: string): Message | NewerMessage {
  const json = parse(text);
  if (!isPlainObject(json)) throw invalid('the envelope', 'an object', json);
  const mid = json['mid'] === undefined ? fallbackMid : json['mid'];
  if (typeof mid !== 'string' || mid === '' || mid.length > 128)
    throw invalid('mid', 'a text of 1 to 128 characters', mid);
  const version = json['v'];
  if (!isCount(version) || version < 1) throw invalid('v', 'a version number', version);
  if (version > ENVELOPE_VERSION) return { newer: version, mid };
  for (const [field, { is, want, kinds }] of CHECKS) {
    const value = json[field];
    const wanted = kinds === undefined || kinds.some((kind) => kind === json['kind']);
    if (wanted && !is(value)) throw invalid(field, want, value);
  }
  const { id, base } = json;
  if (typeof base === 'string' && idOfBase(base) !== id) throw invalid('base', 'the base of its id', base);
  return toMessage(json, mid);
}

/**
 * Reads a dead message as far as it can be: of a later release's envelope, what it was about is read as this release
 * knows it, so that what waits for it can be settled.
 *
 * @throws InvalidMessage if not even its id and frames can be read.
 */
export function decodeDead(text: string, fallbackMid: string): Message {
  const message = decodeMessage(text, fallbackMid);
  if (!isNewer(message)) return message;
  const json = parse(text);
  const known = isPlainObject(json) ? json : {};
  const sig = isPlan(known['sig']) ? known['sig'] : { task: 'unknown' };
  const asThis = { ...known, v: ENVELOPE_VERSION, sig, depth: known['depth'] ?? 0, until: known['until'] ?? 0 };
  const read = decodeMessage(JSON.stringify(asThis), fallbackMid);
  if (!isNewer(read)) return read;
  throw invalid('v', 'a version number', known['v']);
}

/** Whether an envelope was written by a later release. */
export function isNewer(message: Message | NewerMessage): message is NewerMessage {
  return 'newer' in message;
}

// --- internal ---

interface Field {
  readonly is: (value: unknown) => boolean;
  readonly want: string;
  /** The kinds of message that have it; absent: all. */
  readonly kinds?: readonly string[];
}

const FIELDS: Readonly<Record<string, Field>> = {
  kind: { is: (value) => value === 'run' || value === 'expand' || value === 'revoke', want: 'run, expand or revoke' },
  id: { is: (value) => typeof value === 'string' && isId(value), want: 'an id' },
  base: { is: (value) => typeof value === 'string' && isId(value), want: 'an id' },
  try: { is: isCount, want: 'a number of attempts' },
  frames: { is: (value) => Array.isArray(value) && value.every(isFrame), want: 'a list of frames' },
  links: { is: optional(isLinks), want: 'a list of callbacks' },
  depth: { is: isCount, want: 'a depth' },
  until: { is: isTime, want: 'a time in epoch milliseconds' },
  again: { is: isFlag, want: 'true or nothing' },
  root: { is: optional(isText), want: 'an id' },
  parent: { is: optional(isText), want: 'an id' },
  tenant: { is: optional(TENANT_NAME.is), want: TENANT_NAME.want },
  traceparent: { is: optional(isText), want: 'a text' },
  headers: { is: optional(isPlainObject), want: 'an object' },
  notBefore: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run', 'expand'] },
  in: { is: optional(isInput), want: 'an input', kinds: ['run', 'expand'] },
  expires: { is: optional(isTime), want: 'a time in epoch milliseconds', kinds: ['run'] },
  slot: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  held: { is: isFlag, want: 'true or nothing', kinds: ['run'] },
  lo: { is: optional(isCount), want: 'an index', kinds: ['expand'] },
  hi: { is: optional(isCount), want: 'an index', kinds: ['expand'] },
};

const CHECKS = Object.entries(FIELDS);

function toMessage(json: Readonly<Record<string, unknown>>, mid: string): Message {
  const { v: _, ...fields } = json;
  const extra = Object.keys(fields).filter((key) => !KNOWN.has(key));
  const sig = json['sig'];
  const isWhole = json['kind'] === 'run' ? isPlan(sig) && 'task' in sig : json['kind'] === 'revoke' || isPlan(sig);
  if (!isWhole) throw invalid('sig', json['kind'] === 'run' ? 'one task' : 'a task or a canvas', sig);
  if (json['kind'] === 'expand' && isPlan(sig)) checkRange(json, sig);
  // Every field has been checked above against the type that the message has for it.
  if (extra.length === 0) return { ...fields, mid } as unknown as Message;
  const entries = Object.entries(fields);
  const known = Object.fromEntries(entries.filter(([key]) => KNOWN.has(key)));
  const unknown = Object.fromEntries(entries.filter(([key]) => !KNOWN.has(key)));
  // As above.
  return { ...known, mid, unknown } as unknown as Message;
}

/** A range is of a group's members; without one the whole canvas is meant. */
function checkRange({ lo, hi }: Readonly<Record<string, unknown>>, sig: Plan): void {
  if (lo === undefined && hi === undefined) return;
  if (!('par' in sig)) throw invalid('sig', 'a group, of which this is a range', sig);
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
  return new InvalidMessage(`Cannot read ${field} of a message as ${want}: current value is ${text.slice(0, 200)}`);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LATEST_MS;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 4096;
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === true;
}

function optional(is: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || is(value);
}
