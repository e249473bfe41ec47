import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromCelery, toCelery } from '../../../../src/core/canvas/celery-json.ts';
import { withArguments } from '../../../../src/core/canvas/later-arguments.ts';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { printSignature } from '../../../../src/core/canvas/print.ts';
import type { SignatureData } from '../../../../src/core/canvas/signature.ts';
import { chainOf, chordOf, groupOf, taskOf, withOptions } from '../../../../src/core/canvas/signature.ts';
import type { Json } from '../../../../src/core/values/json.ts';
import { canvas } from '../random-canvas.ts';

/** The text that `json.dumps(add.s(…))` writes in Python. */
const task = (name: string, args: readonly Json[] = [], more: Readonly<Record<string, Json>> = {}): Json => ({
  task: name,
  args,
  kwargs: {},
  options: {},
  subtask_type: null,
  immutable: false,
  ...more,
});
const composite = (name: string, kwargs: Json, more: Readonly<Record<string, Json>> = {}): Json => ({
  task: `celery.${name}`,
  args: [],
  kwargs,
  options: {},
  subtask_type: name,
  immutable: false,
  ...more,
});

const print = (json: Json): string => printSignature(fromCelery(json));
const invalid = (message: string | RegExp): unknown =>
  expect.objectContaining({
    code: 'CHORDAL_INVALID_CANVAS',
    message: typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
  });

const untyped = (name: string, args: readonly unknown[] = []): SignatureData => taskOf(name, { args, untyped: true });

