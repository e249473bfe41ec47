import { chain, chord, createApp, currentTask, group, kwargs, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RandomNonces } from '../../../src/adapters/system/nonces.ts';
import { ConfigurationError, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { Commit } from '../../../src/ports/outcomes.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { makeBench, QUEUE, refusingOneSettlement } from '../worker/bench.ts';

const app = createApp('submitting');
const other = createApp('another');
const add = app.task('add', (x: number, y: number, z: number = 0, { debug = false }: { debug?: boolean } = {}) =>
  debug ? -1 : x + y + z,
);
const identity = app.task('identity', <T>(value: T) => value);
const rest = app.task('rest', (...all: unknown[]) => all.length);
const count = app.task('count', async (_value: unknown = undefined) => {
  await currentTask().ledger.append('runs', currentTask().request.id);
});
const brief = app.task('brief', { resultExpires: 1 }, (value: number) => [value, cloud.clock.now()]);
const runs = app.task('runs', () => currentTask().ledger.read('runs'));
const checked = app.task(
  'checked',
  {
    input: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) =>
          Array.isArray(value) && value[0] === 'good' ? { value } : { issues: [{ message: 'it is not good' }] },
      },
    },
  },
  (value: string) => value,
);
const launching = app.task('launching', async () => (await count.applyAsync({ taskId: 'asked' })).taskId);
const otherCount = other.task('otherCount', async () => undefined);
const handlers = {
  all: app.handler(brief, add, identity, rest, count, runs, checked, launching),
  other: other.handler(otherCount),
};

let cloud: TestCloud;

beforeEach(() => {
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 5, logLevel: 'silent' });
});

afterEach(() => cloud.close());

const invalid = (message: RegExp, code = 'CHORDAL_INVALID_ARGUMENTS'): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
/** A value that the compiler would refuse. */
const loosely = (name: string, ...args: unknown[]): Untyped => app.signature(name, { args });

type Untyped = ReturnType<typeof app.signature>;
const any = (signature: unknown): Untyped => signature as Untyped;

