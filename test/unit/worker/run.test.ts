import { chain, createApp, currentTask, group, kwargs } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

class Busy extends Error {
  override readonly name = 'Busy';
}

const app = createApp('running', { maxDepth: 20 });
const identity = app.task('identity', <T>(value: T) => value);
const add = app.task('add', (x: number, y: number, z: number = 0, { w = 0 }: { w?: number } = {}) => x + y + z + w);
const returned = app.task('returned', (what: string) => odd[what]?.());
const thrown = app.task('thrown', (what: string): never => {
  throw odd[what]?.();
});
const retriedAlways = app.task('retriedAlways', { bind: true, maxRetries: 2 }, (ctx): never => {
  throw ctx.retry({ countdown: 1 });
});
const retriedWith = app.task('retriedWith', { bind: true, maxRetries: 1 }, (ctx): never => {
  throw ctx.retry({ countdown: 1, error: new Busy('too busy') });
});
const retriedAt = app.task('retriedAt', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ eta: new Date(cloud.clock.now() + 5000) });
  return cloud.clock.now();
});
const autoretried = app.task(
  'autoretried',
  { autoretryFor: [Busy], retryBackoff: true, retryJitter: false, maxRetries: 3 },
  async (name: string) => {
    await currentTask().ledger.append('starts', cloud.clock.now());
    throw name === 'busy' ? new Busy('too busy') : new Error('broken');
  },
);
const readStarts = app.task('readStarts', () => currentTask().ledger.read('starts'));
const replaced = app.task('replaced', { bind: true }, (ctx, what: string) =>
  ctx.replace(replacements[what]?.() ?? identity.s(0)),
);
const replacedForever = app.task('replacedForever', { bind: true }, (ctx) =>
  ctx.replace(app.signature('replacedForever')),
);
const lingering = app.task('lingering', { timeLimit: 2 }, async () => {
  const { ledger, logger } = currentTask();
  await cloud.clock.sleep(5000);
  logger.info('still here');
  await ledger.append('late', 1).catch((error: unknown) => afterwards.push(String(error)));
  await add.delay(1, 2).catch((error: unknown) => afterwards.push(String(error)));
});
const request = app.task(
  'request',
  { bind: true },
  (
    { request: { args, kwargs: named, id, workflowId, groupId, groupIndex, calledDirectly, eta } },
    ..._all: unknown[]
  ) => ({ args, named, id, workflowId, groupId, groupIndex, calledDirectly, eta }),
);
const headersOf = app.task('headersOf', { bind: true }, (ctx) => ctx.request.headers);
const failOnce = app.task('failOnce', { bind: true, maxRetries: null }, async (ctx) => {
  await add.delay(1, 2);
  if (ctx.request.retries < 5) throw ctx.retry({ countdown: 1 });
  return ctx.request.retries;
});
const handler = app.handler(
  identity,
  add,
  returned,
  thrown,
  retriedAlways,
  retriedWith,
  retriedAt,
  autoretried,
  replaced,
  replacedForever,
  lingering,
  request,
  headersOf,
  failOnce,
);

const afterwards: string[] = [];
const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;
const odd: Readonly<Record<string, () => unknown>> = {
  function: () => () => 1,
  symbol: () => Symbol('x'),
  cycle: () => cycle,
  deep: () => Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 1),
  instance: () => new Busy('as a value'),
  cyclicError: () => Object.assign(new Error('cyclic'), { args: [cycle], cause: cycle }),
  text: () => 'a text',
  nothing: () => undefined,
  null: () => null,
  hostile: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
        getPrototypeOf: () => {
          throw new Error('no');
        },
      },
    ),
  long: () => new Error('x'.repeat(100_000)),
};
const replacements: Readonly<Record<string, () => ReturnType<typeof app.signature>>> = {
  nobody: () => app.signature('nobody'),
  deep: () =>
    Array.from({ length: 100 }).reduce<ReturnType<typeof app.signature>>(
      (inner) => group([chain(inner, identity.s())]),
      app.signature('identity', { args: [1] }),
    ),
  unserialisable: () => app.signature('identity', { args: [() => 1] }),
  noSignature: () => 5 as unknown as ReturnType<typeof app.signature>,
};

let cloud: TestCloud;

beforeEach(() => {
  afterwards.length = 0;
  cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 9, logLevel: 'silent' });
});

afterEach(async () => {
  while (!cloud.isIdle) await cloud.clock.sleep(1000);
  expect(cloud.deadLetters).toEqual([]);
  cloud.close();
});

describe('a task that returns what cannot be sent', () => {
  it.each(['function', 'symbol', 'cycle', 'deep', 'instance'])(
    'fails with a SerializationError that names the task: %s',
    async (what) => {
      await expect((await returned.delay(what)).get()).rejects.toMatchObject({
        errorType: 'SerializationError',
        failedTask: 'returned',
        message: expect.stringContaining('the result of task returned'),
      });
    },
  );

  it('has the value undefined when it returns nothing', async () => {
    expect(await (await returned.delay('nothing')).get()).toBeUndefined();
    expect(await (await chain(returned.s('nothing'), request.s()).delay()).get()).toMatchObject({ args: [undefined] });
  });
});

