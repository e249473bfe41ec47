import { CanvasTooDeep, InvalidCanvas } from '../errors/caller.ts';
import { cutTo, describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import { compact, mapRecord } from '../values/compact.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { fromJson, toJson } from '../values/serializer.ts';
import { BATCH_NAMES, BATCH_OPTIONS } from './batch.ts';
import { readOptions, writeOptions } from './celery-options.ts';
import { asImmutable, withArguments } from './later-arguments.ts';
import type { BatchData, SignatureData, TaskData, Tolerance } from './signature.ts';
import { chainOf, chordOf, groupOf, taskOf, withOptions } from './signature.ts';
import { TOLERANCE } from './tolerance.ts';
import { checkWeight, MAX_NESTING, MOST_WEIGHT, weightOf } from './weight.ts';

/** How much of the path to a place is shown in a message, in bytes. */
const WHERE_SHOWN = 300;

/**
 * Returns a signature as Celery's signature dictionary, as `json.dumps(sig)` writes it in Python. Either side can thus
 * run the other's canvas.
 *
 * @throws CanvasTooDeep if canvases nest too deep to be written.
 * @throws SerializationError if an argument cannot be written.
 */
export function toCelery(data: SignatureData, nesting = 0): JsonObject {
  if (nesting > MAX_NESTING) {
    throw new CanvasTooDeep(`Cannot write a canvas: it nests deeper than ${MAX_NESTING} signatures`);
  }
  const inner = (child: SignatureData): JsonObject => toCelery(child, nesting + 1);
  switch (data.kind) {
    case 'task':
      return taskJson(data, nesting);
    case 'chain':
      return composite(data, 'celery.chain', { tasks: data.steps.map(inner) }, nesting);
    case 'group':
      return composite(data, 'celery.group', { tasks: data.members.map(inner) }, nesting);
    case 'chord': {
      const header = data.header.map(inner);
      return composite(data, 'celery.chord', { header, body: inner(data.body), kwargs: {} }, nesting);
    }
    case 'map':
    case 'starmap': {
      const it = toJson(data.items, `the items of ${data.task.task}.${data.kind}`);
      return composite(data, `celery.${data.kind}`, { task: taskJson(data.task, nesting), it }, nesting);
    }
    case 'chunks': {
      const it = toJson(data.items, `the items of ${data.task.task}.chunks`);
      return composite(data, 'celery.chunks', { task: taskJson(data.task, nesting), it, n: data.size }, nesting);
    }
  }
}

/**
 * Reads a signature dictionary, ours or Celery's. Its task name tells the kind. Unknown keys and options are ignored.
 *
 * @param where the name of the JSON in errors, default `canvas`.
 * @throws InvalidCanvas that names the place in the JSON, the value there, and the expected value; or that says how
 * large it would become, if that is too large.
 */
export function fromCelery(json: Json, where = 'canvas', nesting = 0): SignatureData {
  checkSize(json, where, nesting);
  if (!isPlainObject(json) || typeof json['task'] !== 'string' || json['task'] === '') {
    throw expected(where, 'a signature, an object with a "task" name', json);
  }
  const read = Object.hasOwn(compositeReaders, json['task']) ? compositeReaders[json['task']] : undefined;
  if (read === undefined && json['task'].startsWith('celery.')) {
    throw expected(
      `${where}.task`,
      `one of ${Object.keys(compositeReaders).join(', ')} or a task of yours`,
      json['task'],
    );
  }
  const data = read === undefined ? readTask(json, where) : read(json, where, nesting);
  const options = readOptions(json['options'], `${where}.options`, (link, at) => fromCelery(link, at, nesting + 1));
  return withOptions(data.kind === 'chord' ? withChordArguments(data, json, where) : data, options);
}

// --- internal ---

/** Checks the whole before anything is built of it, and each part for its depth. */
function checkSize(json: Json, where: string, nesting: number): void {
  if (nesting === 0) checkWeight(weightOf(json), MOST_WEIGHT, where);
  if (nesting <= MAX_NESTING) return;
  throw new CanvasTooDeep(
    `Cannot read ${cutTo(where, WHERE_SHOWN)} as a signature: it nests deeper than ${MAX_NESTING} signatures`,
  );
}

type Source = Readonly<Record<string, unknown>>;
type Reader = (json: Source, where: string, nesting: number) => SignatureData;

const compositeReaders: Readonly<Record<string, Reader | undefined>> = {
  'celery.chain': (json, where, nesting) => {
    const steps = readList(json, 'tasks', where, nesting);
    if (steps.length === 0) throw expected(`${where}.kwargs.tasks`, 'at least one step', []);
    return chainOf(steps);
  },
  'celery.group': (json, where, nesting) => groupOf(readList(json, 'tasks', where, nesting)),
  'celery.chord': readChord,
  'celery.map': (json, where, nesting) => ({ kind: 'map', ...readItems(json, where, nesting), options: {} }),
  'celery.starmap': (json, where, nesting) => ({ kind: 'starmap', ...readItems(json, where, nesting), options: {} }),
  'celery.chunks': (json, where, nesting) => {
    const size = kwargsOf(json, where)['n'];
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 1) {
      throw expected(`${where}.kwargs.n`, 'a whole number of items a chunk, at least 1', size);
    }
    return { kind: 'chunks', ...readItems(json, where, nesting), size, options: {} };
  },
};

