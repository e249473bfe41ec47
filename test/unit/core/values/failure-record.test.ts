import { runInNewContext } from 'node:vm';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChordalError } from '../../../../src/core/errors/base.ts';
import * as errors from '../../../../src/core/errors/caller.ts';
import * as resultErrors from '../../../../src/core/errors/result.ts';
import * as taskErrors from '../../../../src/core/errors/task.ts';
import { cutTo, describe as describeValue } from '../../../../src/core/text/describe.ts';
import { fromFailure, toFailure } from '../../../../src/core/values/failure-record.ts';
import type { FailureRecord } from '../../../../src/core/values/failure-record.ts';
import type { Json } from '../../../../src/core/values/json.ts';

const cause = new errors.RemoteError('the cause', { errorType: 'Error', remoteStack: 'Error: the cause\n    at x' });

/** One of each class: a class without a row does not compile. */
const samples: { readonly [Code in errors.ErrorCode]: Extract<errors.AnyChordalError, { code: Code }> } = {
  CHORDAL_TASK_FAILED: new resultErrors.TaskFailedError('a', {
    errorType: 'ValueError',
    taskId: 'w',
    failedTaskId: 'w.0',
    failedTask: 'add',
    remoteStack: 'ValueError: a',
    args: ['a', 1n],
    errorCode: 'ENOENT',
    fields: { status: 404, at: new Date(0) },
    errors: [new errors.RemoteError('one', { errorType: 'RangeError' })],
    cause,
  }),
  CHORDAL_TASK_RETRY: new resultErrors.TaskRetryError('a', {
    errorType: 'ValueError',
    taskId: 'w',
    task: 'add',
    attempt: 2,
    retryAt: new Date(0),
    remoteStack: 'ValueError: a',
    cause,
  }),
  CHORDAL_TASK_REVOKED: new resultErrors.TaskRevokedError('b', { taskId: 'w', reason: 'by hand', cause }),
  CHORDAL_TIMEOUT: new resultErrors.TimeoutError('c', { taskId: 'w', timeoutSeconds: 1.5, cause }),
  CHORDAL_UNKNOWN_RESULT: new resultErrors.UnknownResult('d', { taskId: 'w', cause }),
  CHORDAL_INVALID_ARGUMENTS: new errors.InvalidArguments('e', { task: 'add', cause }),
  CHORDAL_INVALID_CANVAS: new errors.InvalidCanvas('f', { cause }),
  CHORDAL_INVALID_OPTIONS: new errors.InvalidOptions('g', { cause }),
  CHORDAL_INVALID_MESSAGE: new errors.InvalidMessage('h', { cause }),
  CHORDAL_SERIALIZATION: new errors.SerializationError('i', { path: 'value.a', cause }),
  CHORDAL_NOT_REGISTERED: new errors.NotRegistered('j', { task: 'ad', known: ['add', 'mul'], cause }),
  CHORDAL_CANVAS_TOO_DEEP: new errors.CanvasTooDeep('k', { cause }),
  CHORDAL_TOO_DEEP: new errors.TooDeep('l', { cause }),
  CHORDAL_WOULD_BLOCK: new resultErrors.WouldBlock('m', { cause }),
  CHORDAL_CONFIGURATION: new errors.ConfigurationError('n', { cause }),
  CHORDAL_SERVICE_UNAVAILABLE: new errors.ServiceUnavailable('o', { cause }),
  CHORDAL_WORKER_LOST: new taskErrors.WorkerLostError('p', { cause }),
  CHORDAL_MAX_RETRIES_EXCEEDED: new taskErrors.MaxRetriesExceededError('q', { cause }),
  CHORDAL_TIME_LIMIT_EXCEEDED: new taskErrors.TimeLimitExceeded('r', { cause }),
  CHORDAL_SOFT_TIME_LIMIT_EXCEEDED: new taskErrors.SoftTimeLimitExceeded('s', { cause }),
  CHORDAL_IGNORE: new taskErrors.Ignore('u', { cause }),
  CHORDAL_REJECT: new taskErrors.Reject('v', { requeue: true, cause }),
  CHORDAL_INVALID_RESULT: new taskErrors.InvalidResult('w', { cause }),
  CHORDAL_EXTERNAL_TASK: new taskErrors.ExternalTaskError('x', { cause }),
  CHORDAL_TOLERANCE_EXCEEDED: new taskErrors.ToleranceExceeded('x', { cause }),
  CHORDAL_REMOTE: new errors.RemoteError('t', { errorType: 'ValueError', args: [1], remoteStack: 'there', cause }),
};