describe('a task that throws', () => {
  it.each([
    ['cyclicError', 'Error', 'cyclic'],
    ['text', 'ThrownValue', 'expected an Error, got "a text"'],
    ['nothing', 'ThrownValue', 'expected an Error, got undefined'],
    ['null', 'ThrownValue', 'expected an Error, got null'],
    ['hostile', 'ThrownValue', 'an object that cannot be read'],
    ['long', 'Error', 'xxx'],
  ])('%s fails with an error of its caller', async (what, errorType, message) => {
    await expect((await thrown.delay(what)).get()).rejects.toMatchObject({
      code: 'CHORDAL_TASK_FAILED',
      errorType,
      message: expect.stringContaining(message),
    });
  });
});

describe('ctx.retry()', () => {
  it('ends in MaxRetriesExceeded, or in the error it was given', async () => {
    await expect((await retriedAlways.delay()).get()).rejects.toMatchObject({
      errorType: 'MaxRetriesExceededError',
      message: expect.stringContaining('2 of at most 2 retries are used'),
    });
    await expect((await retriedWith.delay()).get()).rejects.toMatchObject({ errorType: 'Busy', message: 'too busy' });
  });

  it('takes the limit of the call before that of the task', async () => {
    const startedAt = cloud.clock.now();
    await expect((await retriedAlways.applyAsync({ maxRetries: 0 })).get()).rejects.toMatchObject({
      errorType: 'MaxRetriesExceededError',
    });
    expect(cloud.clock.now() - startedAt).toBeLessThan(1000);
  });

  it('runs at its eta', async () => {
    const startedAt = cloud.clock.now();
    expect((await (await retriedAt.delay()).get()) - startedAt).toBe(5000);
  });

  it('launches the workflows of a run for each attempt', async () => {
    const result = await failOnce.delay();
    expect(await result.get({ timeout: 100 })).toBe(5);
    expect(await result.children()).toHaveLength(1);
  });
});

describe('autoretryFor', () => {
  it('retries with its backoff until no retry is left, and other errors not at all', async () => {
    await expect((await autoretried.delay('busy')).get()).rejects.toMatchObject({ errorType: 'Busy' });
    const starts = (await readStarts()).map(Number);
    expect(starts.slice(1).map((at, i) => at - (starts[i] ?? 0))).toEqual([1000, 2000, 4000]);
    await expect((await autoretried.delay('else')).get()).rejects.toMatchObject({
      errorType: 'Error',
      message: 'broken',
    });
    expect(await readStarts()).toHaveLength(5);
  });
});

describe('ctx.replace()', () => {
  it.each([
    ['nobody', 'NotRegistered'],
    ['deep', 'CanvasTooDeep'],
    ['unserialisable', 'SerializationError'],
    ['noSignature', 'InvalidCanvas'],
  ])('fails the task when the replacement cannot be sent: %s', async (what, errorType) => {
    await expect((await replaced.delay(what)).get({ timeout: 1000 })).rejects.toMatchObject({
      code: 'CHORDAL_TASK_FAILED',
      errorType,
    });
  });

  it('fails with TooDeep when it has no end', async () => {
    await expect((await replacedForever.delay()).get({ timeout: 1000 })).rejects.toMatchObject({
      errorType: 'TooDeep',
    });
  });
});

describe('a task past its time limit', () => {
  it('has no effect any more', async () => {
    await expect((await lingering.delay()).get()).rejects.toMatchObject({
      errorType: 'TimeLimitExceeded',
      message: expect.stringContaining('its time limit of 2 s is over'),
    });
    await cloud.clock.sleep(10_000);
    expect(afterwards).toEqual([
      expect.stringContaining('append to the ledger'),
      expect.stringContaining('launch a canvas'),
    ]);
  });
});

describe('the request', () => {
  it('says with what and where a task is called', async () => {
    const result = await group([request.s(1, 'a'), chain(identity.s(2), request.s())]).delay();
    const id = result.taskId;
    expect(await result.get()).toEqual([
      {
        args: [1, 'a'],
        named: {},
        id: `${id}~0`,
        workflowId: id,
        groupId: id,
        groupIndex: 0,
        calledDirectly: false,
        eta: null,
      },
      {
        args: [2],
        named: {},
        id: `${id}~1`,
        workflowId: id,
        groupId: id,
        groupIndex: 1,
        calledDirectly: false,
        eta: null,
      },
    ]);
    expect(await request(1)).toMatchObject({ args: [1], groupId: null, calledDirectly: true });
  });

  it('has headers as they were given, also what JSON cannot say, and also where it is called directly', async () => {
    const headers = { at: new Date(5), ids: new Set([1n]), none: undefined };
    expect(await (await headersOf.applyAsync({ headers })).get()).toEqual(headers);
    expect(await (await chain(identity.s(1), headersOf.si()).applyAsync({ headers })).get()).toEqual(headers);
    expect(await headersOf.s().set({ headers })()).toEqual(headers);
    expect(await headersOf()).toEqual({});
  });

  it('says when it was due', async () => {
    const eta = new Date(cloud.clock.now() + 7000);
    expect(await (await request.applyAsync({ eta })).get()).toMatchObject({ eta });
  });

  it('hands keyword arguments over as the last parameter, the gap filled', async () => {
    expect(await (await add.delay(1, 2, kwargs({ w: 10 }))).get()).toBe(13);
    expect(await (await add.s(1, 2, 3).delay(kwargs({ w: 10 }))).get()).toBe(16);
  });
});
