import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A request as it came over the wire. */
export interface WireRequest {
  readonly service: string;
  readonly method: string;
  /** With its query. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** An operation of a service, and what is wrong with its input by the model. */
export interface ReadRequest {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** Reads requests by the models of AWS's services. */
export type ServiceModels = (request: WireRequest) => ReadRequest;

/**
 * Loads the models that botocore ships: of the services that this library calls.
 *
 * @param bin the `bin` of the Python environment that has botocore
 */
export async function loadServiceModels(bin: string): Promise<ServiceModels> {
  const lib = join(bin, '..', 'lib');
  const [python = ''] = await readdir(lib);
  const data = join(lib, python, 'site-packages', 'botocore', 'data');
  const models = new Map<string, Model>();
  for (const [service, version] of Object.entries(VERSIONS)) {
    const zipped = await readFile(join(data, service, version, 'service-2.json.gz'));
    // The documented form of a model.
    models.set(service, JSON.parse(gunzipSync(zipped).toString()) as Model);
  }
  return (request) => {
    const model = models.get(request.service);
    if (model === undefined) throw new Error(`There is no model of ${request.service}`);
    const { operation, input } = READERS[request.service]?.(request) ?? readTarget(request);
    const shape = model.operations[operation]?.input?.shape;
    const problems = shape === undefined ? [`There is no operation ${operation}`] : problemsOf(model, shape, input);
    return { operation, input, problems: problems.map((problem) => `${operation}: ${problem}`) };
  };
}

/**
 * Returns what is wrong with a value by the model of its shape.
 *
 * @example
 * problemsOf({ operations: {}, shapes: { Mode: { type: 'string', enum: ['OFF'] } } }, 'Mode', 'ON'); // [' is "ON", not one of OFF']
 */
function problemsOf(model: Model, shapeName: string, value: unknown, path = ''): readonly string[] {
  const shape = model.shapes[shapeName];
  if (shape === undefined) return [`${path} has the unknown shape ${shapeName}`];
  const inner = (name: string, one: unknown, key: string): readonly string[] =>
    problemsOf(model, name, one, `${path}.${key}`);
  switch (shape.type) {
    case 'structure': {
      if (!isObject(value)) return [`${path} is not a structure`];
      const { members = {}, required = [] } = shape;
      const missing = required.filter((name) => value[name] === undefined);
      const given = Object.entries(value).filter(([, one]) => one !== undefined && one !== null);
      return [
        ...missing.map((name) => `${path}.${name} is missing`),
        ...(shape.union === true && given.length !== 1 ? [`${path} has ${given.length} members of a union`] : []),
        ...given.flatMap(([name, one]) => {
          const member = members[name];
          return member === undefined ? [`${path}.${name} is unknown`] : inner(member.shape, one, name);
        }),
      ];
    }
    case 'list': {
      if (!Array.isArray(value)) return [`${path} is not a list`];
      const each = shape.member?.shape ?? '';
      return [
        ...sizeProblems(shape, value.length, path),
        ...value.flatMap((one, index) => inner(each, one, `${index}`)),
      ];
    }
    case 'map': {
      if (!isObject(value)) return [`${path} is not a map`];
      const each = shape.value?.shape ?? '';
      const size = sizeProblems(shape, Object.keys(value).length, path);
      return [...size, ...Object.entries(value).flatMap(([key, one]) => inner(each, one, key))];
    }
    default:
      return scalarProblems(shape, value, path);
  }
}

/** A model of a service, as far as it is read. */
interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

// --- internal ---

const VERSIONS = { sqs: '2012-11-05', dynamodb: '2012-08-10', s3: '2006-03-01', scheduler: '2021-06-30' } as const;

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, { readonly shape: string; readonly locationName?: string }>>;
  readonly required?: readonly string[];
  readonly union?: boolean;
  readonly member?: { readonly shape: string };
  readonly value?: { readonly shape: string };
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly min?: number;
  readonly max?: number;
}

function sizeProblems({ min, max }: Shape, size: number, path: string): readonly string[] {
  if (min !== undefined && size < min) return [`${path} has ${size}, less than ${min}`];
  if (max !== undefined && size > max) return [`${path} has ${size}, more than ${max}`];
  return [];
}

function scalarProblems(shape: Shape, value: unknown, path: string): readonly string[] {
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' ? textProblems(shape, value, path) : [`${path} is not a text`];
    case 'integer':
    case 'long':
      return Number.isInteger(value) ? sizeProblems(shape, Number(value), path) : [`${path} is not a whole number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} is not a boolean`];
    case 'double':
    case 'float':
    case 'timestamp':
      return typeof value === 'number' ? [] : [`${path} is not a number`];
    default:
      return typeof value === 'string' ? [] : [`${path} is not a text`];
  }
}

function textProblems(shape: Shape, value: string, path: string): readonly string[] {
  const { enum: all, pattern } = shape;
  if (all !== undefined && !all.includes(value)) return [`${path} is "${value}", not one of ${all.join(', ')}`];
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`, 's').test(value))
    return [`${path} does not match ${pattern}`];
  return sizeProblems(shape, value.length, path);
}

type Reader = (request: WireRequest) => Pick<ReadRequest, 'operation' | 'input'>;

const READERS: Readonly<Record<string, Reader>> = {
  scheduler: ({ method, url, body }) => {
    const [, , name = ''] = url.pathname.split('/');
    const operation = method === 'POST' && name !== '' ? 'CreateSchedule' : `${method} ${url.pathname}`;
    return { operation, input: { ...objectIn(body), Name: decodeURIComponent(name) } };
  },
  s3: ({ method, url, headers }) => {
    const [, bucket = '', ...rest] = url.pathname.split('/');
    const operation = `${{ GET: 'Get', PUT: 'Put', DELETE: 'Delete' }[method] ?? method}Object`;
    return { operation, input: { Bucket: bucket, Key: decodeURIComponent(rest.join('/')), ...objectHeaders(headers) } };
  },
};

/** Returns the headers of a request to S3 that are members of its input. */
function objectHeaders(headers: WireRequest['headers']): Readonly<Record<string, unknown>> {
  const entries = Object.entries(OBJECT_HEADERS).flatMap(([header, member]) => {
    const value = headers[header];
    return value === undefined ? [] : [[member, String(value)] as const];
  });
  const unknown = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !(name in OBJECT_HEADERS) && !OF_TRANSPORT.includes(name),
  );
  return { ...Object.fromEntries(entries), ...Object.fromEntries(unknown.map((name) => [name, headers[name]])) };
}

const OBJECT_HEADERS: Readonly<Record<string, string>> = {
  'x-amz-sdk-checksum-algorithm': 'ChecksumAlgorithm',
  'x-amz-checksum-crc32': 'ChecksumCRC32',
  'x-amz-checksum-mode': 'ChecksumMode',
  'content-type': 'ContentType',
};
/** Headers of each request, and of its body. */
const OF_TRANSPORT = [
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-user-agent',
  'x-amz-decoded-content-length',
  'x-amz-trailer',
];

/** Of a service whose requests name their operation in a header. */
const readTarget: Reader = ({ headers, body }) => {
  const target = String(headers['x-amz-target'] ?? '');
  return { operation: target.slice(target.indexOf('.') + 1), input: objectIn(body) };
};

function objectIn(body: Buffer): Readonly<Record<string, unknown>> {
  const json: unknown = JSON.parse(body.toString() || '{}');
  return isObject(json) ? json : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