function readTask(json: Source, where: string): TaskData {
  const kwargs = json['kwargs'] ?? {};
  if (!isPlainObject(kwargs)) throw expected(`${where}.kwargs`, 'an object', kwargs);
  const immutable = json['immutable'] === true;
  return taskOf(String(json['task']), {
    args: readArgs(json, where),
    kwargs: readValues(kwargs, `${where}.kwargs`),
    immutable,
    untyped: true,
  });
}

function readArgs(json: Source, where: string): readonly unknown[] {
  const args = json['args'] ?? [];
  if (!Array.isArray(args)) throw expected(`${where}.args`, 'a list', args);
  return args.map((arg, index) => fromJson(asJson(arg), `${where}.args[${index}]`));
}

/**
 * A chord has arguments of its own, for its header; other canvases have passed theirs on when they are written. If it is
 * immutable, its header takes no others.
 */
function withChordArguments(data: SignatureData, json: Source, where: string): SignatureData {
  const given = kwargsOf(json, where)['kwargs'] ?? {};
  if (!isPlainObject(given)) throw expected(`${where}.kwargs.kwargs`, 'an object', given);
  const own = { args: readArgs(json, where), kwargs: readValues(given, `${where}.kwargs.kwargs`) };
  const filled = withArguments(data, own);
  return json['immutable'] === true ? asImmutable(filled) : filled;
}

function readValues(json: Source, where: string): Readonly<Record<string, unknown>> {
  return mapRecord(json, (value, key) => fromJson(asJson(value), `${where}.${key}`));
}

function readChord(json: Source, where: string, nesting: number): SignatureData {
  const kwargs = kwargsOf(json, where);
  const { header, body } = kwargs;
  const bodyAt = `${where}.kwargs.body`;
  if (body === undefined || body === null) throw expected(bodyAt, 'a signature: a chord needs a body', body);
  const members = Array.isArray(header)
    ? readList(json, 'header', where, nesting)
    : [fromCelery(asJson(header), `${where}.kwargs.header`, nesting + 1)];
  const options = ownOptions(json);
  const mode = readOption(options, 'on_member_failure', where, BATCH_OPTIONS.onMemberFailure);
  const tolerate = readOption(options, 'tolerate', where, TOLERANCE);
  if (tolerate !== undefined && mode === 'failFast')
    throw expected(`${where}.options.on_member_failure`, "'collect' beside tolerate", mode);
  return chordOf(members, fromCelery(asJson(body), bodyAt, nesting + 1), {
    onMemberFailure: mode === 'collect' ? mode : 'failFast',
    // It has passed its check.
    ...compact({ tolerate: tolerate as Tolerance | undefined }),
  });
}

/** Returns the options as they stand; null is nothing, as in Celery. */
function ownOptions({ options }: Source): Source {
  return isPlainObject(options)
    ? Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null))
    : {};
}