const table = Object.values(samples).map((error): [string, errors.AnyChordalError] => [error.name, error]);

/** The fields that a program may read, without those of the place where the error was made. */
function fieldsOf(error: Error): object {
  return Object.fromEntries([...Object.entries(error), ['message', error.message]]);
}

/** The record after a journey as text. */
function sent(record: FailureRecord): Json {
  return JSON.parse(JSON.stringify(record)) as Json;
}

describe('the errors', () => {
  it('have one class, one code and one name each', () => {
    const classes = Object.values({ ...errors, ...resultErrors, ...taskErrors }).filter(
      (value) => value.prototype instanceof ChordalError,
    );
    expect(new Set(table.map(([, error]) => error.constructor))).toEqual(new Set(classes));
    expect(new Set(table.map(([, error]) => error.code)).size).toBe(table.length);
    expect(new Set(table.map(([name]) => name)).size).toBe(table.length);
  });

  it.each(table)('%s is named after its class, also in its stack, and keeps its cause', (name, error) => {
    expect(error).toBeInstanceOf(ChordalError);
    expect(error.name).toBe(error.constructor.name);
    expect(samples[error.code]).toBe(error);
    expect(error.stack?.split('\n')[0]).toBe(`${name}: ${error.message}`);
    expect(error.cause).toBe(cause);
  });

  it.each(table)('%s has no cause when it is given none', (_, error) => {
    const { cause: given, ...record } = toFailure(error);
    expect(given?.message).toBe('the cause');
    expect('cause' in fromFailure(record)).toBe(false);
  });

  it.each(table)('%s comes back from the wire as what it was', (_, error) => {
    const back = fromFailure(sent(toFailure(error)));
    expect(back.constructor).toBe(error.constructor);
    expect(fieldsOf(back)).toEqual(fieldsOf(error));
    expect(back.cause).toEqual(cause);
    expect(toFailure(back)).toEqual(toFailure(error));
  });

  it.each(table)('%s becomes a RemoteError when its code or its fields are not known', (name, error) => {
    const record = toFailure(error);
    const unknown = fromFailure({ ...record, code: 'CHORDAL_FROM_THE_FUTURE' });
    expect(unknown).toMatchObject({ code: 'CHORDAL_REMOTE', message: error.message, errorType: record.errorType });
    const other = fromFailure({ ...record, data: { taskId: 7, task: 7, path: 7, known: 'x' } });
    expect([name, 'RemoteError']).toContain(other.name);
    expect(other.message).toBe(error.message);
  });
});

describe('isChordalError()', () => {
  it.each(table)('holds for %s and its code, and for no other code', (_, error) => {
    expect(errors.isChordalError(error)).toBe(true);
    for (const other of Object.values(samples)) expect(errors.isChordalError(error, other.code)).toBe(error === other);
  });

  it.each(table)('holds for %s of another copy of this library', (_, error) => {
    const copy = { name: error.name, message: error.message, code: error.code };
    expect([errors.isChordalError(copy), errors.isChordalError(copy, error.code)]).toEqual([true, true]);
  });

  it.each([undefined, null, 'CHORDAL_TIMEOUT', 7, {}, new Error('x'), { code: 7 }, { code: 'ENOENT' }, () => 1])(
    'does not hold for %o',
    (value) => {
      expect([errors.isChordalError(value), errors.isChordalError(value, 'CHORDAL_TIMEOUT')]).toEqual([false, false]);
    },
  );
});