describe('arguments', () => {
  it('are checked by the caller when a task is called, and nothing is sent', async () => {
    const untyped = add as unknown as (...args: unknown[]) => Promise<unknown>;
    await expect(untyped(1, 2, 3, 4)).rejects.toThrow(
      invalid(/add takes at most 3 arguments, not 4\. Give keyword arguments as kwargs/),
    );
    await expect(loosely('add', 1).delay()).rejects.toThrow(
      invalid(/^Cannot call add\(1\): add takes at least 2 arguments, not 1\./),
    );
    await expect(loosely('identity').delay()).rejects.toThrow(
      invalid(/^Cannot call identity\(\): identity takes 1 argument, not 0\./),
    );
    await expect(app.signature('identity', { args: [1], kwargs: { a: 1 } }).delay()).rejects.toThrow(
      invalid(/identity takes no keyword arguments/),
    );
    expect(cloud.isIdle).toBe(true);
  });

  it('are checked at every place of a canvas, where what a step is given counts as one', async () => {
    const one = identity.s(1);
    for (const canvas of [
      chain(one, loosely('add')),
      chain(one, any(identity.s(1))),
      chain(loosely('add', 1), any(one)),
      group([one, loosely('add', 1)]),
      chain(one, group([loosely('add')])),
      chord([loosely('add', 1)], rest.s()),
      chord([one], loosely('add')),
      one.link(loosely('add')),
      one.linkError(loosely('identity', 1)),
      chain(one, any(one.link(loosely('add')))),
      chord([one], rest.s().linkError(loosely('add'))),
    ]) {
      await expect(canvas.delay(), String(canvas)).rejects.toMatchObject({ code: 'CHORDAL_INVALID_ARGUMENTS' });
    }
    expect(cloud.isIdle).toBe(true);
  });

  it('are enough when a step, an optional or a rest parameter takes them', async () => {
    for (const canvas of [
      chain(identity.s(1), add.s(2)),
      chain(identity.s(1), add.s(2, 3)),
      chain(identity.s(1), rest.s(1, 2, 3)),
      chain(identity.s(1), add.si(1, 2)),
      chord([identity.s(1)], rest.s()),
    ]) {
      await expect((await canvas.delay()).get(), String(canvas)).resolves.toBeTypeOf('number');
    }
  });

  describe('of an optional parameter', () => {
    type Say = (x: number, z?: number) => string;
    const say: Say = (x, z) => `${x} ${z}`;

    it('written z?: number are left out, here and on a worker, alone and in a canvas', async () => {
      const optional = app.task('optional', say);
      cloud.close();
      cloud = memoryCloud({ ...handlers, optional: app.handler(optional) }, { time: 'virtual', seed: 5 });
      expect([await optional(1), await optional(1, 2)]).toEqual(['1 undefined', '1 2']);
      for (const canvas of [optional.s(1), chain(identity.s(1), optional.s()), optional.si(1)]) {
        expect(await canvas()).toBe('1 undefined');
        expect(await (await canvas.delay()).get()).toBe('1 undefined');
      }
      expect(await (await optional.map([1, 2]).delay()).get()).toEqual(['1 undefined', '2 undefined']);
      await expect(loosely('optional', 1).delay()).rejects.toThrow(
        invalid(
          /^Cannot call optional\(1\): optional takes 2 arguments, not 1\. A parameter that callers by name or JSON/,
        ),
      );
      expect(await (await loosely('optional', 1, null).delay()).get()).toBe('1 null');
    });

    it('with a default may be left out also by callers by name and in JSON', async () => {
      const defaulted = app.task('defaulted', (x: number, z: number = 3) => x + z);
      cloud.close();
      cloud = memoryCloud({ ...handlers, defaulted: app.handler(defaulted) }, { time: 'virtual', seed: 5 });
      expect([await defaulted(1), await (await defaulted.delay(1)).get()]).toEqual([4, 4]);
      expect(await (await loosely('defaulted', 1).delay()).get()).toBe(4);
      expect(await (await app.signature(defaulted.s(1).toJSON()).delay()).get()).toBe(4);
    });
  });

  it('given later are prepended, and keyword arguments win', async () => {
    expect(await (await add.s(1).delay(10)).get()).toBe(11);
    expect(await (await add.s(2, 2).delay(kwargs({ debug: true }))).get()).toBe(-1);
    const signature = add.signature({ args: [1, 2], kwargs: { debug: true } });
    expect(await (await signature.applyAsync({ kwargs: { debug: false } })).get()).toBe(3);
    expect(await (await rest.s('a').applyAsync({ args: ['b', 'c'] })).get()).toBe(3);
  });

  it('are checked by the task’s schema, by the caller where all are known', async () => {
    await expect(checked.delay('bad')).rejects.toThrow(
      invalid(/^Cannot call checked: its arguments do not pass its input schema: it is not good$/),
    );
    await expect(chain(identity.s('good'), group([checked.si('bad')])).delay()).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_ARGUMENTS',
    });
    expect(cloud.isIdle).toBe(true);
  });

  it('are checked by a schema, and the error says where each fault is', async () => {
    const issues = [
      { message: 'a text is expected', path: [0, 'customer', { key: 'street' }] },
      { message: 'it is too long', path: [1] },
      { message: 'they do not fit', path: [] },
      { message: 'no more are expected' },
    ];
    const place = app.task(
      'place',
      { input: { '~standard': { version: 1, vendor: 'test', validate: () => ({ issues }) } } },
      (order: unknown) => order,
    );
    await expect(place({})).rejects.toThrow(
      'Cannot call place: its arguments do not pass its input schema: arguments[0].customer.street: a text is expected; arguments[1]: it is too long; they do not fit; no more are expected',
    );
  });

  it('are checked by the task’s schema, on the worker at the latest', async () => {
    expect(await (await checked.delay('good')).get()).toBe('good');
    await expect((await chain(identity.s('bad'), checked.s()).delay()).get()).rejects.toMatchObject({
      errorType: 'InvalidArguments',
      message: expect.stringContaining('it is not good'),
    });
    await expect(checked('bad')).rejects.toMatchObject({ code: 'CHORDAL_INVALID_ARGUMENTS' });
  });

  it('that cannot be sent are refused, with the path to what cannot', async () => {
    await expect(identity.delay({ list: [1, { deep: () => 1 }] })).rejects.toMatchObject({
      code: 'CHORDAL_SERIALIZATION',
      message: expect.stringContaining('argument 1 of identity'),
    });
    const deep = Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1);
    await expect(identity.delay(deep)).rejects.toMatchObject({ code: 'CHORDAL_SERIALIZATION' });
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    await expect(identity.delay(cycle)).rejects.toMatchObject({ code: 'CHORDAL_SERIALIZATION' });
    expect(cloud.isIdle).toBe(true);
  });
});

