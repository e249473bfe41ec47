import { runInThisContext } from 'node:vm';
import { transformSync } from 'esbuild';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isChordalError } from '../../../../src/core/errors/caller.ts';
import { listParameters } from '../../../../src/core/task/parameters-source.ts';
import {
  bindArguments,
  checkArguments,
  readParameters,
  withoutArguments,
} from '../../../../src/core/task/parameters.ts';
import type { AnyFunction, Parameters } from '../../../../src/core/task/parameters.ts';

/** Shapes as "required/slots", then k for keyword arguments, r for a rest parameter. */
const shapes: readonly (readonly [source: string, shape: string])[] = [
  ['() => 1', '0/0'],
  ['x => x', '1/1'],
  ['async x => x', '1/1'],
  ['async => async', '1/1'],
  ['(x) => x', '1/1'],
  ['(x,) => x', '1/1'],
  ['(x, y) => x + y', '2/2'],
  ['async (x, y) => x + y', '2/2'],
  ['(x, y = 1) => x + y', '1/2'],
  ['(x, y = undefined) => x + y', '1/2'],
  ['(x, y = 1, z) => x + y + z', '1/3'],
  ['(x, y, { debug = false } = {}) => [x, y, debug]', '2/2k'],
  ['(x, y, opts = {}) => [x, y, opts]', '2/2k'],
  ['(x, y, z = undefined, { debug = false, z: other = z } = {}) => [x, y, debug, other]', '2/3k'],
  ['(opts = {}) => opts', '0/0k'],
  ['({ a = 1, b: { c = [2, 3], ...d } = {} } = {}) => [a, c, d]', '0/0k'],
  ['({ a, b }) => a + b', '1/1'],
  ['({ a, b = {} }) => a + b', '1/1'],
  ['([a, b] = [1, 2]) => a + b', '0/1'],
  ['(a, opts = { debug: true }) => [a, opts]', '1/1k'],
  ['(a, opts = ({})) => [a, opts]', '1/1k'],
  ['(a, opts = (({ b: 1 }))) => [a, opts]', '1/1k'],
  ['(a, b = ({}).toString()) => [a, b]', '1/2'],
  ['(a, b = a++ / 2, c = ")/") => [a, b, c]', '1/3'],
  ['(a, b = 2 - --a / 2, c = ")/") => [a, b, c]', '1/3'],
  ['(a, opts = {}, b = 1) => [a, opts, b]', '1/3'],
  ['(a, opts = null) => [a, opts]', '1/2'],
  ['(a, opts = () => ({})) => [a, opts]', '1/2'],
  ['(a, opts = Object({})) => [a, opts]', '1/2'],
  ['(...args) => args', '0/0r'],
  ['(a, b = 1, ...args) => [a, b, args]', '1/2r'],
  ['(a, opts = {}, ...args) => [a, opts, args]', '1/2r'],
  ['(a, ...[b, c = {}]) => [a, b, c]', '1/1r'],
  ['function (x, y) { return x + y; }', '2/2'],
  ['function named(x, y = {}) { return [x, y]; }', '1/1k'],
  ['async function (x, { y } = {}) { return [x, y]; }', '1/1k'],
  ['function* (x, y) { yield x; yield y; }', '2/2'],
  ['async function* named(x, ...ys) { yield x; yield ys; }', '1/1r'],
  ['({ method(x, y = {}) { return [x, y]; } }).method', '1/1k'],
  ['({ async method(x) { return x; } }).method', '1/1'],
  ['({ async *method(x) { yield x; } }).method', '1/1'],
  ['({ async(x, y) { return [x, y]; } }).async', '2/2'],
  ['({ class(x) { return x; } }).class', '1/1'],
  ['({ function(x) { return x; } }).function', '1/1'],
  ['({ "a (b) => c"(x, y) { return [x, y]; } })["a (b) => c"]', '2/2'],
  ['({ [["k"].map((a, b, c) => a)[0]](x) { return x; } }).k', '1/1'],
  ['({ get k() { return 1; } }).__lookupGetter__("k")', '0/0'],
  ['(class { static m(x, { y } = {}) { return [x, y]; } }).m', '1/1k'],
  ['(a /* , b = {} */, // , c => d\n b /* = 1 */) => [a, b]', '2/2'],
  ['/* (no) => no */ (a, /* ) */ b = /* { */ {} /* } */) => [a, b]', '1/1k'],
  [`(a = ',)(', b = "\\",)", { c } = {}) => [a, b, c]`, '0/2k'],
  ['(a = `,)${((b, c) => `}${b})`)(1, 2)}(,`, d = {}) => [a, d]', '0/1k'],
  ['(a = /[/)},]\\/,\\(/g, b = 4 / 2, c = b / 1) => [a, b, c]', '0/3'],
  ['(a = (1, 2), b = [1, 2].map((x, y) => x / y), { c } = {}) => [a, b, c]', '0/2k'],
  ['(a = function (x, y) { return { x, y } }, b) => [a, b]', '0/2'],
  ['(a, b = class { static c = [1, 2]; d(e, f) { return e } }) => [a, b]', '1/2'],
  ['(a, b = (count.n++, {})) => [a, b]', '1/1k'],
  ['(a == 1) ? 0 : (x, y = a === 1) => [x, y]', '1/2'],
  ['($é, \\u0061b, ñ_1 = {}) => [$é, ab, ñ_1]', '2/2k'],
];

