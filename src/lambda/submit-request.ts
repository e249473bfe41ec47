import { makesId } from '../client/call-once.ts';
import type { OnceGiven } from '../client/call-once.ts';
import { readApplyOptions } from '../client/options.ts';
import { fromCelery } from '../core/canvas/celery-json.ts';
import { withArguments } from '../core/canvas/later-arguments.ts';
import { ownTaskId } from '../core/canvas/own-task-id.ts';
import { withOptions } from '../core/canvas/signature.ts';
import type { CallOptions, SignatureData } from '../core/canvas/signature.ts';
import { checkWeight, weightOf } from '../core/canvas/weight.ts';
import type { Weight } from '../core/canvas/weight.ts';
import { InvalidCanvas, InvalidOptions } from '../core/errors/caller.ts';
import { strangersId } from '../core/protocol/ids.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { mapRecord } from '../core/values/compact.ts';
import { readDate } from '../core/values/dates.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { fromJson } from '../core/values/serializer.ts';

/** The canvas that a caller asks to submit, with its arguments and options. */
export interface SubmissionRequest extends OnceGiven {
  readonly data: SignatureData;
  readonly taskId: string | undefined;
}

/**
 * Reads the payload of `submit`: a canvas with arguments and options, as `applyAsync` takes them. In JSON dates are texts in ISO 8601, and
 * callbacks are signatures.
 *
 * @throws InvalidCanvas, InvalidOptions, SerializationError with the reason.
 */
export function readSubmission(request: unknown): SubmissionRequest {
  const { canvas, args = [], kwargs = {}, options = {} } = readFields(request);
  if (!isPlainObject(options)) throw new InvalidOptions(`Cannot use options: ${mismatch('an object', shown(options))}`);
  const { link, linkError, ...plain } = options;
  const whole = isPlainObject(canvas)
    ? { ...canvas, options: { ...plain, ...withCallbacks(canvas, options) } }
    : canvas;
  checkWeight(weightOf(whole, [args, kwargs]), MOST_SUBMITTED, 'canvas');
  const {
    args: first,
    kwargs: keywords,
    options: { taskId, ...rest },
    once,
  } = readApplyOptions({ ...withDates(plain), args, kwargs });
  const later = {
    args: first.map((arg) => fromJson(asJson(arg), 'args')),
    kwargs: mapRecord(keywords, (value) => fromJson(asJson(value), 'kwargs')),
  };
  const callbacks = { ...callbacksOf('link', link), ...callbacksOf('linkError', linkError) };
  const data = withOptions(withArguments(fromCelery(asJson(canvas)), later), { ...rest, ...callbacks });
  // A canvas that Celery has frozen has an id of its own; a key to send it under is meant to make another.
  const asked = taskId ?? (makesId(once) ? undefined : ownTaskId(data));
  return { ...once, data, taskId: asked === undefined ? undefined : strangersId(asked) };
}

// --- internal ---

const FIELDS = ['canvas', 'args', 'kwargs', 'options'];
const DATES = ['eta', 'expires'];

/** Lambda takes 6 MB. A request near that size is refused with a reason, before the service refuses it without one. */
const MAX_BYTES = 5 * 1024 * 1024;

/** Deeper than any canvas and value that can be sent; every recursion over it is safe. */
const MAX_LEVELS = 2500;

/** The most that a submitted canvas may become: a function with 256 MB can send it. */
const MOST_SUBMITTED: Weight = { tasks: 100_000, characters: 32 * 1024 * 1024 };

/** Returns the options of a canvas with the callbacks of its request, under the names of a signature dictionary. */
function withCallbacks(
  canvas: Readonly<Record<string, unknown>>,
  { link, linkError }: Readonly<Record<string, unknown>>,
): object {
  const own = isPlainObject(canvas['options']) ? canvas['options'] : {};
  return {
    ...own,
    link: [own['link'] ?? [], link ?? []].flat(),
    link_error: [own['link_error'] ?? [], linkError ?? []].flat(),
  };
}

function readFields(request: unknown): Readonly<Record<string, unknown>> {
  if (!isPlainObject(request) || !('canvas' in request)) {
    throw new InvalidCanvas(
      `Cannot read the payload: ${mismatch('{ "canvas": <signature JSON>, "args"?, "kwargs"?, "options"? }', shown(request))}`,
    );
  }
  const unknown = Object.keys(request).find((key) => !FIELDS.includes(key));
  if (unknown !== undefined)
    throw new InvalidOptions(
      `Cannot use ${unknown} in a payload: there is no such field. Known fields: ${FIELDS.join(', ')}.`,
    );
  if (isDeeperThan(request, MAX_LEVELS))
    throw new InvalidCanvas(`Cannot submit a payload that nests deeper than ${MAX_LEVELS} levels. Make it flatter.`);
  const bytes = Buffer.byteLength(JSON.stringify(request));
  if (bytes > MAX_BYTES) {
    throw new InvalidCanvas(
      `Cannot submit a payload of ${bytes} bytes: ${MAX_BYTES} is the most. Put large values where the tasks can read them, and send their addresses.`,
    );
  }
  return request;
}

/** Returns whether parsed JSON nests deeper than so many levels. It does not recurse. */
function isDeeperThan(json: unknown, levels: number): boolean {
  let level = [json].filter(isObject);
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    level = level.flatMap((value): unknown[] => Object.values(value)).filter(isObject);
  }
  return false;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function withDates(options: Readonly<Record<string, unknown>>): object {
  const read = (key: string, value: unknown): unknown =>
    DATES.includes(key) && typeof value === 'string' ? readDate(value) : value;
  return mapRecord(options, (value, key) => read(key, value));
}

function callbacksOf(key: 'link' | 'linkError', value: unknown): Pick<CallOptions, 'link' | 'linkError'> {
  if (value === undefined || value === null) return {};
  return { [key]: [value].flat().map((callback, index) => fromCelery(asJson(callback), `options.${key}[${index}]`)) };
}

function asJson(value: unknown): Json {
  // A payload comes out of JSON.parse; the code that reads a part of it checks its shape.
  return (value ?? null) as Json;
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
