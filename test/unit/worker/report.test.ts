import { createApp, currentTask, Ignore, InvalidOptions } from 'chordal';
import type { TaskEvents } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consoleLog } from '../../../src/adapters/system/log.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { makeBench, taskDelivery } from './bench.ts';

const app = createApp('report', { logHeaders: ['customer'] });
const charge = app.task('charge', (order: string): never => {
  const cause = Object.assign(new TypeError('fetch failed'), { code: 'ECONNREFUSED' });
  throw Object.assign(new RangeError(`card declined`, { cause }), { order: order.length });
});
const open = app.task(
  'open',
  { logArguments: true, maxRetries: 1, autoretryFor: ['Error'] },
  (order: string): never => {
    throw new Error(`no ${order.length}`);
  },
);
const counted = app.task('counted', { logArguments: true }, (n: bigint): never => {
  throw new Error(`no ${n}`);
});
const printing = app.task('printing', { bind: true }, (ctx) => {
  const fields: { self?: object } = {};
  fields.self = fields;
  ctx.logger.info('printed', { n: 1n, fields });
  return 'done';
});
const again = app.task('again', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 30, error: new RangeError('busy') });
  ctx.logger.info('second try', { step: 2 });
  return 'done';
});
const strict = app.task('strict', (x: number) => x);
const slow = app.task('slow', async () => {
  await cloud.clock.sleep(60_000);
});
class NotFound extends Error {
  override readonly name = 'NotFound';
}
const find = app.task('find', { throws: [NotFound, 'RangeError'] }, (kind: string): never => {
  if (kind === 'class') throw new NotFound('nothing here');
  throw kind === 'name' ? new RangeError('too far') : new TypeError('bad');
});
const trap = (): never => {
  throw new Error('no');
};
const unreadable = new Proxy(new Error('hidden'), { get: trap, has: trap, getPrototypeOf: trap });
const hostile = app.task('hostile', { throws: ['RangeError'] }, (): never => {
  throw unreadable;
});
const late = app.task('late', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
});
const swapped = app.task('swapped', { bind: true }, (ctx, x: number) => ctx.replace(strict.s(x)));
const tired = app.task('tired', async () => {
  await cloud.clock.sleep(3000);
  throw new Error('too tired');
});
let thrown: unknown;
const raise = app.task('raise', (): never => {
  throw thrown;
});
const handler = app.handler(
  charge,
  open,
  counted,
  printing,
  again,
  strict,
  slow,
  find,
  hostile,
  late,
  swapped,
  tired,
  raise,
);

interface Line {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

let cloud: TestCloud;
let lines: Line[];
let offs: (() => void)[];

beforeEach(() => {
  lines = [];
  offs = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(JSON.parse(String(line)) as Line));
  cloud = memoryCloud({ main: handler }, { time: 'virtual', logLevel: 'debug' });
});
afterEach(() => {
  for (const off of offs) off();
  cloud.close();
  vi.restoreAllMocks();
});

function listen<Name extends keyof TaskEvents>(name: Name, listener: (event: TaskEvents[Name]) => unknown): void {
  offs.push(app.on(name, listener));
}

