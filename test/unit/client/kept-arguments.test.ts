import { chain, chord, createApp, kwargs, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeConf } from '../../../src/client/app.ts';
import { inspect } from '../../../src/client/results/inspect.ts';
import type { Inspection } from '../../../src/client/results/inspect.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import { environmentRuntime } from '../../../src/runtime/environment.ts';

const app = createApp('kept', { taskDefaults: { keepArguments: true } });
const add = app.task('add', (x: number, y: number, { z = 0 }: { z?: number } = {}) => x + y + z);
const total = app.task('total', (prices: readonly number[]) => prices.reduce((sum, one) => sum + one, 0));
const echo = app.task('echo', (value: unknown) => typeof value);
const secret = app.task('secret', { keepArguments: false }, (password: string) => password.length);
const again = app.task('again', { bind: true }, (ctx, word: string): number => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 60, args: [`${word} again`] });
  throw new RangeError(word);
});
const handler = app.handler(add, total, echo, secret, again);

let cloud: TestCloud;
/** Another process: it knows ids alone. */
let engine: Engine;

beforeEach(() => {
  cloud = memoryCloud({ main: handler }, { time: 'virtual', logLevel: 'silent' });
  engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));
});
afterEach(() => cloud.close());

const shown = async (id: string): Promise<Pick<Inspection, 'args' | 'kwargs' | 'unread'>> => {
  const { args, kwargs: named, unread } = await inspect(engine, id);
  return { ...(args && { args }), ...(named && { kwargs: named }), ...(unread !== undefined && { unread }) };
};

describe('keepArguments', () => {
  it('shows the arguments of a task from its id alone', async () => {
    const result = await add.delay(1, 2, kwargs({ z: 3 }));
    await result.get();
    expect(await shown(result.taskId)).toEqual({ args: [1, 2], kwargs: { z: 3 } });
  });

  it('shows nothing of a task that does not keep them, and writes nothing of them', async () => {
    const result = await secret.delay('hunter2');
    await result.get();
    expect(await shown(result.taskId)).toEqual({});
    const { cell } = await engine.outcomes.read({ address: addressOf(result.taskId) });
    expect(JSON.stringify(cell)).not.toContain('hunter2');
  });

  it('shows those of the attempt that is over, in RETRY and after the failure', async () => {
    const result = await again.delay('try');
    await cloud.clock.sleep(1000);
    expect(await shown(result.taskId)).toEqual({ args: ['try'], kwargs: {} });
    await result.get({ propagate: false });
    expect(await shown(result.taskId)).toEqual({ args: ['try again'], kwargs: {} });
  });

  it('shows the value of the step before, and the values of a header, as the task had them', async () => {
    const { taskId } = await chain(add.s(1, 2), add.s(10), chord([add.s(1), add.s(2)], total.s())).delay();
    await app.asyncResult(taskId).get();
    expect(await shown(`${taskId}.1`)).toEqual({ args: [3, 10], kwargs: {} });
    expect(await shown(`${taskId}.2~1`)).toEqual({ args: [13, 2], kwargs: {} });
    expect(await shown(taskId)).toEqual({ args: [[14, 15]], kwargs: {} });
  });

  it('does not count the value before an immutable task', async () => {
    const { taskId } = await chain(add.s(1, 2), add.si(5, 6)).delay();
    await app.asyncResult(taskId).get();
    expect(await shown(taskId)).toEqual({ args: [5, 6], kwargs: {} });
  });

  it('reads large arguments where they are stored, with their dates, and copies none', async () => {
    const long = 'x'.repeat(30_000);
    const result = await echo.delay({ long, at: new Date(0) });
    await result.get();
    const { cell } = await engine.outcomes.read({ address: addressOf(result.taskId) });
    expect(JSON.stringify(cell).length).toBeLessThan(500);
    expect((await shown(result.taskId)).args).toEqual([
      { long, at: expect.objectContaining({ __type__: 'datetime' }) },
    ]);
  });

  it('says that the values of a wide group are its arguments, and reads none of them', async () => {
    const { taskId } = await chord(
      range(1001).map((n) => add.s(n, 1)),
      total.s(),
    ).delay();
    await app.asyncResult(taskId).get();
    expect(await shown(taskId)).toEqual({ unread: `They are the values of the 1001 members of ${taskId}.0.` });
  });

  it('shows none after forget()', async () => {
    const result = await echo.delay('y'.repeat(1500));
    await result.get();
    await app.asyncResult(result.taskId).forget();
    expect(await shown(result.taskId)).toEqual({});
  });
});
