import { createApp, range, zip } from 'chordal';
import type { AnyTask, AsyncResult, SignatureJson } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('bad-input');
const add = app.task('add', (x: number, y: number) => x + y);
const showing = app.task('showing', { bind: true }, async (ctx, state: unknown) => {
  await ctx.updateState(state as string);
});
const retrying = app.task('retrying', { bind: true }, (ctx, options: unknown) => {
  if (ctx.request.retries === 0) throw ctx.retry(options as object);
  return ctx.request.retries;
});
const unrouted = app.task('unrouted', () => 1);

let cloud: TestCloud;

beforeEach(() => {
  cloud = memoryCloud({ all: app.handler(add, showing, retrying) }, { time: 'virtual', seed: 1, logLevel: 'silent' });
});

afterEach(() => cloud.close());

const error = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });
const invalid = (message: RegExp): unknown => error('CHORDAL_INVALID_OPTIONS', message);

describe('get()', () => {
  it('refuses a timeout that is no time, which would never end', async () => {
    const result = await add.delay(1, 2);
    const nothing = app.asyncResult('nothing');
    for (const timeout of [Number.NaN, -1, '5', null] as unknown as number[]) {
      for (const one of [result, nothing, app.resultSet([result])])
        await expect(one.get({ timeout })).rejects.toThrow(
          invalid(/^Cannot use timeout of get\(\): expected a number of seconds of at least 0, got /),
        );
    }
    expect(await result.get({ timeout: Number.POSITIVE_INFINITY })).toBe(3);
  });

  it('refuses an option that there is not, a signal that is none, and what is no object', async () => {
    const result = await add.delay(1, 2);
    const get = (options: unknown): Promise<unknown> => result.get(options as object);
    await expect(get({ timeOut: 1 })).rejects.toThrow(
      invalid(
        /^Cannot use timeOut as an option of get\(\): there is no such option\. Did you mean timeout\? Known options: timeout, /,
      ),
    );
    await expect(get({ signal: 5 })).rejects.toThrow(invalid(/^Cannot use signal of get\(\): expected an AbortSignal/));
    await expect(get(null)).rejects.toThrow(invalid(/^Cannot use the options of get\(\): expected an object/));
  });
});

describe('ids and results', () => {
  it('that cannot be are refused, for nothing would ever be known of them', async () => {
    for (const id of ['', 'a b', 'W..1', 5, undefined] as unknown as string[]) {
      expect(() => app.asyncResult(id)).toThrow(invalid(/^Cannot use a taskId: expected the id of a result, got /));
      await expect(app.groupResult(id)).rejects.toThrow(invalid(/^Cannot use a taskId: expected the id of a result/));
    }
    expect(app.asyncResult('W.1~0!2.3^0').taskId).toBe('W.1~0!2.3^0');
  });

  it('of a set that are none are refused', () => {
    const resultSet = (results: unknown): unknown => app.resultSet(results as AsyncResult<unknown>[]);
    expect(() => resultSet([app.asyncResult('a'), 5])).toThrow(
      invalid(/^Cannot use item 2 of a set: expected a result, got 5$/),
    );
    expect(() => resultSet(5)).toThrow(invalid(/^Cannot use the results of a set: expected a list, got 5$/));
  });
});