describe('the log', () => {
  it('has one line for a failure, with the error, its causes and its stack, and no arguments', async () => {
    const result = await charge.s('order-17').applyAsync({ headers: { customer: 'c1', secret: 's' } });
    await result.get({ propagate: false });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'error',
      message: 'charge failed: RangeError: card declined',
      task: 'charge',
      taskId: result.taskId,
      workflowId: result.taskId,
      attempt: 0,
      headers: { customer: 'c1' },
      errorType: 'RangeError',
      errorMessage: 'card declined',
      causes: ['TypeError: fetch failed'],
    });
    expect(lines[0]?.['stack']).toContain('report.test.ts');
    expect(JSON.stringify(lines)).not.toContain('order-17');
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('has a line for a retry with its time, and the arguments of a task that asks for them', async () => {
    const startedAt = cloud.clock.now();
    await (await open.delay('order-17')).get({ propagate: false });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'open is retried: Error: no 8'],
      ['error', 'open failed: Error: no 8'],
    ]);
    expect(lines[0]).toMatchObject({ attempt: 0, args: ['order-17'], kwargs: {} });
    expect(Date.parse(String(lines[0]?.['retryAt']))).toBeGreaterThan(startedAt);
    expect(lines[1]).toMatchObject({ attempt: 1 });
  });

  it('has a line for a failure whose arguments are no JSON, and tells its listeners', async () => {
    const told: unknown[] = [];
    listen('taskFailure', ({ task }) => void told.push(task));
    await (await counted.delay(17n)).get({ propagate: false });
    expect(lines).toMatchObject([{ level: 'error', message: 'counted failed: Error: no 17', args: ['17'] }]);
    expect(told).toEqual(['counted']);
  });

  it('lets no line that a task prints fail the task', async () => {
    expect(await (await printing.delay()).get()).toBe('done');
    expect(lines[0]).toMatchObject({ level: 'info', message: 'printed', n: '1', fields: { self: '[circular]' } });
  });

  it('has no causes of an error without any, and no error of a retry without one', async () => {
    await (await late.delay()).get();
    await (await open.delay('order-17')).get({ propagate: false });
    expect(lines.map(({ message }) => message).slice(0, 2)).toEqual(['late is retried', 'late succeeded']);
    expect(lines[0]).not.toHaveProperty('errorType');
    expect(lines[2]).toMatchObject({ errorType: 'Error', stack: expect.stringMatching(/^Error: no 8\n/) });
    expect(lines[2]).not.toHaveProperty('causes');
  });

  it('says how long an attempt took', async () => {
    await (await tired.delay()).get({ propagate: false });
    expect(lines).toMatchObject([{ message: 'tired failed: Error: too tired', ms: 3000 }]);
  });

  it('has a detail for a replacement', async () => {
    await (await swapped.delay(7)).get();
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['debug', 'swapped is replaced'],
      ['debug', 'strict succeeded'],
    ]);
  });

  it.each(['m', 'other'])('has no line for a decision that a delivery of message %s has made before', async (mid) => {
    const bench = makeBench(() => ({ log: consoleLog('debug') }));
    let isInside = false;
    bench.app.task('once', async () => {
      if (isInside) return;
      isInside = true;
      await bench.work([taskDelivery('once', { mid })]);
    });
    await bench.work([taskDelivery('once')]);
    expect(lines.map(({ message }) => message)).toEqual(['once succeeded']);
  });

  it.each([
    ['CHORDAL_MINE', 'expected a number'],
    ['E_CHORDAL_', 'expected a number, got "secret"'],
    [7, 'expected a number, got "secret"'],
    [undefined, 'expected a number, got "secret"'],
  ])('says of an error with the code %s: %s', async (code, text) => {
    thrown = Object.assign(new Error('Cannot use x: expected a number, got "secret"'), { code });
    await (await raise.delay()).get({ propagate: false });
    expect(lines).toMatchObject([{ message: `raise failed: Error: Cannot use x: ${text}` }]);
    expect(lines[0]?.['stack']).toContain(`Error: Cannot use x: ${text}\n`);
  });

  it('has a line for information, without a stack, for a failure that the task expects', async () => {
    for (const kind of ['class', 'name', 'other']) await (await find.delay(kind)).get({ propagate: false });
    expect(lines.map(({ level, message, stack }) => [level, message, typeof stack])).toEqual([
      ['info', 'find failed as expected: NotFound: nothing here', 'undefined'],
      ['info', 'find failed as expected: RangeError: too far', 'undefined'],
      ['error', 'find failed: TypeError: bad', 'string'],
    ]);
  });

  it('has a line for a failure by a value that cannot be read, as the listeners are told of it', async () => {
    const told: Error[] = [];
    listen('taskFailure', () => {
      throw unreadable;
    });
    listen('taskFailure', ({ error }) => void told.push(error));
    await (await hostile.delay()).get({ propagate: false });
    expect(lines).toMatchObject([
      { level: 'error', message: 'hostile failed: ThrownValue: Cannot read the thrown value: expected an Error' },
      { level: 'error', message: 'A listener of taskFailure failed', error: 'an object that cannot be read' },
    ]);
    expect(told).toMatchObject([{ errorType: 'ThrownValue' }]);
  });

  it('has the reason that a task gives for ending without a value', async () => {
    thrown = new Ignore('nothing to do');
    await (await raise.delay()).get({ propagate: false });
    thrown = new Ignore('');
    await (await raise.delay()).get({ propagate: false });
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'raise was ignored: nothing to do'],
      ['info', 'raise was ignored'],
    ]);
  });

  it('has the stacks of causes behind that of the error, which may have no place', async () => {
    thrown = await Promise.any([Promise.reject(new RangeError('a')), Promise.reject(new TypeError('b'))]).catch(
      (error: unknown) => error,
    );
    await (await raise.delay()).get({ propagate: false });
    expect(lines).toMatchObject([{ causes: ['RangeError: a', 'TypeError: b'] }]);
    expect(String(lines[0]?.['stack']).replaceAll(/\n +at .*report\.test\.ts.*/g, ' HERE')).toMatch(
      /^AggregateError: All promises were rejected\ncaused by RangeError: a HERE.*\n(?: +at .*\n)*caused by TypeError: b HERE/,
    );
  });

  it('warns of a start behind others that came to nothing, and of no other one', async () => {
    const bench = makeBench(() => ({ log: consoleLog('info') }));
    bench.app.task('dying', () => 1);
    const { outcomes } = bench.engine;
    const startOf = (token: string) =>
      outcomes.countStart({ address: addressOf('W'), attempt: 0, token, until: Date.UTC(2027) });
    for (const receives of [1, 2])
      await bench.work([taskDelivery('dying', { id: `V${receives}`, base: `V${receives}` }, { receives })]);
    expect(lines).toEqual([]);
    await startOf('a');
    await bench.work([taskDelivery('dying', {}, { receives: 3 })]);
    expect(lines).toEqual([
      {
        level: 'warn',
        message: 'dying is started again: the starts before have come to no outcome',
        task: 'dying',
        taskId: 'W',
        workflowId: 'W',
        attempt: 0,
        starts: 2,
      },
    ]);
    // It has an outcome now, and does not start.
    await bench.work([taskDelivery('dying', {}, { receives: 4 })]);
    expect(lines).toHaveLength(1);
  });

  it('has a detail for a success, and the task in the lines of its logger', async () => {
    const { taskId } = await again.delay();
    await app.asyncResult(taskId).get();
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['warn', 'again is retried: RangeError: busy'],
      ['info', 'second try'],
      ['debug', 'again succeeded'],
    ]);
    expect(lines[1]).toMatchObject({ task: 'again', taskId, workflowId: taskId, attempt: 1, step: 2 });
  });

  it('shows no value of an argument that our own errors quote', async () => {
    // Another app does not know how many arguments it takes.
    const sent = await createApp('other')
      .signature('strict', { args: [1, 'secret'] })
      .delay();
    await sent.get({ propagate: false });
    const errorMessage = 'Cannot call strict: strict takes 1 argument, not 2.';
    expect(lines).toMatchObject([
      { message: `strict failed: InvalidArguments: ${errorMessage}`, errorType: 'InvalidArguments', errorMessage },
    ]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });

  it('says what was revoked, and what failed as its message died', async () => {
    const result = await slow.s().applyAsync({ countdown: 10, expires: 5 });
    await cloud.clock.sleep(20_000);
    expect(await result.state()).toBe('REVOKED');
    expect(lines).toMatchObject([{ level: 'info', message: 'slow was expired' }]);
  });
});

