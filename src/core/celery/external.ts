import { InvalidArguments, InvalidMessage } from '../errors/caller.ts';
import { decodeMessage, encodeMessage, MAX_MESSAGE_BYTES } from '../protocol/message-codec.ts';
import type { RunMessage } from '../protocol/message.ts';
import { describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { toBase64 } from '../values/serializer-bytes.ts';
import { toPythonJson } from './python-json.ts';
import { KNOWN_HEADERS } from './signatures.ts';
import type { CeleryMessage } from './wire.ts';

/** The name of the task that a Python worker sends back. It stands for the answer, and nobody registers it. */
const ANSWER_TASK = 'chordal.answer';

/** A call of a task that a Python worker runs. */
export interface ExternalCall {
  /** The message that waits for the answer: it is the answer's way back into its workflow. */
  readonly waiting: RunMessage;
  /** The id that the task has in Python: the same at each send. */
  readonly celeryId: string;
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
  readonly headers: JsonObject;
  readonly stamps: JsonObject;
  /** Celery's name of the queue: a retry in Python goes there. */
  readonly routingKey: string;
  /** The name of the queue, in SQS, that the answer goes to. */
  readonly answerQueue: string;
  /** The limits of the task, in seconds. */
  readonly timeLimit?: number | undefined;
  readonly softTimeLimit?: number | undefined;
}

/**
 * Returns the message that asks a Python worker to run a task: protocol 2, as kombu's SQS transport writes it. Its link
 * sends the value back, and its error link the failure.
 *
 * @throws InvalidArguments for values that Python does not read, and for a message above 256 KB.
 */
export function externalCall(call: ExternalCall): string {
  const { waiting, celeryId, headers, stamps, routingKey, timeLimit = null, softTimeLimit = null } = call;
  const { task } = waiting.sig;
  const own = Object.entries(headers).filter(([name]) => !KNOWN_HEADERS.has(name));
  const text = JSON.stringify({
    body: base64(bodyOf(call)),
    'content-encoding': 'utf-8',
    'content-type': 'application/json',
    headers: {
      ...Object.fromEntries(own),
      lang: 'js',
      task: taskIn(waiting),
      id: celeryId,
      root_id: waiting.root ?? waiting.id,
      parent_id: waiting.parent ?? null,
      ...NOTHING_SAID,
      stamped_headers: Object.keys(stamps),
      stamps,
      timelimit: [timeLimit, softTimeLimit],
    },
    properties: {
      correlation_id: celeryId,
      reply_to: '',
      delivery_mode: 2,
      delivery_info: { exchange: '', routing_key: routingKey },
      priority: 0,
      body_encoding: 'base64',
      delivery_tag: celeryId,
    },
  });
  const message = base64(text);
  if (message.length <= MAX_MESSAGE_BYTES) return message;
  throw new InvalidArguments(
    `Cannot call ${task} in Python: its message has ${message.length} bytes, and ${MAX_MESSAGE_BYTES} is the most. Pass a reference to large data, not the data.`,
    { task },
  );
}

/**
 * Returns the answer of a Python worker as a message of the workflow that waits for it; undefined for any other message.
 * Its nonce is the id that Celery gave it: it stays the same in the dead-letter queue.
 *
 * @throws InvalidMessage if its way back cannot be read.
 */
export function answerIn({ id: mid, headers, args, kwargs }: CeleryMessage): RunMessage | undefined {
  if (headers['task'] !== ANSWER_TASK) return undefined;
  const { to, failed } = kwargs;
  const [value = null] = args;
  if (typeof to !== 'string') throw unreadable(mismatch('a text', describe(to)));
  if (mid.length > MOST_ID_CHARACTERS) throw unreadable(`its id has ${mid.length} characters`);
  const read = decodeMessage(to, mid);
  if ('newer' in read) throw unreadable('a newer release has sent the call');
  if (read.kind !== 'run' || read.asked === undefined) throw unreadable('it is not a call of a Python task');
  return { ...read, mid, answer: failed === true ? { failedId: typeof value === 'string' ? value : mid } : { value } };
}

// --- internal ---

/** A nonce has at most so many characters; an id of Celery is a UUID. */
const MOST_ID_CHARACTERS = 128;

/** The headers that Celery writes where nothing is said. */
const NOTHING_SAID: JsonObject = {
  shadow: null,
  eta: null,
  expires: null,
  group: null,
  group_index: null,
  retries: 0,
  origin: 'chordal',
  ignore_result: false,
  replaced_task_nesting: 0,
};

function taskIn({ sig: { task, each } }: RunMessage): string {
  return each === undefined ? task : `celery.${each}`;
}

function bodyOf({ waiting, args, kwargs, answerQueue }: ExternalCall): string {
  const { task, each } = waiting.sig;
  const own = args.map((arg, index) => toPythonJson(arg, `argument ${index + 1} of ${task}`, task));
  // Celery's own task for a map: the signature of the task, then the items.
  const given = each === undefined ? own : [JSON.stringify(signature(task, {}, {})), ...own];
  const named = toPythonJson(kwargs, `the keyword arguments of ${task}`, task);
  const to = encodeMessage(waiting);
  const options = { queue: answerQueue, serializer: 'json', ignore_result: true };
  const embed = {
    callbacks: [signature(ANSWER_TASK, { to }, options)],
    errbacks: [signature(ANSWER_TASK, { to, failed: true }, options)],
    chain: null,
    chord: null,
  };
  return `[[${given.join(',')}],${named},${JSON.stringify(embed)}]`;
}

function signature(task: string, kwargs: JsonObject, options: JsonObject): JsonObject {
  return { task, args: [], kwargs, options, subtask_type: null, immutable: false };
}

function base64(text: string): string {
  return toBase64(new TextEncoder().encode(text));
}

function unreadable(reason: string): InvalidMessage {
  return new InvalidMessage(`Cannot read the answer of a Python worker: ${reason}.`);
}