const unbound = (x: number): number => x;

function shapeOf(fn: AnyFunction, bound = false): string {
  const parameters = readParameters(fn, { bound });
  if (parameters === undefined) return 'unknown';
  const { required, slots, kwargs, rest } = parameters;
  return `${required}/${slots}${kwargs ? 'k' : ''}${rest ? 'r' : ''}`;
}

function evaluate(source: string): AnyFunction {
  const make: unknown = runInThisContext(`(a, count) => (${source})`);
  // The functions of the text above, and of every text in this file.
  return (make as (a: number, count: { n: number }) => AnyFunction)(2, { n: 0 });
}

function minify(source: string): string {
  const { code } = transformSync(`export default (a, count) => (${source})`, {
    minify: true,
    format: 'iife',
    globalName: 'made',
  });
  return `(() => { ${code}; return made.default; })()(2, { n: 0 })`;
}

describe('readParameters()', () => {
  it.each(shapes)('reads %j as %s', (source, shape) => {
    expect(shapeOf(evaluate(source))).toBe(shape);
  });

  it.each(shapes)('reads %j as %s after minifying', (source, shape) => {
    expect(shapeOf(evaluate(minify(source)))).toBe(shape);
  });

  it.each([
    ['(ctx) => ctx', '0/0'],
    ['(ctx, x, y = 1) => [ctx, x, y]', '1/2'],
    ['(ctx, x, { y } = {}) => [ctx, x, y]', '1/1k'],
    ['({ request }, ...args) => [request, args]', '0/0r'],
    ['(...args) => args', '0/0r'],
    ['(ctx = {}) => ctx', '0/0'],
    ['() => 1', '0/0'],
  ])('leaves the context of the bound task %s out', (source, shape) => {
    expect(shapeOf(evaluate(source), true)).toBe(shape);
  });

  it.each([
    ['a bound function', unbound.bind(null)],
    ['a native function', Math.max],
    ['a proxy', new Proxy((x: number) => x, {})],
  ])('returns undefined for %s', (_, fn) => {
    expect(shapeOf(fn)).toBe('unknown');
  });

  it.each(['', 'x', '(a, b', 'function (a = `${1', '(a = "'])(
    'returns undefined for a source that is none: %j',
    (source) => {
      expect(listParameters(source)).toBeUndefined();
    },
  );

  it('returns undefined for a class', () => {
    expect(shapeOf(evaluate('class { constructor(x) { this.x = x } }'))).toBe('unknown');
    expect(shapeOf(evaluate('class A extends Object { }'))).toBe('unknown');
  });

  it('reads a function that only speaks of native code', () => {
    expect(shapeOf(evaluate('(x) => "{ [native code] }"'))).toBe('1/1');
  });

  it('agrees with the length of any function', () => {
    const parameter = fc.constantFrom(
      'NAME',
      '{ NAME }',
      '[NAME]',
      'NAME = 1',
      'NAME = {}',
      '{ NAME = 2 } = {}',
      'NAME = "),"',
    );
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 6 }), fc.boolean(), (list, hasRest) => {
        const named = list.map((text, index) => text.replace('NAME', `p${index}`));
        const fn = evaluate(`(${[...named, ...(hasRest ? ['...rest'] : [])].join(', ')}) => 0`);
        const read = readParameters(fn, { bound: false });
        const kwargs = !hasRest && (list.at(-1) ?? '').endsWith('= {}');
        expect(read).toEqual({ required: fn.length, slots: list.length - (kwargs ? 1 : 0), kwargs, rest: hasRest });
      }),
    );
  });
});