describe('a canvas', () => {
  const nested = (levels: number): Untyped =>
    Array.from({ length: levels }).reduce<Untyped>(
      (inner, _, i) => (i % 2 === 0 ? group([inner]) : chain(inner, identity.s())),
      identity.s(1) as unknown as Untyped,
    );

  it('of 64 levels is run, and one of 65 refused with CanvasTooDeep', async () => {
    const value = await (await nested(64).delay()).get({ timeout: 1000 });
    expect(JSON.stringify(value)).toBe(`${'['.repeat(32)}1${']'.repeat(32)}`);
    await expect(nested(65).delay()).rejects.toMatchObject({ code: 'CHORDAL_CANVAS_TOO_DEEP' });
  });

  it('of 20,000 levels is refused with CanvasTooDeep, sent or written, and not called here', async () => {
    const deep = nested(20_000);
    await expect(deep.delay()).rejects.toMatchObject({ code: 'CHORDAL_CANVAS_TOO_DEEP' });
    await expect(deep.delay(1)).rejects.toMatchObject({ code: 'CHORDAL_CANVAS_TOO_DEEP' });
    await expect(deep()).rejects.toMatchObject({ code: 'CHORDAL_CANVAS_TOO_DEEP' });
    expect(() => deep.toJSON()).toThrow(expect.objectContaining({ code: 'CHORDAL_CANVAS_TOO_DEEP' }));
    expect(String(deep)).toContain('…');
  });

  it('of 20,000 chords in each other’s bodies is one long chain', async () => {
    const long = Array.from({ length: 20_000 }).reduce<Untyped>(
      (body) => chord([identity.si(1)], body),
      rest.si() as unknown as Untyped,
    );
    const result = await long.applyAsync({ countdown: 3600 });
    await result.revoke();
    await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_TASK_REVOKED' });
  });

  it('of 10,000 piped steps is flat, and legal', { timeout: 120_000 }, async () => {
    const piped = range(9999).reduce(
      (chained) => chained.pipe(add.s(1)) as unknown as ReturnType<typeof add.si>,
      add.si(0, 1),
    );
    expect(await (await piped.delay()).get({ timeout: 100_000 })).toBe(10_000);
  });

  it('is sent whole or not at all: what is wrong at its end is found before its beginning is sent', async () => {
    await expect(chain(count.s(1), identity.s(), loosely('nobody')).delay()).rejects.toMatchObject({
      code: 'CHORDAL_NOT_REGISTERED',
      task: 'nobody',
    });
    await expect(chain(count.s(1), identity.s().linkError(loosely('nobody'))).delay()).rejects.toMatchObject({
      code: 'CHORDAL_NOT_REGISTERED',
    });
    await expect(
      group([count.si(1), app.declare<typeof add>('nobody' as 'add').map([1] as unknown as never)]).delay(),
    ).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED' });
    expect(cloud.isIdle).toBe(true);
  });

  it('may have tasks of another app, whose code is not here to be checked', async () => {
    const declared = app.declare<typeof otherCount>('otherCount');
    expect(await (await chain(identity.s(1), declared.si()).delay()).get()).toBeUndefined();
    await expect(declared()).rejects.toMatchObject({
      code: 'CHORDAL_NOT_REGISTERED',
      message: expect.stringContaining('its code is not in this program'),
    });
  });

  it('of an empty group is sent by the app that was made last', async () => {
    expect(await (await group([]).delay()).get()).toEqual([]);
  });

  it('that begins with an empty group belongs to the app of its tasks', async () => {
    const mine = createApp('mine');
    const length = mine.task('length', (all: readonly unknown[]) => all.length);
    createApp('made last');

    expect(await chain(group([]), length.s())()).toBe(0);
    expect(await chain(group([group([])]), length.s())()).toBe(0);
  });
});