describe('toFailure()', () => {
  class ExpectedError extends Error {
    readonly args: readonly unknown[];
    constructor(...args: unknown[]) {
      super(String(args[0]));
      this.args = args;
    }
  }
  const named = Object.assign(new Error('x'), { name: 'ValueError' });
  const renamed = Object.assign(new RangeError('x'), { name: 'TypeError' });
  const nameless = Object.assign(new Error('x'), { name: '' });
  class Kind extends Error {
    override readonly name: string = 'OwnName';
  }

  it.each([
    [new RangeError('x'), 'RangeError'],
    [new ExpectedError('x'), 'ExpectedError'],
    [new Kind('x'), 'OwnName'],
    [named, 'ValueError'],
    [renamed, 'TypeError'],
    [nameless, 'Error'],
    [new (class extends Error {})('x'), 'Error'],
    [new DOMException('x', 'AbortError'), 'AbortError'],
    [runInNewContext('new TypeError("x")'), 'TypeError'],
    [{ name: 'Foreign', message: 'x' }, 'Foreign'],
  ])('names %o as %s', (error, errorType) => {
    expect(toFailure(error)).toMatchObject({ errorType, message: 'x' });
  });

  it('keeps what the error was made with', () => {
    const at = new Date(0);
    const record = toFailure(new ExpectedError('Task expected to fail', 'test', at));
    expect(record.args).toEqual(['Task expected to fail', 'test', expect.objectContaining({ __type__: 'datetime' })]);
    expect(fromFailure(sent(record))).toMatchObject({
      errorType: 'ExpectedError',
      args: ['Task expected to fail', 'test', at],
    });
  });

  it.each([[[() => 1]], [['a'.repeat(5000)]], ['text'], [{ length: 1 }]])('leaves args out that are %o', (args) => {
    expect(toFailure(Object.assign(new Error('x'), { args }))).not.toHaveProperty('args');
  });

  it('keeps the code and the plain fields of any error, and gives them back', () => {
    const error = Object.assign(new Error('x'), { code: 'ECONNREFUSED', port: 5432, detail: { table: 'orders' } });
    const record = toFailure(error);
    expect(record).toMatchObject({ code: 'ECONNREFUSED', data: { port: 5432, detail: { table: 'orders' } } });
    const back = fromFailure(sent(record));
    expect(back).toMatchObject({ errorCode: 'ECONNREFUSED', fields: { port: 5432, detail: { table: 'orders' } } });
    expect(toFailure(Object.assign(new Error('x'), { code: 42 })).code).toBe(42);
  });

  it('leaves out fields that are no plain data, are large, or are named as secrets are', () => {
    const request = { headers: { Authorization: 'Bearer x' } };
    const error = Object.assign(new Error('x'), {
      request,
      password: 'x',
      socket: new (class Socket {
        readonly isOpen: boolean = true;
      })(),
      retry: () => 1,
      body: 'x'.repeat(3000),
      status: 500,
    });
    expect(toFailure(error).data).toEqual({ status: 500 });
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`field${i}`, 'x'.repeat(50)]));
    expect(JSON.stringify(toFailure(Object.assign(new Error('x'), wide)).data).length).toBeLessThanOrEqual(2048);
  });

  it.each([
    ['any error', () => new Error('x'), 2048],
    ['an error of this library', () => new errors.NotRegistered('x', { task: 'ad' }), 4096],
  ])('leaves out the fields of %s whose names are long or many', (_, make, most) => {
    const long = Array.from({ length: 2000 }, (_unused, i) => [`${'n'.repeat(300)}${i}`, i] as const);
    const { data } = toFailure(Object.assign(make(), Object.fromEntries(long), { status: 500 }));
    expect(data).toMatchObject({ [long[0]?.[0] ?? '']: 0, status: 500 });
    expect(JSON.stringify(data).length).toBeLessThanOrEqual(most);
  });

  it('keeps the chain of causes, and what an AggregateError collects', () => {
    const root = Object.assign(new TypeError('no route'), { code: 'EHOSTUNREACH' });
    const several = new AggregateError([new RangeError('a'), 'b', root], 'all failed');
    const record = toFailure(new Error('Cannot charge', { cause: new Error('fetch failed', { cause: several }) }));
    const back = fromFailure(sent(record));
    expect(back.cause).toMatchObject({ message: 'fetch failed', errorType: 'Error' });
    const inner: unknown = (back.cause as Error).cause;
    expect(inner).toMatchObject({
      errorType: 'AggregateError',
      errors: [{ errorType: 'RangeError' }, { message: 'no route', errorCode: 'EHOSTUNREACH' }],
    });
    expect(toFailure(new Error('x', { cause: 'no error' })).cause).toEqual({
      errorType: 'ThrownValue',
      message: '"no error"',
    });
  });

  it('limits what it says of causes to 4 KB, shorter the more there is', () => {
    const deep = Array.from({ length: 50 }).reduce(
      (inner: unknown) => new Error('x'.repeat(5000), { cause: inner }),
      1,
    );
    const wide = new AggregateError(Array.from({ length: 5000 }, () => new Error('é'.repeat(5000))));
    const loop = new Error('loop');
    loop.cause = new Error('inner', { cause: loop });
    for (const error of [deep, wide, loop]) {
      const { cause: inner, errors: several } = toFailure(error);
      expect(JSON.stringify({ inner, several }).length).toBeLessThanOrEqual(4200);
    }
    expect(toFailure(deep).cause?.cause?.message).toMatch(/^x+…$/);
    expect(toFailure(wide).errors).toHaveLength(10);
    expect(toFailure(loop).cause).toMatchObject({ message: 'inner' });
    expect(toFailure(loop).cause).not.toHaveProperty('cause');
  });

  it('leaves fields out that cannot be serialised', () => {
    const known = ['a', Symbol('s')] as readonly string[];
    expect(toFailure(new errors.NotRegistered('x', { task: 'ad', known })).data).toEqual({ task: 'ad' });
  });

  it('limits the message to 1 KB and the stack to 2 KB, and keeps a part of the stack behind a long message', () => {
    const record = toFailure(new TypeError('é'.repeat(1_000_000)));
    expect(Buffer.byteLength(record.message)).toBeLessThanOrEqual(1024);
    expect(record.message).toMatch(/^é+…$/);
    expect(Buffer.byteLength(record.stack ?? '')).toBeLessThanOrEqual(2048);
    expect(record.stack).toContain('…\n    at ');
  });

  it('has no stack when the error has none', () => {
    const error = new Error('x');
    delete error.stack;
    expect(toFailure(error)).toEqual({ errorType: 'Error', message: 'x' });
  });

  it.each([
    ['x', '"x"', ['x']],
    [null, 'null', [null]],
    [undefined, 'undefined', [{ __type__: 'undefined', __value__: null }]],
    [404, '404', [404]],
    [{ status: 404 }, 'an object with the keys status', [{ status: 404 }]],
    [{ status: 401, token: 'x' }, 'an object with the keys status, token', [{ status: 401 }]],
    [() => 1, 'a function', undefined],
    [Symbol('s'), 'Symbol(s)', undefined],
    [[1, 2], 'an array of 2 items', [[1, 2]]],
  ])('says what was thrown when it was no error: %o', (thrown, shown, args) => {
    expect(toFailure(thrown)).toEqual({
      errorType: 'ThrownValue',
      message: `Cannot read the thrown value: expected an Error, got ${shown}`,
      ...(args === undefined ? {} : { args }),
    });
  });

  const refuse = (): never => {
    throw new Error('refused');
  };
  const circular = new Error('x');
  circular.cause = circular;
  const gone = Proxy.revocable([], {});
  gone.revoke();

  it.each([
    [
      'a getter that throws',
      Object.defineProperty(new Error('x'), 'message', { get: refuse }),
      { errorType: 'Error', message: '' },
    ],
    [
      'a code that throws',
      Object.defineProperty(new Error('x'), 'code', { get: refuse }),
      { errorType: 'Error', message: 'x' },
    ],
    [
      'a name that throws',
      Object.defineProperty(new Error('x'), 'name', { get: refuse }),
      { errorType: 'Error', message: 'x' },
    ],
    [
      'a message that is no text',
      Object.assign(new Error('x'), { message: { toString: refuse } }),
      { errorType: 'Error', message: '' },
    ],
    ['a cause that is itself', circular, { errorType: 'Error', message: 'x' }],
    ['a proxy that refuses', proxy(refuse), { errorType: 'ThrownValue' }],
    ['args that refuse', Object.assign(new Error('x'), { args: proxy(refuse) }), { errorType: 'Error', message: 'x' }],
    ['args that are gone', Object.assign(new Error('x'), { args: gone.proxy }), { errorType: 'Error', message: 'x' }],
    ['an object that refuses', Object.defineProperty({}, 'toJSON', { get: refuse }), { errorType: 'ThrownValue' }],
  ])('survives %s', (_, thrown, record) => {
    expect(toFailure(thrown)).toMatchObject(record);
  });

  it('never throws, and its record survives the wire', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withNullPrototype: true, key: keys }), (thrown) => {
        const record = toFailure(thrown);
        const back = fromFailure(sent(record));
        expect(back.message).toBe(record.message);
        expect(toFailure(back)).toMatchObject({ errorType: record.errorType });
      }),
    );
  });
});