function readOption(options: Source, name: string, where: string, { is, want }: OptionCheck): unknown {
  const value = Object.hasOwn(options, name) ? options[name] : undefined;
  if (value !== undefined && !is(value)) throw expected(`${where}.options.${name}`, want, value);
  return value;
}

function readBatch(json: Source, where: string): BatchData {
  const options = ownOptions(json);
  const given = BATCH_NAMES.flatMap(([name, celery]) => {
    const value = readOption(options, celery, where, BATCH_OPTIONS[name]);
    return value === undefined ? [] : [[name, value] as const];
  });
  // Each value has passed the check of its name.
  return Object.fromEntries(given) as BatchData;
}

function readItems(
  json: Source,
  where: string,
  nesting: number,
): BatchData & { readonly task: TaskData; readonly items: readonly unknown[] } {
  const { task, it } = kwargsOf(json, where);
  if (!Array.isArray(it)) throw expected(`${where}.kwargs.it`, 'a list', it);
  const inner = fromCelery(asJson(task), `${where}.kwargs.task`, nesting + 1);
  if (inner.kind !== 'task') throw expected(`${where}.kwargs.task`, 'the signature of one task', inner.kind);
  const items = it.map((item, index) => fromJson(asJson(item), `${where}.kwargs.it[${index}]`));
  return { task: inner, items, ...readBatch(json, where) };
}

function readList(json: Source, name: string, where: string, nesting: number): readonly SignatureData[] {
  const list = kwargsOf(json, where)[name];
  if (!Array.isArray(list)) throw expected(`${where}.kwargs.${name}`, 'a list of signatures', list);
  return list.map((item, index) => fromCelery(asJson(item), `${where}.kwargs.${name}[${index}]`, nesting + 1));
}

function kwargsOf(json: Source, where: string): Source {
  const { kwargs } = json;
  if (!isPlainObject(kwargs)) throw expected(`${where}.kwargs`, 'an object', kwargs);
  return kwargs;
}

function taskJson(data: TaskData, nesting: number): JsonObject {
  const { task, args, kwargs, immutable, options } = data;
  return {
    task,
    args: args.map((arg, index) => toJson(arg, `argument ${index + 1} of ${task}`)),
    kwargs: mapRecord(kwargs, (value, key) => toJson(value, `keyword argument ${key} of ${task}`)),
    options: writeOptions(options, (link) => toCelery(link, nesting + 1)),
    subtask_type: null,
    immutable,
  };
}

/** Writes a canvas. In `subtask_type` Celery names only the kinds that have a signature class. */
function composite(data: SignatureData, task: string, kwargs: JsonObject, nesting: number): JsonObject {
  const isNamed = data.kind === 'chain' || data.kind === 'group' || data.kind === 'chord';
  const options = { ...writeOptions(data.options, (link) => toCelery(link, nesting + 1)), ...howJson(data) };
  return {
    task,
    args: [],
    kwargs,
    options,
    subtask_type: isNamed ? data.kind : null,
    immutable: data.kind === 'map' || data.kind === 'starmap',
  };
}

/** Writes the options that a chord or a batch has beside those of every signature. */
function howJson(data: SignatureData): JsonObject {
  if (data.kind === 'chord') {
    const { onMemberFailure, tolerate } = data;
    return compact({ on_member_failure: onMemberFailure === 'collect' ? onMemberFailure : undefined, tolerate });
  }
  if (!('items' in data)) return {};
  return Object.fromEntries(
    BATCH_NAMES.flatMap(([name, celery]) => (data[name] === undefined ? [] : [[celery, data[name]] as const])),
  );
}

function asJson(value: unknown): Json {
  // Everything that comes from JSON.parse, or from a caller's JSON, is Json; each reader checks the shape it needs.
  return (value ?? null) as Json;
}

function expected(where: string, want: string, value: unknown): InvalidCanvas {
  return new InvalidCanvas(`Cannot read ${cutTo(where, WHERE_SHOWN)}: ${mismatch(want, describe(value))}`);
}