describe('taskId and dedupKey', () => {
  it('alone have the whole canvas digested: a call without them is sent without one', async () => {
    const texts: string[] = [];
    const bench = makeBench(({ nonces }) => ({
      nonces: overriding(nonces, {
        digest: (text) => {
          texts.push(text);
          return nonces.digest(text);
        },
      }),
    }));
    const plain = bench.app.task('plain', (x: string) => x);
    await plain.delay('given');
    expect(texts).toEqual([]);
    await plain.s('given').applyAsync({ dedupKey: 'k' });
    expect(texts).toEqual([expect.stringContaining('given'), 'bench|k']);
  });

  it('taskId is the id of the whole canvas, and so of its last step', async () => {
    const result = await chain(identity.s(1), add.s(1)).applyAsync({ taskId: 'mine' });
    expect([result.taskId, result.parent?.taskId, await app.asyncResult('mine').get()]).toEqual(['mine', 'mine.0', 2]);
    const set = await chain(identity.s(1), add.s(1)).set({ taskId: 'other' }).delay();
    expect([set.taskId, await set.get()]).toEqual(['other', 2]);
    await expect(
      app.signature({ ...add.s(1, 2).toJSON(), options: { task_id: 'not one!' } }).delay(),
    ).rejects.toMatchObject({ code: 'CHORDAL_INVALID_OPTIONS' });
  });

  it('dedupKey starts one canvas, however often it is sent, for each app its own', async () => {
    const [one, two] = [await count.applyAsync({ dedupKey: 'k' }), await count.applyAsync({ dedupKey: 'k' })];
    const another = await count.applyAsync({ dedupKey: 'l' });
    const foreign = await otherCount.applyAsync({ dedupKey: 'k' });
    expect(two.taskId).toBe(one.taskId);
    expect(new Set([one.taskId, another.taskId, foreign.taskId]).size).toBe(3);
    await two.get();
    await another.get();
    expect([...(await runs())].map(String).toSorted((a, b) => a.localeCompare(b))).toEqual(
      [one.taskId, another.taskId].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('dedupKey holds for a day, or for dedupFor, after the latest eta; as long get() works, and then it starts anew', async () => {
    const day = 86_400;
    for (const [dedupFor, countdown, holdsFor] of [
      [undefined, undefined, day],
      [undefined, 2 * day, 3 * day],
      [60, undefined, 60],
      [14 * day, undefined, 14 * day],
    ] as const) {
      const options = { dedupKey: `for ${holdsFor}`, ...(dedupFor && { dedupFor }), ...(countdown && { countdown }) };
      for (const canvas of [brief.s(1), chain(identity.s(1), brief.s()), group([brief.s(1), brief.s(2)])]) {
        const ask = async () => canvas.applyAsync({ ...options, dedupKey: `${options.dedupKey} ${String(canvas)}` });
        const first = await ask();
        await cloud.clock.sleep(holdsFor * 1000 - 1000);
        const second = await ask();
        expect(second.taskId).toBe(first.taskId);
        expect(await second.get()).toEqual(await first.get());
        await cloud.clock.sleep(2000);
        const third = await ask();
        expect(third.taskId).not.toBe(first.taskId);
        await third.get();
      }
    }
  });

  it('dedupFor is refused without a dedupKey, and beyond the life of a workflow’s items', async () => {
    for (const options of [{ dedupFor: 60 }, { dedupKey: 'k', dedupFor: 0 }, { dedupKey: 'k', dedupFor: 15 * 86_400 }])
      await expect(count.applyAsync(options)).rejects.toThrow(
        invalid(/^Cannot use dedupFor/, 'CHORDAL_INVALID_OPTIONS'),
      );
    expect(cloud.isIdle).toBe(true);
  });

  it.each([{ taskId: 'mended' }, { dedupKey: 'mended' }])(
    'are free again for a corrected canvas, if the first was refused before anything was sent: %s',
    async (options) => {
      const callbacks = Array.from({ length: 200 }, () => identity.si('x'.repeat(1900)));
      const tooLarge = count.si(1).set({ link: callbacks });
      await expect(tooLarge.applyAsync(options)).rejects.toMatchObject({ code: 'CHORDAL_INVALID_MESSAGE' });
      const result = await add.s(1, 2).applyAsync(options);
      expect(await result.get()).toBe(3);
      expect(await runs()).toEqual([]);
    },
  );

  it('taskId is refused if it is one that was made for another workflow, or in the name space of submit', async () => {
    const made = [
      (await count.applyAsync({ dedupKey: 'k' })).taskId.replace(/w\d+$/, new RandomNonces().uuid(0)),
      new RandomNonces().uuid(0),
      `l-${new RandomNonces().digest('l')}`,
    ];
    for (const taskId of [...made, 'submit:order'])
      await expect(add.applyAsync({ args: [1, 2], taskId })).rejects.toThrow(
        invalid(/^Cannot use ".*" as a taskId: /, 'CHORDAL_INVALID_OPTIONS'),
      );
  });

  it.each([
    ['applyAsync', () => count.applyAsync({ taskId: 'asked' })],
    ['set and delay', () => count.s().set({ taskId: 'asked' }).delay()],
    ['signature JSON', () => app.signature({ ...count.s().toJSON(), options: { task_id: 'asked' } }).delay()],
    ['a launch in a task', async () => app.asyncResult(await (await launching.delay()).get())],
  ])('taskId starts one canvas, however often it is sent: by %s', async (_, ask) => {
    const results = [await count.applyAsync({ taskId: 'asked' }), await ask(), await ask()];
    for (const result of results) await result.get();
    expect(results.map(({ taskId }) => taskId)).toEqual(['asked', 'asked', 'asked']);
    await cloud.clock.sleep(60_000);
    expect(await runs()).toEqual(['asked']);
  });

  it('taskId of the last step, or of the body, is the id of the whole', async () => {
    const last = identity.si(1).set({ taskId: 'last' });
    const all = [
      await chain(identity.s(1), last).delay(),
      await identity
        .s(1)
        .pipe(identity.s().set({ taskId: 'piped' }))
        .delay(),
      await chord([identity.s(1)], rest.s().set({ taskId: 'body' })).delay(),
      await chain(identity.s(1), chain(identity.s(), identity.s()).set({ taskId: 'inner' })).delay(),
      await chain(identity.s(1), last).applyAsync({ taskId: 'said' }),
    ];
    expect(all.map(({ taskId }) => taskId)).toEqual(['last', 'piped', 'body', 'inner', 'said']);
  });

  it('taskId of anything else inside a canvas is refused, and not passed over', () => {
    const named = identity.si(1).set({ taskId: 'first' });
    for (const build of [
      () => chain(named, identity.s()),
      () => named.pipe(identity.s()),
      () => group([identity.s(1), named]),
      () => group([chain(identity.s(1), identity.si(1).set({ taskId: 'first' }))]),
      () => chord([named], rest.s()),
      () => identity.s(1).link(named),
      () => identity.s(1).linkError(named),
      () => identity.s(1).set({ link: named }),
    ])
      expect(build).toThrow(
        invalid(
          /^Cannot use the taskId "first" of .*: the ids inside a canvas are made from the id of the whole\. Set it on/,
          'CHORDAL_INVALID_OPTIONS',
        ),
      );
  });

  it('of a canvas that Celery has frozen, is that of its tail: a chord’s own is its header’s', async () => {
    const step = (name: string, id: string, args: unknown[] = []) => ({
      task: name,
      args,
      kwargs: {},
      options: { task_id: id },
    });
    const frozen = {
      task: 'celery.chord',
      args: [],
      kwargs: { header: [step('identity', 'member', [1])], body: step('rest', 'frozen-body'), kwargs: {} },
      options: { task_id: 'header' },
    };
    const result = await app.signature(frozen as unknown as Parameters<typeof app.signature>[0]).delay();
    expect([result.taskId, await result.get()]).toEqual(['frozen-body', 1]);
  });

  it('of two who ask at the same time one starts it, and both have its handle', async () => {
    const all = await Promise.all([1, 2, 3].map(() => count.applyAsync({ taskId: 'together' })));
    for (const one of all) await one.get();
    await cloud.clock.sleep(60_000);
    expect(await runs()).toEqual(['together']);
  });

  it('refuse another canvas under the same id, whatever its options', async () => {
    await add.applyAsync({ args: [1, 2], taskId: 'one' });
    await add.applyAsync({ args: [1, 2], dedupKey: 'one' });
    const later = await add.applyAsync({ args: [1, 2], taskId: 'one', countdown: 60, headers: { traceparent: 'x' } });
    expect(await later.get()).toBe(3);
    await expect(add.s(1).applyAsync({ args: [3], taskId: 'one' })).rejects.toThrow(
      invalid(
        /^Cannot use taskId "one" for this canvas: another canvas was sent under it\. Use another taskId/,
        'CHORDAL_INVALID_OPTIONS',
      ),
    );
    await expect(add.applyAsync({ args: [1, 3], dedupKey: 'one' })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
    });
    await expect(chain(add.s(1, 2), add.s(3)).applyAsync({ taskId: 'one' })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
    });
  });

  it('takes another canvas under an id whose first canvas was refused before anything was sent', async () => {
    let isThere = false;
    const bench = makeBench(({ broker }) => ({
      broker: overriding(broker, {
        send: async (params) => {
          if (!isThere) throw new ConfigurationError('there is no such queue');
          return broker.send(params);
        },
      }),
    }));
    const keep = bench.app.task('keep', (value: string) => value);
    // Too large for a message: it is kept in a block.
    const canvas = (value: string) => chain(keep.s(value.padEnd(1500)), keep.si('z'.repeat(1500)));
    await expect(canvas('first').applyAsync({ taskId: 'one' })).rejects.toThrow('no such queue');
    isThere = true;
    await canvas('second').applyAsync({ taskId: 'one' });
    expect(bench.receive().map(({ body }) => body)).toEqual([expect.stringContaining('"second ')]);
  });

  it('dedupKey has a canvas of empty groups go on when the client failed halfway', async () => {
    const bench = makeBench(refusingOneSettlement());
    const nothing = bench.app.signature('one').name;
    bench.app.task(nothing, () => 1);
    const empty = bench.app.declare<typeof add>('one' as 'add').chunks([], 1);
    const canvas = group([empty, empty]);
    const first: unknown = await canvas.applyAsync({ dedupKey: 'k' }).catch((error: unknown) => error);
    const second = await canvas.applyAsync({ dedupKey: 'k' });
    bench.cloud.consume(QUEUE, (deliveries) => bench.work(deliveries));
    expect(await second.get({ timeout: 1000 })).toEqual([[], []]);
    expect(first).toMatchObject({ taskId: second.taskId });
  });

  it('dedupKey starts an empty group, or one beside a task, once as well', async () => {
    const canvas = group([add.chunks([], 2), count.si(1)]);
    const first = await canvas.applyAsync({ dedupKey: 'empty' });
    expect(await first.get()).toEqual([[], undefined]);
    expect(await (await canvas.applyAsync({ dedupKey: 'empty' })).get()).toEqual([[], undefined]);
    expect(await runs()).toHaveLength(1);
  });
});

describe('a call that the cloud refuses', () => {
  it.each([ServiceUnavailable, ConfigurationError])('has the line of the caller in its %o', async (Refusal) => {
    const refused = new Refusal('Cannot reach the cloud', { cause: new Error('why') });
    // As behind a batch, where no caller is in the stack.
    const refuse = (): Promise<never> => Promise.reject(refused);
    const { app } = makeBench(({ broker, outcomes }) => ({
      broker: overriding(broker, { send: refuse }),
      outcomes: overriding(outcomes, { readMany: refuse }),
    }));
    const one = app.task('one', () => 1);
    const calls = [
      () => one.delay(),
      () => chain(one.si(), one.si()).applyAsync({}),
      () => app.asyncResult('W').get(),
      () => app.asyncResult('W.0').ready(),
      () => app.control.revoke('W'),
    ];
    for (const call of calls) {
      const theCaller = async (): Promise<unknown> => await call();
      const error: unknown = await theCaller().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        message: refused.message,
        code: refused.code,
        cause: refused.cause,
        stack: expect.stringMatching(/at (async )?theCaller/) as string,
      });
    }
  });
});