describe('app.signature(), task.signature() and app.declare()', () => {
  it('refuse a part that there is not, or that is wrong', () => {
    for (const build of [
      (spec: unknown) => add.signature(spec as object),
      (spec: unknown) => app.signature('add', spec as object),
    ]) {
      expect(() => build({ arg: [1] })).toThrow(
        invalid(
          /^Cannot use arg as an option of the signature of add: .*Known options: args, kwargs, options, immutable\.$/,
        ),
      );
      expect(() => build({ args: 5 })).toThrow(invalid(/^Cannot use args of the signature of add: expected a list/));
      expect(() => build({ kwargs: [] })).toThrow(
        invalid(/^Cannot use kwargs of the signature of add: expected an object/),
      );
      expect(() => build({ options: 5 })).toThrow(
        invalid(/^Cannot use options of the signature of add: expected an object/),
      );
      expect(() => build({ immutable: 'yes' })).toThrow(
        invalid(/^Cannot use immutable of the signature of add: expected true/),
      );
      expect(() => build(5)).toThrow(invalid(/^Cannot use the signature of add: expected an object, got 5$/));
    }
  });

  it('refuse a name that no task can have', () => {
    for (const name of ['', 'celery.chain']) {
      expect(() => app.signature(name)).toThrow(
        error('CHORDAL_INVALID_CANVAS', /^Cannot build a signature by a name: expected the name of a task, got "/),
      );
      expect(() => app.declare(name)).toThrow(invalid(/^Cannot declare a task as "/));
    }
  });

  it('refuse surplus arguments at once', () => {
    const si = (...args: unknown[]): unknown => add.si(...(args as [number, number]));
    const signature = (spec: object): unknown => add.signature(spec);
    const message = /^Cannot call add\(1, 2, 3\): add takes 2 arguments, not 3\.$/;
    expect(() => si(1, 2, 3)).toThrow(error('CHORDAL_INVALID_ARGUMENTS', message));
    expect(() => signature({ args: [1, 2, 3] })).toThrow(error('CHORDAL_INVALID_ARGUMENTS', message));
  });

  it('name the place in nested JSON by its beginning only', () => {
    const nested = range(500).reduce<object>((inner) => ({ task: 'celery.group', kwargs: { tasks: [inner] } }), {});
    expect(() => app.signature(nested as SignatureJson)).toThrow(
      error('CHORDAL_CANVAS_TOO_DEEP', /^Cannot read canvas\.kwargs\.[^…]{200,300}… as/),
    );
  });
});

describe('app.handler()', () => {
  it('refuses what is no task, and one of another app', () => {
    const handler = (...tasks: unknown[]): unknown => app.handler(...(tasks as AnyTask[]));
    for (const none of [undefined, 5, { name: 'add' }])
      expect(() => handler(add, none)).toThrow(invalid(/^Cannot handle argument 2: it is not a task of this app/));
    const foreign = createApp('foreign').task('foreign', () => 1);
    expect(() => handler(foreign)).toThrow(invalid(/^Cannot handle foreign: it is not a task of this app/));
    expect(() => handler()).toThrow(invalid(/^Cannot make a handler: it has no tasks/));
  });
});

describe('a task that is registered and that no function runs', () => {
  it('is not proposed in its own place', async () => {
    await expect(unrouted.delay()).rejects.toThrow(
      error('CHORDAL_NOT_REGISTERED', /of that name\. Known tasks: add, showing, retrying\.$/),
    );
  });
});

describe('a running task', () => {
  it('cannot show a state that only an outcome has, or that is none', async () => {
    for (const state of ['SUCCESS', 'FAILURE', 'REVOKED', '', 5]) {
      await expect((await showing.delay(state)).get()).rejects.toMatchObject({
        errorType: 'InvalidOptions',
        message: expect.stringMatching(
          /^Cannot set the state of showing: expected a text other than SUCCESS, FAILURE, REVOKED/,
        ),
      });
    }
  });

  it.each<[object | number | null, RegExp]>([
    [
      { countdown: 1e12 },
      /^Cannot use countdown of a retry of retrying: expected a number of seconds, at most 100 years/,
    ],
    [{ eta: 5 }, /^Cannot use eta of a retry of retrying: expected a valid Date up to the year 9999, got 5$/],
    [{ maxRetries: -1 }, /^Cannot use maxRetries of a retry of retrying: expected a whole number/],
    [{ countDown: 5 }, /^Cannot use countDown as an option of a retry of retrying: .*Known options: countdown, eta, /],
    [5, /^Cannot use the options of a retry of retrying: expected an object, got 5$/],
    [null, /^Cannot use the options of a retry of retrying: expected an object, got null$/],
  ])('fails when it asks for a retry with %j', async (options, message) => {
    await expect((await retrying.delay(options)).get()).rejects.toMatchObject({
      errorType: 'InvalidOptions',
      message: expect.stringMatching(message),
    });
  });

  it('may write null for what it does not say of a retry', async () => {
    expect(await (await retrying.delay({ countdown: null, eta: null, error: null })).get()).toBe(1);
  });
});

describe('range() and zip()', () => {
  it('refuse what would not end, and what is no list', () => {
    const bad = (message: RegExp): unknown => error('CHORDAL_INVALID_ARGUMENTS', message);
    expect(() => range(1, 5, 0)).toThrow(
      bad(/^Cannot use the step of range\(\): expected a number other than 0, got 0/),
    );
    for (const stop of [Number.NaN, Number.POSITIVE_INFINITY, 2.5])
      expect(() => range(stop)).toThrow(bad(/^Cannot use an argument of range\(\): expected a whole number, got /));
    const pair = zip as unknown as (...all: unknown[]) => Iterable<unknown>;
    expect(() => [...pair([1], 5)]).toThrow(bad(/^Cannot use argument 2 of zip\(\): expected a list, got 5$/));
    expect([range(5, 1, -2), range(0), [...zip()]]).toEqual([[5, 3], [], []]);
  });
});

describe('memoryCloud()', () => {
  it('refuses options and handlers that are none', () => {
    const make = memoryCloud as unknown as (handlers: object, options?: unknown) => void;
    expect(() => make({}, { time: 'vrtual' })).toThrow(
      invalid(/^Cannot use time of memoryCloud\(\): expected 'real' or/),
    );
    expect(() => make({}, { speed: 2 })).toThrow(invalid(/^Cannot use speed as an option of memoryCloud\(\)/));
    expect(() => make({}, null)).toThrow(invalid(/^Cannot use the options of memoryCloud\(\): expected an object/));
    expect(() => make({ math: add })).toThrow(invalid(/^Cannot use math of memoryCloud\(\): expected a handler/));
  });
});