const add: Parameters = { required: 2, slots: 3, kwargs: true, rest: false };
const mul: Parameters = { required: 2, slots: 2, kwargs: false, rest: false };
const any: Parameters = { required: 1, slots: 1, kwargs: false, rest: true };
const one: Parameters = { required: 1, slots: 1, kwargs: true, rest: false };

const HINT = 'A parameter that callers by name or JSON may leave out has a default: z = undefined.';

describe('checkArguments()', () => {
  it.each([
    [{ task: 'mul', parameters: mul, args: [1, 2] }],
    [{ task: 'add', parameters: add, args: [1, 2, 3], kwargs: { debug: true } }],
    [{ task: 'mul', parameters: mul, args: [1, 2], kwargs: {} }],
    [{ task: 'any', parameters: any, args: [1, 2, 3, 4, 5] }],
    [{ task: 'mul', parameters: mul, args: [] }],
    [{ task: 'mul', parameters: mul, args: [1, 2], isUntyped: true }],
    [{ task: 'native', parameters: undefined, args: [1, 2, 3], kwargs: { a: 1 } }],
  ])('accepts %j', (call) => {
    expect(() => checkArguments(call)).not.toThrow();
  });

  it.each([
    [
      { task: 'add', parameters: add, args: [1], isUntyped: true },
      `Cannot call add(1): add takes at least 2 arguments, not 1. ${HINT}`,
    ],
    [
      { task: 'mul', parameters: mul, args: ['x'], isUntyped: true },
      `Cannot call mul("x"): mul takes 2 arguments, not 1. ${HINT}`,
    ],
    [
      { task: 'one', parameters: one, args: [], isUntyped: true },
      `Cannot call one(): one takes 1 argument, not 0. ${HINT}`,
    ],
    [
      { task: 'any', parameters: any, args: [], isUntyped: true },
      `Cannot call any(): any takes at least 1 argument, not 0. ${HINT}`,
    ],
    [
      { task: 'mul', parameters: mul, args: [1, [2], {}] },
      'Cannot call mul(1, […], {…}): mul takes 2 arguments, not 3.',
    ],
    [
      { task: 'add', parameters: add, args: [1, 2, undefined, { debug: true }] },
      'Cannot call add(1, 2, undefined, {…}): add takes at most 3 arguments, not 4. Give keyword arguments as kwargs({…}).',
    ],
    [
      { task: 'mul', parameters: mul, args: [1, 2], kwargs: { debug: true } },
      'Cannot call mul(1, 2, kwargs({ debug })): mul takes no keyword arguments. Give arguments by position.',
    ],
    [
      {
        task: 'any',
        parameters: any,
        args: ['a'.repeat(50), Symbol('s'), 3n, [], () => 1, null, 0, 0, 0],
        kwargs: { a: 1 },
      },
      'Cannot call any("aaaaaaaaaaaaaaaaaaaa…", Symbol(s), 3, [], a function, null, 0, 0, …, kwargs({ a })): ' +
        'any takes no keyword arguments. Give arguments by position.',
    ],
  ])('refuses arguments that do not fit', (call, message) => {
    const thrown = thrownBy(() => checkArguments(call));
    expect(isChordalError(thrown, 'CHORDAL_INVALID_ARGUMENTS') && [thrown.task, thrown.message]).toEqual([
      call.task,
      message,
    ]);
  });
});