describe('a canvas with a part that is refused', () => {
  /** A bench whose queue takes all but one of several messages, and then refuses so many calls. */
  function partial(refusals: number, commits: Commit[] = []): ReturnType<typeof makeBench> {
    let left = refusals;
    return makeBench(({ broker, outcomes }) => ({
      outcomes: overriding(outcomes, {
        commit: (params) => {
          commits.push(params);
          return outcomes.commit(params);
        },
      }),
      broker: overriding(broker, {
        send: async ({ messages }) => {
          if (left === 0) return broker.send({ messages });
          left -= 1;
          await broker.send({ messages: messages.slice(1) });
          throw new ServiceUnavailable('Cannot send: the queue is throttled');
        },
      }),
    }));
  }
  const launch = async (bench: ReturnType<typeof makeBench>, options: object = {}) => {
    const ran: number[] = [];
    const one = bench.app.task('one', (i: number) => void ran.push(i));
    const sent = group([0, 1, 2].map((i) => one.s(i))).applyAsync(options);
    const result = await sent.catch((error: unknown) => String(error));
    return { ran, result };
  };
  const finish = async (bench: ReturnType<typeof makeBench>): Promise<void> => {
    bench.cloud.consume(QUEUE, (deliveries) => bench.work(deliveries));
    await bench.clock.sleep(600_000);
  };

  it('is finished by a worker, and runs each member once', async () => {
    const bench = partial(1);
    const { ran, result } = await launch(bench);
    await finish(bench);
    expect(typeof result).toBe('object');
    expect(ran.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  it('is not started, if no worker can be asked either', async () => {
    const commits: Commit[] = [];
    const bench = partial(2, commits);
    const calledAt = bench.clock.now();
    const { ran, result } = await launch(bench);
    expect(commits).toMatchObject([{ decision: { state: 'REVOKED', run: { endedAt: calledAt } } }]);
    await finish(bench);
    expect(result).toBe('ServiceUnavailable: Cannot send: the queue is throttled');
    expect(ran).toEqual([]);
  });

  it('is finished by who asks again under its id', async () => {
    const bench = partial(2);
    const { ran, result } = await launch(bench, { taskId: 'again' });
    const second = await group([0, 1, 2].map((i) => bench.app.signature('one', { args: [i] }))).applyAsync({
      taskId: 'again',
    });
    await finish(bench);
    expect(result).toContain('ServiceUnavailable');
    expect(await second.get()).toEqual([undefined, undefined, undefined]);
    expect(ran.toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });
});
