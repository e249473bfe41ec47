import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isChordalError } from '../../../../src/core/errors/caller.ts';
import { isPlainObject, MAX_DEPTH, parseJson } from '../../../../src/core/values/json.ts';
import { decode, encode, fromJson, toAnswer, toJson } from '../../../../src/core/values/serializer.ts';

function roundTrip(value: unknown): unknown {
  return decode(encode(value, 'the value'), 'the value');
}

/** The message and the path of the SerializationError that a run throws. */
function refusal(run: () => unknown): readonly [message: string, path: string] {
  try {
    run();
  } catch (error) {
    if (isChordalError(error, 'CHORDAL_SERIALIZATION')) return [error.message, error.path];
    throw error;
  }
  throw new Error('nothing was thrown');
}

function refused(value: unknown): string {
  return refusal(() => encode(value, 'the result of task add'))[0];
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

class Point {
  readonly x: number = 1;
}
class Tags extends Map<string, number> {}
class Names extends Set<string> {}
class Rows extends Array<number> {}
class Day extends Date {}
class Bytes extends Uint8Array {}
class Text extends Buffer {}
class Sample extends Float64Array {}
class Block extends ArrayBuffer {}
class Amount extends Map<string, number> {
  toJSON(): unknown {
    return Object.fromEntries(this);
  }
}

const PLAIN = ['', 'a', 0, 1.5, true, false, null, [], {}, [1, [2, [3]]], { a: { b: [{ c: null }] } }];

const MARKED: readonly unknown[] = [
  undefined,
  [undefined, 1, undefined],
  { a: undefined },
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -0,
  0n,
  -(2n ** 200n),
  new Date(0),
  new Date('2024-02-29T12:34:56.789Z'),
  new Date(8.64e15),
  new Date(-8.64e15),
  new Map<unknown, unknown>([
    ['a', 1],
    [{ deep: [new Date(1)] }, new Map([[1n, undefined]])],
  ]),
  new Set<unknown>([1, 'a', new Set([Number.NaN]), { a: -0 }]),
  new Uint8Array([0, 1, 255]),
  new Uint8Array(),
  new Uint8Array(100_000).fill(7),
  new Uint8ClampedArray([1, 255]),
  new Uint16Array([1, 65_535]),
  new Uint32Array([1, 4_294_967_295]),
  new BigUint64Array([1n, 2n ** 64n - 1n]),
  new Int8Array([1, -128]),
  new Int16Array([1, -32_768]),
  new Int32Array([1, -2_147_483_648]),
  new BigInt64Array([-1n]),
  // From Node 24 on.
  ...('Float16Array' in globalThis ? [new Float16Array([1.5, Number.NaN])] : []),
  new Float32Array([0.5, Number.NaN]),
  new Float64Array([Math.PI, -0]),
  new ArrayBuffer(3),
  new DataView(new Uint8Array([1, 2, 3]).buffer),
  { list: [{ at: new Date(5), n: 5n }], same: 'x' },
  { __type__: 'datetime', __value__: 'not a mark' },
  { __type__: { __type__: 1, __value__: [2n] }, __value__: { __type__: 'object', __value__: undefined } },
  { __value__: 1, __type__: 'bigint' },
  { __type__: 'bigint', __value__: '1', more: 1 },
  { __type__: 'bigint' },
  'a text with "__type__" in it',
  [{ a: '"__type__"' }],
];

describe('encode() and decode()', () => {
  it.each(PLAIN)('writes plain data as plain JSON: %j', (value) => {
    expect(encode(value, 'it')).toBe(JSON.stringify(value));
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it.each(MARKED.map((value) => [value]))('gives back what is not JSON: %o', (value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('gives back any value', () => {
    const special = fc.constantFrom('__type__', '__value__', '__proto__', 'toString', 'constructor', 'then');
    const key = fc.oneof({ weight: 3, arbitrary: fc.string() }, { weight: 2, arbitrary: special });
    const anything = fc.anything({
      key,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: false,
    });
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(!hasInvalidDate(value));
        expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('give back any JSON, and write it as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        expect(roundTrip(value)).toStrictEqual(value);
        if (!text.includes('__type__')) expect(encode(value, 'it')).toBe(JSON.stringify(value));
      }),
    );
  });

  it('give back what has the keys of a mark, however it is nested', () => {
    const { marked } = fc.letrec((tie) => ({
      marked: fc.record({ __type__: tie('inner'), __value__: tie('inner') }, { noNullPrototype: true }),
      inner: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('object', 'map', 'set', 'bigint', '1', undefined),
        tie('marked'),
      ),
    }));
    fc.assert(
      fc.property(marked, (value) => {
        expect(roundTrip(value)).toStrictEqual(value);
      }),
    );
  });

  it('fill the holes of an array with undefined', () => {
    const holes: unknown[] = [1];
    holes[2] = 3;
    expect(roundTrip(holes)).toStrictEqual([1, undefined, 3]);
  });

  it('give a Buffer back as a Buffer, so that a task that says Buffer is given one', () => {
    const back = roundTrip(Buffer.from('abc'));
    expect(back).toStrictEqual(Buffer.from('abc'));
    expect(Buffer.isBuffer(back) && back.toString('utf8')).toBe('abc');
    expect(roundTrip(new Uint8Array([97]))).toStrictEqual(new Uint8Array([97]));
  });

  it('give back of bytes those alone that a view shows', () => {
    expect(roundTrip(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toStrictEqual(new Uint8Array([2, 3]));
    expect(roundTrip(new DataView(new ArrayBuffer(8), 2, 3))).toStrictEqual(new DataView(new ArrayBuffer(3)));
  });

  it('keep a key __proto__ as a key, and set no prototype', () => {
    const value: unknown = JSON.parse('{"__proto__": {"polluted": 1}, "a": {"__proto__": {"polluted": 1}}}');
    const text = encode({ value, n: [1n] }, 'it').replaceAll(
      '"polluted":1',
      '"polluted":{"__type__":"bigint","__value__":"1"}',
    );
    const back = decode(text, 'it');
    expect(JSON.stringify(back, (_, item: unknown) => (typeof item === 'bigint' ? 1 : item))).toContain(
      '"__proto__":{"polluted":1}',
    );
    expect(back).not.toHaveProperty('value.polluted');
    expect('polluted' in {}).toBe(false);
  });

  it('write an object without a prototype as a plain one, and leave keys out that are symbols', () => {
    const bare = Object.assign(Object.create(null), { a: 1, [Symbol('s')]: 2 });
    expect(roundTrip(bare)).toStrictEqual({ a: 1 });
  });

  it('do not change what they are given', () => {
    const value = Object.freeze({ list: Object.freeze([1n, Object.freeze({ a: undefined })]) });
    expect(roundTrip(value)).toStrictEqual({ list: [1n, { a: undefined }] });
  });

  it('write the same object twice when it is there twice', () => {
    const shared = { a: 1n };
    expect(roundTrip([shared, shared, { shared }])).toStrictEqual([shared, shared, { shared }]);
  });
});

describe('encode() with toJSON', () => {
  it('uses the method of an instance, of a function and of a plain object', () => {
    class Money {
      readonly #cents = 5n;
      toJSON(): unknown {
        return { cents: this.#cents };
      }
    }
    const signature = Object.assign(() => 1, { toJSON: () => ({ task: 'add', args: [new Date(1)] }) });
    const plain = { hidden: () => 1, toJSON: (key: string) => key };
    expect(roundTrip({ money: new Money(), signature, plain })).toStrictEqual({
      money: { cents: 5n },
      signature: { task: 'add', args: [new Date(1)] },
      plain: 'plain',
    });
    expect(roundTrip(new URL('http://localhost/a'))).toBe('http://localhost/a');
  });

  it('takes an instance that is its own JSON by its fields', () => {
    class Row {
      readonly at = new Date(1);
      toJSON(): this {
        return this;
      }
    }
    expect(roundTrip([new Row()])).toStrictEqual([{ at: new Date(1) }]);
  });

  it('reports a method that throws, or that never ends', () => {
    const thrower = {
      toJSON: () => {
        throw new Error('no');
      },
    };
    const endless = { toJSON: (): unknown => ({ ...endless }) };
    expect(refused({ a: [thrower] })).toBe('Cannot serialise the result of task add: value.a[0] cannot be read: no');
    expect(refused(endless)).toContain('value cannot be read');
  });
});

describe('encode() refuses', () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle['b'] = { c: [circle] };
  const self = new Map<unknown, unknown>();
  self.set('self', self);

  it.each([
    [
      { items: [1, 2, 3, { fn: () => 1 }] },
      'value.items[3].fn is a function; give plain data: strings, numbers, arrays, objects',
    ],
    [() => 1, 'value is a function; give plain data: strings, numbers, arrays, objects'],
    [[Symbol('s')], 'value[0] is a symbol; give plain data: strings, numbers, arrays, objects'],
    [
      { 'a b': new Point() },
      'value["a b"] is an instance of Point. Give plain data, or give its class a toJSON method.',
    ],
    [/x/, 'value is an instance of RegExp. Give plain data, or give its class a toJSON method.'],
    [new WeakMap(), 'value is an instance of WeakMap. Give plain data, or give its class a toJSON method.'],
    [{ e: new TypeError('bad') }, 'value.e is an error (TypeError: bad). Throw it, or return plain data.'],
    [Promise.resolve(1), 'value is a promise. Await it first.'],
    [new Date(Number.NaN), 'value is an invalid Date. Give a valid one.'],
    [
      new Map([['k', [new Point()]]]),
      'value[0][1][0] is an instance of Point. Give plain data, or give its class a toJSON method.',
    ],
    [new Set([1, Symbol('s')]), 'value[1] is a symbol; give plain data: strings, numbers, arrays, objects'],
    [
      { __type__: 'a', __value__: Math.max },
      'value.__value__ is a function; give plain data: strings, numbers, arrays, objects',
    ],
    [circle, 'value.b.c[0] is value again, a cycle. Give data without cycles.'],
    [{ x: circle }, 'value.x.b.c[0] is value.x again, a cycle. Give data without cycles.'],
    [self, 'value[0][1] is value again, a cycle. Give data without cycles.'],
  ])('%o', (value, problem) => {
    expect(refused(value)).toBe(`Cannot serialise the result of task add: ${problem}`);
  });

  it.each([
    ['Tags', 'Map', new Tags([['a', 1]])],
    ['Names', 'Set', new Names(['a'])],
    ['Rows', 'Array', Rows.from([1])],
    ['Day', 'Date', new Day(0)],
    ['Bytes', 'Uint8Array', new Bytes(1)],
    ['Text', 'Buffer', Object.setPrototypeOf(Buffer.from('a'), Text.prototype)],
    ['Sample', 'Float64Array', new Sample(1)],
    ['Block', 'ArrayBuffer', new Block(1)],
  ])('an instance of %s, which extends %s and would come back without its methods', (name, base, value) => {
    expect(refused({ a: [value] })).toBe(
      `Cannot serialise the result of task add: value.a[0] is an instance of ${name}, which extends ${base}. Give plain data, or give its class a toJSON method.`,
    );
  });

  it('no instance of a subclass that says by toJSON how it is written', () => {
    expect(roundTrip([new Amount([['a', 1]])])).toStrictEqual([{ a: 1 }]);
  });

  it('a getter that throws', () => {
    const value = {
      a: [[1], { b: [2] }],
      get bad(): never {
        throw new Error('no');
      },
    };
    expect(refusal(() => encode([value], 'it'))).toEqual([
      'Cannot serialise it: value[0].bad cannot be read: no',
      'value[0].bad',
    ]);
  });

  it('a getter that throws only when it is read again', () => {
    let reads = 0;
    const value = {
      get once(): number {
        reads += 1;
        if (reads > 1) throw new Error('no');
        return 1;
      },
    };
    expect(refused(value)).toBe(
      'Cannot serialise the result of task add: value does not fit into one text. Make it smaller.',
    );
  });

  it('bytes that are shared between threads', () => {
    expect(refused(new SharedArrayBuffer(1))).toContain('value is an instance of SharedArrayBuffer');
  });

  it('a cycle at once, without walking round it', () => {
    const wide: unknown[] = Array.from({ length: 100_000 }, () => 0);
    wide.push(wide);
    expect(refused(wide)).toContain('value[100000] is value again');
  });
});

describe('the depth', () => {
  it('may be 1,000 levels', () => {
    const value = nested(MAX_DEPTH);
    expect(roundTrip(value)).toStrictEqual(value);
    expect(encode(fromJson(toJson(value, 'it')), 'it')).toBe(JSON.stringify(value));
  });

  it.each([MAX_DEPTH + 1, 20_000, 1_000_000])('may not be %i levels, written or read', (levels) => {
    const text = `${'[{"a":'.repeat(levels / 2)}${levels % 2 === 0 ? '1' : '[1]'}${'}]'.repeat(levels / 2)}`;
    expect(refused(nested(levels))).toContain('nests deeper than 1000 levels. Make it flatter.');
    expect(refusal(() => decode(text, 'the canvas'))).toEqual([
      'Cannot read the canvas: it nests deeper than 1000 levels. Make it flatter.',
      'value',
    ]);
    expect(refusal(() => decode('['.repeat(levels), 'it'))[0]).toMatch(
      /^Cannot read it: (?:expected JSON|it nests deeper)/,
    );
  });

  it('is that of what is written: a mark is a level', () => {
    let map: unknown = 1;
    for (let i = 0; i < 400; i++) map = new Map([[1, map]]);
    expect(refused(map)).toContain('nests deeper');
    expect(refused(wrapped(MAX_DEPTH, 1n))).toContain('nests deeper');
    expect(refused(wrapped(MAX_DEPTH - 1, { __type__: 1, __value__: 2 }))).toContain('nests deeper');
    expect(roundTrip(wrapped(MAX_DEPTH - 1, 1n))).toStrictEqual(wrapped(MAX_DEPTH - 1, 1n));
  });

  it('is refused with a path that stays short', () => {
    const [message, path] = refusal(() => encode(nested(5000), 'it'));
    expect(path).toHaveLength(201);
    expect(message.length).toBeLessThan(300);
  });

  it('does not count brackets in strings', () => {
    const value = { text: `${'["\\{'.repeat(2000)}\\`, more: [[]] };
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('is checked by fromJson() too', () => {
    const json: unknown = nested(MAX_DEPTH + 1);
    // JSON, however deep.
    expect(refusal(() => fromJson(json as string))[0]).toContain('nests deeper than 1000 levels');
  });

  it('may be greater where parseJson() is told so', () => {
    expect(parseJson(JSON.stringify(nested(1500)), 'the message', 1500)).toStrictEqual(nested(1500));
  });
});

describe('decode()', () => {
  it.each([
    ['{"__type__":"datetime","__value__":"2024-01-02T03:04:05.678901+02:00"}', new Date('2024-01-02T01:04:05.678Z')],
    ['{"__type__":"datetime","__value__":"2024-01-02T03:04:05"}', new Date('2024-01-02T03:04:05Z')],
    ['{"__type__":"datetime","__value__":"2024-01-02T03:04:05Z"}', new Date('2024-01-02T03:04:05Z')],
    ['{"__type__":"datetime","__value__":"2024-01-02 03:04-0130"}', new Date('2024-01-02T04:34:00Z')],
    ['{"__type__":"date","__value__":"2024-01-02"}', '2024-01-02'],
    ['{"__type__":"time","__value__":"03:04:05"}', '03:04:05'],
    ['{"__type__":"decimal","__value__":"1.10"}', '1.10'],
    [
      '{"__type__":"uuid","__value__":{"hex":"0123456789abcdef0123456789ABCDEF"}}',
      '01234567-89ab-cdef-0123-456789abcdef',
    ],
    ['{"__type__":"bytes","__value__":"é"}', new Uint8Array([195, 169])],
    ['{"__type__":"base64","__value__":"/w=="}', new Uint8Array([255])],
    ['{"__value__":"1","__type__":"bigint"}', 1n],
    ['{"__type__":"Uint8Array","__value__":"/w=="}', new Uint8Array([255])],
    [
      '[NaN, {"NaN": -Infinity}, Infinity, "NaN \\" Infinity"]',
      [Number.NaN, { NaN: -Infinity }, Infinity, 'NaN " Infinity'],
    ],
  ])('reads what Python writes: %s', (text, value) => {
    expect(decode(text, 'it')).toStrictEqual(value);
  });

  it.each([
    ['{"a":[{"__type__":"complex","__value__":1}]}', 'Cannot read it: value.a[0] has the unknown type mark "complex"'],
    ['{"__type__":7,"__value__":1}', 'Cannot read it: value has the unknown type mark 7'],
    ['{"__type__":"toString","__value__":1}', 'Cannot read it: value has the unknown type mark "toString"'],
    [
      '{"__type__":"bigint","__value__":"1.5"}',
      'Cannot read it: value has a wrong mark: expected a value of type bigint, got "1.5"',
    ],
    [
      '{"__type__":"bigint","__value__":15}',
      'Cannot read it: value has a wrong mark: expected a value of type bigint, got 15',
    ],
    [
      '{"__type__":"number","__value__":"1"}',
      'Cannot read it: value has a wrong mark: expected a value of type number, got "1"',
    ],
    [
      '{"__type__":"datetime","__value__":"soon"}',
      'Cannot read it: value has a wrong mark: expected a value of type datetime, got "soon"',
    ],
    [
      '{"__type__":"base64","__value__":"*"}',
      'Cannot read it: value has a wrong mark: expected a value of type base64, got "*"',
    ],
    [
      '{"__type__":"Int16Array","__value__":"/w=="}',
      'Cannot read it: value has a wrong mark: expected a value of type Int16Array, got "/w=="',
    ],
    [
      '{"__type__":"uuid","__value__":{"hex":"12"}}',
      'Cannot read it: value has a wrong mark: expected a value of type uuid, got an object with the keys hex',
    ],
    [
      '{"__type__":"map","__value__":"x"}',
      'Cannot read it: value has a wrong mark: expected a value of type map, got "x"',
    ],
    [
      '{"__type__":"map","__value__":[[1]]}',
      'Cannot read it: value has a wrong mark: expected a value of type map, got an array of 1 item',
    ],
    [
      '{"__type__":"set","__value__":{}}',
      'Cannot read it: value has a wrong mark: expected a value of type set, got an empty object',
    ],
    [
      '{"__type__":"object","__value__":null}',
      'Cannot read it: value has a wrong mark: expected a value of type object, got null',
    ],
  ])('refuses %s', (text, message) => {
    expect(refusal(() => decode(text, 'it'))[0]).toBe(message);
  });

  it.each<[string, unknown]>([
    ['9007199254740993', 9007199254740993n],
    ['-18446744073709551616', -18446744073709551616n],
    ['[1, {"id":1234567890123456789}]', [1, { id: 1234567890123456789n }]],
    ['{"9007199254740993" : "a, 9007199254740993, b"}', { '9007199254740993': 'a, 9007199254740993, b' }],
    ['[9007199254740993,"\\"9007199254740993,",NaN]', [9007199254740993n, '"9007199254740993,', Number.NaN]],
  ])('keeps every digit of an integer, which Python may write longer than a number can be: %s', (text, value) => {
    expect(decode(text, 'it')).toEqual(value);
  });

  it.each(['9007199254740992', '1152921504606847000', '100000000000000000000', '1e+21', '0.1234567890123456789'])(
    'reads as a number what is as good as one: %s',
    (text) => {
      expect(decode(text, 'it')).toBe(Number(text));
    },
  );

  it.each(['[0123456789012345678]', '[1234567890123456789', '', '{', '{"a":}', '[1,]', 'nope', '[NaN', '{"a": "b'])(
    'refuses what is no JSON: %s',
    (text) => {
      const [message] = refusal(() => decode(text, 'the canvas'));
      expect(message).toContain(`Cannot read the canvas: expected JSON, got a text of ${text.length} characters: `);
    },
  );

  it('gives or refuses any text, and throws nothing else', () => {
    const json = fc.json().map((text) => text.replace('"', '{"__type__":"map","__value__":'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), json), (text) => {
        try {
          decode(text, 'it');
        } catch (error) {
          expect(isChordalError(error, 'CHORDAL_SERIALIZATION')).toBe(true);
        }
      }),
    );
  });
});

describe('toJson() and fromJson()', () => {
  it('share what needs no mark', () => {
    const value = { plain: [{ a: 1 }], at: new Date(0) };
    const json = toJson(value, 'it');
    expect(isPlainObject(json) && json['plain']).toBe(value.plain);
    expect(toJson(value.plain, 'it')).toBe(value.plain);
    const back = fromJson(json);
    expect(isPlainObject(back) && back['plain']).toBe(value.plain);
  });

  it('give back what JSON carries between them', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true }), (value) => {
        fc.pre(!hasInvalidDate(value));
        const text = JSON.stringify({ envelope: [toJson(value, 'it')] });
        const { envelope } = JSON.parse(text) as { envelope: [string] };
        expect(isDeepStrictEqual(fromJson(envelope[0]), value)).toBe(true);
      }),
    );
  });
});

function wrapped(levels: number, value: unknown): unknown {
  let outer = value;
  for (let i = 0; i < levels; i++) outer = [outer];
  return outer;
}

function hasInvalidDate(value: unknown): boolean {
  if (value instanceof Date) return Number.isNaN(value.getTime());
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) return [...value].some(hasInvalidDate);
  return isPlainObject(value) && Object.values(value).some(hasInvalidDate);
}

describe('toAnswer()', () => {
  it('writes -0 as 0, at any depth, a Buffer as bytes, and all else as toJson() does', () => {
    expect(JSON.stringify(toAnswer([-0, { a: -0 }, new Set([-0]), Number.NaN], 'it'))).toBe(
      '[0,{"a":0},{"__type__":"set","__value__":[0]},{"__type__":"number","__value__":"NaN"}]',
    );
    const shaped = { __type__: 'number', __value__: '-0' };
    expect(toAnswer(shaped, 'it')).toEqual(toJson(shaped, 'it'));
    expect(toAnswer(Buffer.from('a'), 'it')).toEqual(toJson(new Uint8Array([97]), 'it'));
    expect(() => toAnswer({ a: [() => 1] }, 'it')).toThrow('value.a[0] is a function');
  });
});