describe('app.on()', () => {
  it('has its message stay until the listeners have ended: with its sandbox they would stop', async () => {
    const bench = makeBench();
    bench.app.task('quick', () => 1);
    let told = 0;
    bench.app.on('taskSuccess', async () => {
      await bench.clock.sleep(4000);
      told += 1;
    });
    expect(await bench.work([taskDelivery('quick')])).toEqual([]);
    expect(told).toBe(1);
  });

  it('calls listeners with what was thrown, in order, once', async () => {
    const seen: unknown[] = [];
    listen('taskStart', ({ task, request }) => void seen.push(['start', task, request.args]));
    listen('taskFailure', ({ task, error, attempt }) => void seen.push(['failure', task, error, attempt]));
    listen('taskRetry', ({ error, retryAt }) => void seen.push(['retry', error?.message, retryAt instanceof Date]));
    listen('taskSuccess', ({ task, ms }) => void seen.push(['success', task, ms]));
    await (await charge.delay('o')).get({ propagate: false });
    await (await again.delay()).get();
    expect(seen).toEqual([
      ['start', 'charge', ['o']],
      ['failure', 'charge', expect.objectContaining({ message: 'card declined', order: 1 }), 0],
      ['start', 'again', []],
      ['retry', 'busy', true],
      ['start', 'again', []],
      ['success', 'again', 0],
    ]);
  });

  it('calls the listeners of an event for no other one', async () => {
    const names: string[] = [];
    for (const name of ['taskStart', 'taskRetry', 'taskFailure', 'taskRevoked', 'taskSuccess'] as const)
      listen(
        name,
        ({ task, attempt, headers }) => void names.push(`${name} ${task} ${attempt} ${String(headers['customer'])}`),
      );
    const options = { headers: { customer: 'c1' } };
    await (await late.s().applyAsync(options)).get();
    await (await charge.s('o').applyAsync(options)).get({ propagate: false });
    await (await swapped.s(1).applyAsync(options)).get();
    await slow.s().applyAsync({ ...options, countdown: 10, expires: 5 });
    await cloud.clock.sleep(20_000);
    expect(names).toEqual([
      'taskStart late 0 c1',
      'taskRetry late 0 c1',
      'taskStart late 1 c1',
      'taskSuccess late 1 c1',
      'taskStart charge 0 c1',
      'taskFailure charge 0 c1',
      'taskStart swapped 0 c1',
      'taskStart strict 1 c1',
      'taskSuccess strict 1 c1',
      'taskRevoked slow 0 c1',
    ]);
  });

  it('calls a listener of success for successes alone', async () => {
    const names: string[] = [];
    listen('taskSuccess', ({ task }) => void names.push(task));
    await (await charge.delay('o')).get({ propagate: false });
    await (await swapped.delay(1)).get();
    await slow.s().applyAsync({ countdown: 10, expires: 5 });
    await cloud.clock.sleep(20_000);
    expect(names).toEqual(['strict']);
  });

  it('tells how long a failed attempt took, and of a retry without an error', async () => {
    const told: unknown[] = [];
    listen('taskRetry', (event) => void told.push('error' in event));
    listen('taskFailure', ({ ms }) => void told.push(ms));
    await (await late.delay()).get();
    await (await tired.delay()).get({ propagate: false });
    expect(told).toEqual([false, 3000]);
  });

  it('awaits a listener, and lets none change the task', async () => {
    const ended: string[] = [];
    listen('taskSuccess', async () => {
      await cloud.clock.sleep(1000);
      ended.push('first');
    });
    listen('taskSuccess', () => {
      throw new Error('no network');
    });
    listen('taskSuccess', async () => new Promise(() => undefined));
    listen('taskStart', () => {
      throw new Error('no start');
    });
    expect(await (await strict.delay(5)).get()).toBe(5);
    await cloud.clock.sleep(10_000);
    expect(ended).toEqual(['first']);
    const errors = lines.filter(({ level }) => level === 'error');
    expect(errors[0]?.['stack']).toMatch(/^Error: no start\n +at .*report\.test\.ts/);
    expect(errors.map(({ message, error }) => [message, error])).toEqual([
      ['A listener of taskStart failed', 'Error: no start'],
      ['A listener of taskSuccess failed', 'Error: no network'],
      ['A listener of taskSuccess did not end within 5 s, and is not waited for', undefined],
    ]);
    expect(cloud.isIdle).toBe(true);
  });

  it('tells of revoked tasks, and nothing after the listener was taken away', async () => {
    const reasons: string[] = [];
    const off = app.on('taskRevoked', ({ reason }) => void reasons.push(reason));
    await slow.s().applyAsync({ countdown: 10, expires: 5 });
    await cloud.clock.sleep(20_000);
    off();
    await slow.s().applyAsync({ countdown: 10, expires: 5 });
    await cloud.clock.sleep(20_000);
    expect(reasons).toEqual(['expired']);
  });

  it('refuses an unknown event, and what is no function', () => {
    // @ts-expect-error There is no such event.
    expect(() => app.on('taskFailed', () => undefined)).toThrow(InvalidOptions);
    // @ts-expect-error It is no function.
    expect(() => app.on('taskStart', 5)).toThrow('Cannot use a listener: expected a function, got 5');
  });
});

describe('app.around()', () => {
  it('runs the function inside other code, whose errors are the task’s', async () => {
    const order: string[] = [];
    offs.push(
      app.around(async ({ task }, run) => {
        order.push(`before ${task} ${currentTask().request.id.length > 0}`);
        const value = await run();
        order.push('after');
        return value;
      }),
    );
    expect(await (await strict.delay(5)).get()).toBe(5);
    expect(order).toEqual(['before strict true', 'after']);
    offs.push(app.around(() => Promise.reject(new RangeError('no span'))));
    expect(await (await strict.delay(5)).get({ propagate: false })).toMatchObject({ message: 'no span' });
  });
});