describe('withoutArguments()', () => {
  it.each([
    [
      'mul',
      'Cannot call mul("secret"): mul takes 2 arguments, not 1. Hint',
      'Cannot call mul: mul takes 2 arguments, not 1.',
    ],
    [
      'a.b',
      'Cannot call a.b(1): a.b takes at least 2 arguments, not 1.',
      'Cannot call a.b: a.b takes at least 2 arguments, not 1.',
    ],
    [
      'mul',
      'Cannot call mul(1): mul takes no keyword arguments. Hint',
      'Cannot call mul: mul takes no keyword arguments.',
    ],
    [
      'mul',
      'Cannot call mul(": mul takes secret"): mul takes 1 argument, not 0.',
      'Cannot call mul: mul takes 1 argument, not 0.',
    ],
    ['mul', 'Cannot call mul(": mul takes secret, not 1.…', ''],
    [
      'mul',
      'Cannot call mul: its arguments do not pass its input schema: arguments[0]: got "secret"',
      'Cannot call mul: its arguments do not pass its input schema',
    ],
    ['mul', 'Cannot map mul over its items: expected a list, got "secret"', ''],
  ])('says of %s what a log may show: %s', (task, message, shown) => {
    expect(withoutArguments({ task, message })).toBe(shown);
  });

  it('has all that is said of a call that does not fit, but its arguments and the hint', () => {
    const call = { task: 'mul', parameters: mul, args: ['x'], isUntyped: true };
    const thrown = thrownBy(() => checkArguments(call));
    if (!isChordalError(thrown, 'CHORDAL_INVALID_ARGUMENTS')) throw thrown;
    expect(withoutArguments(thrown)).toBe('Cannot call mul: mul takes 2 arguments, not 1.');
  });
});

describe('bindArguments()', () => {
  const debug = { debug: true };

  it('puts keyword arguments behind the last slot and fills the gap with undefined', () => {
    expect(bindArguments({ task: 'add', parameters: add, args: [1, 2], kwargs: debug })).toEqual([
      1,
      2,
      undefined,
      debug,
    ]);
    expect(bindArguments({ task: 'add', parameters: add, args: [1, 2, 3], kwargs: debug })).toEqual([1, 2, 3, debug]);
  });

  it('appends nothing when there are no keyword arguments', () => {
    expect(bindArguments({ task: 'add', parameters: add, args: [1, 2] })).toEqual([1, 2]);
    expect(bindArguments({ task: 'add', parameters: add, args: [1, 2], kwargs: {} })).toEqual([1, 2]);
  });

  it('appends keyword arguments when the parameters are not known', () => {
    expect(bindArguments({ task: 'native', parameters: undefined, args: [1], kwargs: debug })).toEqual([1, debug]);
  });

  it('throws when the arguments do not fit', () => {
    const call = { task: 'add', parameters: add, args: [1] };
    expect(() => bindArguments({ ...call, isUntyped: true })).toThrow('add takes at least 2 arguments');
    expect(() => bindArguments({ ...call, args: [1, 2, 3, 4] })).toThrow('add takes at most 3 arguments');
  });

  it('leaves out what the types of a call let it leave out', () => {
    expect(bindArguments({ task: 'mul', parameters: mul, args: [1] })).toEqual([1]);
  });

  it('gives every function the meaning of its caller', () => {
    const fn = (x: number, y: number, z = 10, { debug = false } = {}): unknown => [x, y, z, debug];
    const parameters = readParameters(fn, { bound: false });
    const args = bindArguments({ task: 'fn', parameters, args: [1, 2], kwargs: debug });
    expect(Reflect.apply(fn, undefined, args)).toEqual([1, 2, 10, true]);
  });
});

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