describe('fromCelery() reads what Celery wrote', () => {
  it.each<[string, Json]>([
    ['add(1, 2)', task('add', [1, 2])],
    ['add!(1)', task('add', [1], { immutable: true })],
    ['add(1, z=3)', task('add', [1], { kwargs: { z: 3 } })],
    ['t.add(1) | t.mul(2)', composite('chain', { tasks: [task('t.add', [1]), task('t.mul', [2])] })],
    ['group([add(1), add(2)])', composite('group', { tasks: [task('add', [1]), task('add', [2])] })],
    ['group([])', composite('group', { tasks: [] })],
    ['chord([add(1)], tsum())', composite('chord', { kwargs: {}, header: [task('add', [1])], body: task('tsum') })],
    [
      'chord([add(1), add(2)], tsum())',
      composite('chord', {
        header: composite('group', { tasks: [task('add', [1]), task('add', [2])] }),
        body: task('tsum'),
      }),
    ],
    ['chord([add(1)], tsum())', composite('chord', { header: task('add', [1]), body: task('tsum') })],
    [
      'chord([add(1) | add(2)], tsum())',
      composite('chord', {
        header: composite('chain', { tasks: [task('add', [1]), task('add', [2])] }),
        body: task('tsum'),
      }),
    ],
    ['add.map([1, 2])', composite('map', { task: task('add'), it: [1, 2] }, { subtask_type: null, immutable: true })],
    ['add.starmap([[1, 2]])', composite('starmap', { task: task('add'), it: [[1, 2]] }, { subtask_type: null })],
    [
      'add.chunks([[1, 2]], 10)',
      composite('chunks', { task: task('add'), it: [[1, 2]], n: 10 }, { subtask_type: null }),
    ],
  ])('as %s', (text, json) => {
    expect(print(json)).toBe(text);
  });

  it('when only its name is given', () => {
    expect(fromCelery({ task: 'add' })).toEqual(untyped('add'));
    expect(fromCelery({ task: 'add', args: null, kwargs: null, options: null })).toEqual(untyped('add'));
  });

  it('with a chord’s own partial arguments, which are its header’s', () => {
    const json = composite(
      'chord',
      { kwargs: { z: 5 }, header: [task('add', [1]), task('add', [2], { immutable: true })], body: task('tsum') },
      { args: [9] },
    );
    expect(print(json)).toBe('chord([add(9, 1, z=5), add!(2)], tsum())');
  });

  it('with an immutable chord, whose header takes its own arguments and none that are given later', () => {
    const header = [
      task('add', [1]),
      composite('chain', { tasks: [task('a'), task('b')] }),
      composite('group', { tasks: [task('c')] }),
      composite('chord', { header: [task('d')], body: task('e') }),
      composite('map', { task: task('f'), it: [1] }),
    ];
    const json = composite('chord', { kwargs: { z: 5 }, header, body: task('tsum') }, { args: [9], immutable: true });
    const text = 'chord([add!(9, 1, z=5), a!(9, z=5) | b(), c!(9, z=5), chord([d!(9, z=5)], e()), f.map([1])], tsum())';
    expect(print(json)).toBe(text);
    expect(printSignature(withArguments(fromCelery(json), { args: [0], kwargs: { z: 0 } }))).toBe(text);
  });

  it('without arguments of a chain or a group, and mutable: Celery hands these to their tasks before it writes them', () => {
    const more = { args: [9], immutable: true };
    expect(print(composite('chain', { tasks: [task('a'), task('b')] }, more))).toBe('a() | b()');
    expect(print(composite('group', { tasks: [task('a')] }, more))).toBe('group([a()])');
    expect(print(composite('map', { task: task('a'), it: [1] }, more))).toBe('a.map([1])');
  });

  it('with kombu’s marks in arguments', () => {
    const json = task('add', [{ __type__: 'datetime', __value__: '2026-01-02T03:04:05+00:00' }], {
      kwargs: { big: { __type__: 'bigint', __value__: '9' } },
    });
    expect(fromCelery(json)).toMatchObject({ args: [new Date('2026-01-02T03:04:05Z')], kwargs: { big: 9n } });
  });

  it('with options in snake_case, and passes over those it does not know and those that are null', () => {
    const options = {
      task_id: 'id',
      countdown: 1.5,
      eta: '2026-01-02T03:04:05',
      expires: '2026-01-02T03:04:05+01:00',
      queue: 'q',
      headers: { h: 1 },
      ignore_result: true,
      time_limit: 10,
      soft_time_limit: 5,
      reply_to: 'x',
      priority: 3,
      group_id: null,
      chord: { any: 'thing' },
      stamped_headers: ['s'],
    };
    expect(fromCelery(task('add', [], { options: { ...options, tenant: null } }))).toMatchObject({
      options: {
        taskId: 'id',
        countdown: 1.5,
        eta: new Date('2026-01-02T03:04:05Z'),
        expires: new Date('2026-01-02T02:04:05Z'),
        queue: 'q',
        headers: { h: 1 },
        ignoreResult: true,
        timeLimit: 10,
        softTimeLimit: 5,
        priority: 3,
      },
    });
    expect(Object.keys(fromCelery(task('add', [], { options })).options)).toHaveLength(10);
  });

  it('with a retry limit of null, which is none, apart from no limit given', () => {
    expect(fromCelery(task('add', [], { options: { max_retries: null } })).options).toEqual({ maxRetries: null });
    expect(fromCelery(task('add', [], { options: { max_retries: 0 } })).options).toEqual({ maxRetries: 0 });
  });

  it('with callbacks as one signature or a list, and a chain’s on the chain', () => {
    const options = { link: task('l'), link_error: [task('e1'), task('e2')] };
    expect(fromCelery(task('add', [], { options })).options).toEqual({
      link: [untyped('l')],
      linkError: [untyped('e1'), untyped('e2')],
    });
    const chain = composite('chain', { tasks: [task('a'), task('b')] }, { options: { link: [task('l')] } });
    expect(planOf(fromCelery(chain))).toEqual({
      seq: [
        { task: 'a', untyped: true },
        { task: 'b', untyped: true },
      ],
      links: [{ on: 'success', plan: { task: 'l', untyped: true } }],
    });
  });

  it('with names that JavaScript knows otherwise', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(fromCelery(task(name, [1]))).toEqual(untyped(name, [1]));
    const json = JSON.parse(
      '{"task":"add","kwargs":{"__proto__":{"a":1}},"options":{"constructor":1,"__proto__":{"queue":"q"}}}',
    ) as Json;
    const data = fromCelery(json);
    expect(JSON.stringify(data)).toContain('{"__proto__":{"a":1}}');
    expect(data.options).toEqual({});
  });
});