const keys = fc.constantFrom(
  'name',
  'message',
  'stack',
  'code',
  'args',
  'errorType',
  'remoteStack',
  'constructor',
  'x',
);

function proxy(refuse: () => never): object {
  return new Proxy({}, { get: refuse, has: refuse, getPrototypeOf: refuse, ownKeys: refuse });
}

describe('fromFailure()', () => {
  it('makes a RemoteError of what another program recorded', () => {
    const record = { errorType: 'ValueError', message: 'bad', args: ['bad', 1], stack: 'Traceback: …' };
    const error = fromFailure(record);
    expect(error).toMatchObject({
      name: 'RemoteError',
      errorType: 'ValueError',
      message: 'bad',
      args: ['bad', 1],
      remoteStack: record.stack,
    });
    expect(toFailure(error)).toEqual(record);
  });

  it.each([[null], ['text'], [[]], [{}], [{ message: 7, errorType: null, args: 'x', data: [] }]])(
    'reads %j as an unknown error',
    (record) => {
      const error = fromFailure(record);
      expect(error).toMatchObject({ code: 'CHORDAL_REMOTE', errorType: 'UnknownError' });
      expect(error.message).toContain('Cannot read a failure: expected a record with a message, got ');
    },
  );

  it('keeps the message when a mark among the args is not known', () => {
    const args = [{ __type__: 'new', __value__: 1 }];
    expect(fromFailure({ errorType: 'E', message: 'm', args })).toMatchObject({ message: 'm', errorType: 'E', args });
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(samples)), (data, code) => {
        // JSON, as it says.
        const record = { errorType: 'E', message: 'm', code, data, args: data } as Json;
        expect(fromFailure(record).message).toBe('m');
        // The same.
        expect(fromFailure(data as Json)).toBeInstanceOf(Error);
      }),
    );
  });
});

