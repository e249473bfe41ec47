import { InvalidMessage } from '../errors/caller.ts';
import { describe } from '../text/describe.ts';
import { compact } from '../values/compact.ts';
import { isPlainObject, parseJson } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';

/** A message of a Celery application: protocol 2, as kombu's SQS transport writes it. */
export interface CeleryMessage {
  /** The id of its task. */
  readonly id: string;
  readonly headers: JsonObject;
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
  /** The signatures to run after it: `callbacks`, `errbacks`, `chain` (the last step first) and `chord`. */
  readonly embed: JsonObject;
  /** Its priority, where it has one. */
  readonly priority?: number;
  /** The names of the options that it sets, and that have no effect here. */
  readonly unused: readonly string[];
}

/** A message of a Celery application that cannot be run: a pickled body, protocol 1, a body kept in S3. */
export interface RefusedMessage {
  readonly refused: InvalidMessage;
  /** The id of its task, if it says one. */
  readonly id?: string;
}

/** Reads a message that may come from a Celery application. Returns undefined for one that has not its form. */
export function readCelery(text: string): CeleryMessage | RefusedMessage | undefined {
  const plain = text.startsWith('{') || text.startsWith('[') ? text : decoded(text);
  if (plain === undefined) return undefined;
  if (plain.startsWith('[')) {
    if (!plain.includes('PayloadS3Pointer')) return undefined;
    return refused('its body is kept in S3 (sqs_extended)', 'Pass a reference to large data, not the data.');
  }
  const envelope = parsed(plain);
  if (!isPlainObject(envelope) || !isPlainObject(envelope['headers']) || envelope['body'] === undefined)
    return undefined;
  return read(envelope as JsonObject, envelope['headers'] as JsonObject);
}

// --- internal ---

function read(envelope: JsonObject, headers: JsonObject): CeleryMessage | RefusedMessage {
  const { id, task, compression } = headers;
  if (typeof task !== 'string' || typeof id !== 'string')
    return refused('its headers have no task and no id, as in protocol 1', 'Set task_protocol = 2.', firstId(envelope));
  const about = `of task ${task} with the id ${id}`;
  if (typeof compression === 'string')
    return refused(`the body ${about} is compressed (${compression})`, 'Set no task_compression.', id);
  const type = envelope['content-type'];
  if (type !== 'application/json')
    return refused(`the body ${about} is ${describe(type)}, not JSON`, "Set task_serializer = 'json'.", id);
  const body = parsed(bodyOf(envelope));
  if (!Array.isArray(body) || body.length !== 3)
    return refused(`the body ${about} is not a list of args, kwargs and embed`, 'Send it by Celery 4 or later.', id);
  const [args, kwargs, embed] = body as readonly Json[];
  if (!Array.isArray(args) || !isPlainObject(kwargs))
    return refused(`the arguments ${about} are no list and no object`, 'Send them by apply_async.', id);
  const unused = (headers['shadow'] ?? null) === null ? [] : ['shadow'];
  return { id, headers, args, kwargs, embed: isPlainObject(embed) ? embed : {}, unused, ...priorityIn(envelope) };
}

/** Returns the id in a body of protocol 1, which is an object. */
function firstId(envelope: JsonObject): string | undefined {
  const body = envelope['content-type'] === 'application/json' ? parsed(bodyOf(envelope)) : undefined;
  const id = isPlainObject(body) ? body['id'] : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Returns the priority of a message. kombu writes 0 where none is asked for. */
function priorityIn({ properties }: JsonObject): Pick<CeleryMessage, 'priority'> {
  const priority = isPlainObject(properties) ? properties['priority'] : undefined;
  return typeof priority === 'number' && Number.isSafeInteger(priority) && priority !== 0 ? { priority } : {};
}

function bodyOf({ body, properties }: JsonObject): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const encoding = isPlainObject(properties) ? properties['body_encoding'] : undefined;
  return encoding === 'base64' ? (decoded(text) ?? text) : text;
}

/** Returns the text that base64 stands for; undefined if it is not base64 of UTF-8. */
function decoded(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text, 'the message');
  } catch {
    return undefined;
  }
}

function refused(reason: string, fix: string, id?: string): RefusedMessage {
  return { refused: new InvalidMessage(`Cannot read a message of Celery: ${reason}. ${fix}`), ...compact({ id }) };
}