describe('fromCelery() refuses, and says where', () => {
  it.each<[string, Json, string | RegExp]>([
    ['no signature', 5, 'Cannot read canvas: expected a signature'],
    ['a list', [], 'Cannot read canvas: expected a signature'],
    ['no name', { args: [] }, 'Cannot read canvas: expected a signature'],
    ['an empty name', { task: '' }, 'Cannot read canvas: expected a signature'],
    [
      'an unknown composite',
      composite('xmap', {}),
      /^Cannot read canvas\.task: expected one of celery\.chain, .*celery\.chunks or a task of yours, got "celery\.xmap"/,
    ],
    ['a built-in task', task('celery.backend_cleanup'), 'canvas.task'],
    ['args that are no list', task('add', [], { args: 'x' }), 'canvas.args: expected a list'],
    ['kwargs that are no object', task('add', [], { kwargs: [] }), 'canvas.kwargs: expected an object'],
    ['options that are no object', task('add', [], { options: [] }), 'canvas.options: expected an object'],
    ['an empty chain', composite('chain', { tasks: [] }), 'canvas.kwargs.tasks: expected at least one step'],
    ['a chain without tasks', composite('chain', {}), 'canvas.kwargs.tasks: expected a list of signatures'],
    ['a chain without kwargs', { task: 'celery.chain' }, 'canvas.kwargs: expected an object'],
    [
      'a step that is none',
      composite('chain', { tasks: [task('a'), composite('group', { tasks: [task('b'), 7] })] }),
      'canvas.kwargs.tasks[1].kwargs.tasks[1]: expected a signature',
    ],
    [
      'a chord without a body',
      composite('chord', { header: [] }),
      'canvas.kwargs.body: expected a signature: a chord needs a body',
    ],
    ['a chord without a header', composite('chord', { body: task('a') }), 'canvas.kwargs.header: expected a signature'],
    [
      'a chord with wrong kwargs',
      composite('chord', { header: [], body: task('a'), kwargs: [] }),
      'canvas.kwargs.kwargs: expected an object',
    ],
    ['a map without items', composite('map', { task: task('a') }), 'canvas.kwargs.it: expected a list'],
    [
      'a map of a canvas',
      composite('map', { task: composite('group', { tasks: [] }), it: [] }),
      'canvas.kwargs.task: expected the signature of one task',
    ],
    [
      'chunks of no size',
      composite('chunks', { task: task('a'), it: [], n: 0 }),
      'canvas.kwargs.n: expected a whole number of items a chunk',
    ],
    ['a link that is none', task('a', [], { options: { link: [3] } }), 'canvas.options.link[0]: expected a signature'],
    ['a countdown before all time', task('a', [], { options: { countdown: -1e300 } }), 'canvas.options.countdown'],
    [
      'an eta that is no date',
      task('a', [], { options: { eta: 'soon' } }),
      'canvas.options.eta: expected a date in ISO 8601',
    ],
    ['an eta without a value', task('a', [], { options: { eta: 5 } }), 'canvas.options.eta: expected a date'],
    ['expires of no kind', task('a', [], { options: { expires: true } }), 'canvas.options.expires'],
    [
      'headers that are no object',
      task('a', [], { options: { headers: [] } }),
      'canvas.options.headers: expected an object',
    ],
    ['half a retry', task('a', [], { options: { max_retries: 1.5 } }), 'canvas.options.max_retries'],
    ['no time at all', task('a', [], { options: { time_limit: 0 } }), 'canvas.options.time_limit'],
    ['no queue at all', task('a', [], { options: { queue: '' } }), 'canvas.options.queue'],
    ['a tenant that no queue takes', task('a', [], { options: { tenant: 'ä'.repeat(5000) } }), 'canvas.options.tenant'],
    ['a countdown beyond all time', task('a', [], { options: { countdown: 1e300 } }), 'canvas.options.countdown'],
  ])('%s', (_, json, message) => {
    expect(() => fromCelery(json)).toThrow(invalid(message));
  });

  it('an unknown mark in an argument, and says where', () => {
    expect(() => fromCelery(task('add', [1, { __type__: 'pickle', __value__: 'x' }]))).toThrow(
      expect.objectContaining({ code: 'CHORDAL_SERIALIZATION', message: expect.stringContaining('canvas.args[1]') }),
    );
  });

  it('a canvas that nests 20,000 deep, with an error of ours', () => {
    const ours = expect.objectContaining({
      code: expect.stringMatching(/^CHORDAL_(CANVAS_TOO_DEEP|INVALID_CANVAS|SERIALIZATION)$/),
    });
    const deep = (wrap: (inner: Json) => Json, inner: Json = task('a')): Json =>
      Array.from({ length: 20_000 }).reduce<Json>((one) => wrap(one), inner);
    for (const json of [
      deep((inner) => composite('chain', { tasks: [inner, task('b')] })),
      deep((inner) => composite('group', { tasks: [composite('chord', { header: [inner], body: task('b') })] })),
      deep((inner) => composite('chord', { header: [], body: inner })),
      deep((inner) => composite('map', { task: inner, it: [] })),
      deep((inner) => task('a', [], { options: { link: inner } })),
      deep((inner) => [inner]),
      task('a', [deep((inner) => [inner])]),
      task('a', [], { kwargs: { k: deep((inner) => ({ inner })) } }),
      task('a', [], { args: deep((inner) => ({ inner })) }),
      task('a', [], { options: deep((inner) => [inner]) }),
      task('a', [], { options: { headers: { h: deep((inner) => [inner]) } } }),
    ]) {
      expect(() => fromCelery(json)).toThrow(ours);
    }
  });

  it('no other JSON', () => {
    const part = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.constantFrom(task('a'), [task('a')], composite('chain', { tasks: [task('a')] })),
    );
    const odd = fc.record(
      {
        task: fc.oneof(fc.constantFrom('celery.chain', 'celery.chord', 'celery.map', 'celery.chunks', 'x'), part),
        args: part,
        kwargs: fc.oneof(
          part,
          fc.record(
            { tasks: part, header: part, body: part, task: part, it: part, n: part, kwargs: part },
            { requiredKeys: [] },
          ),
        ),
        options: fc.oneof(
          part,
          fc.record({ link: part, eta: part, expires: part, headers: part, queue: part }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(odd, (json) => {
        try {
          fromCelery(json as Json);
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^CHORDAL_/) });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('toCelery() writes', () => {
  it('the signature dictionary of Celery', () => {
    expect(toCelery(taskOf('add', { args: [1], kwargs: { z: 2 }, immutable: true }))).toEqual(
      task('add', [1], { kwargs: { z: 2 }, immutable: true }),
    );
    expect(toCelery(chainOf([taskOf('a'), taskOf('b')]))).toEqual(
      composite('chain', { tasks: [task('a'), task('b')] }),
    );
    expect(toCelery(groupOf([taskOf('a')]))).toEqual(composite('group', { tasks: [task('a')] }));
    expect(toCelery(chordOf([taskOf('a')], taskOf('b')))).toEqual(
      composite('chord', { header: [task('a')], body: task('b'), kwargs: {} }),
    );
    expect(toCelery({ kind: 'chunks', task: taskOf('a'), items: [[1]], size: 3, options: {} })).toMatchObject({
      task: 'celery.chunks',
      subtask_type: null,
      kwargs: { n: 3 },
    });
  });

  it('options in snake_case, dates in ISO 8601, callbacks as signatures', () => {
    const data = withOptions(taskOf('a'), {
      eta: new Date(0),
      expires: 5,
      taskId: 'id',
      maxRetries: null,
      link: [taskOf('l')],
      ignoreResult: false,
    });
    expect(toCelery(data)).toMatchObject({
      options: {
        eta: '1970-01-01T00:00:00.000Z',
        expires: 5,
        task_id: 'id',
        max_retries: null,
        link: [task('l')],
        ignore_result: false,
      },
    });
  });

  it('any canvas as JSON that fromCelery() reads as the same canvas', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        const json = JSON.parse(JSON.stringify(toCelery(data))) as Json;
        const again = fromCelery(json);
        expect(toCelery(again)).toEqual(json);
        // Only where its arguments come from differs.
        const plan = JSON.stringify(planOf(again)).replaceAll(',"untyped":true', '');
        expect(JSON.parse(plan)).toEqual(JSON.parse(JSON.stringify(planOf(data))));
      }),
    );
  });

  it('no canvas that nests too deep to be read again, but an error of ours', () => {
    const deep = Array.from({ length: 20_000 }).reduce<SignatureData>(
      (inner) => chordOf([taskOf('a')], inner),
      taskOf('b'),
    );
    expect(() => toCelery(deep)).toThrow(expect.objectContaining({ code: 'CHORDAL_CANVAS_TOO_DEEP' }));
  });
});