describe('describe()', () => {
  it.each([
    ['a"b', '"a\\"b"'],
    ['x'.repeat(100), `"${'x'.repeat(57)}…"`],
    [1.5, '1.5'],
    [-0, '0'],
    [2n, '2n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [[], 'an array of 0 items'],
    [[1], 'an array of 1 item'],
    [{}, 'an empty object'],
    [{ a: 1, b: 2 }, 'an object with the keys a, b'],
    [Object.create(null), 'an empty object'],
    [new Date(0), 'an instance of Date'],
    [
      new (class {
        readonly x: number = 1;
      })(),
      'an instance of a class without a name',
    ],
    [function named() {}, 'the function named'],
    [
      (
        () => () =>
          1
      )(),
      'a function',
    ],
  ])('says what %o is', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('says of every value in one short line what it is', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withMap: true, withTypedArray: true }), (value) => {
        expect(describeValue(value).length).toBeLessThan(150);
      }),
    );
  });
});

describe('cutTo()', () => {
  it('keeps a text that fits, and cuts at a character', () => {
    expect([cutTo('abc', 3), cutTo('abcd', 3), cutTo('ab😀', 6), cutTo('ab😀c', 6), cutTo('😀😀', 7)]).toEqual([
      'abc',
      '…',
      'ab😀',
      'ab…',
      '😀…',
    ]);
  });

  it('gives a beginning that takes no more bytes than it may', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 3, max: 40 }), (text, bytes) => {
        const cut = cutTo(text, bytes);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(bytes);
        expect(cut === text || text.startsWith(cut.slice(0, -1))).toBe(true);
        if (Buffer.byteLength(text) <= bytes) expect(cut).toBe(text);
      }),
    );
  });
});
