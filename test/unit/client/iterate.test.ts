import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp, currentTask, group } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';

function makeProject() {
  const app = createApp('iterate');
  const wait = app.task('wait', async (seconds: number) => {
    await cloud.clock.sleep(seconds * 1000);
    return seconds;
  });
  const fail = app.task('fail', (): number => {
    throw new RangeError('no disk');
  });
  const launch = app.task('launch', async () => (await wait.delay(7)).taskId);
  const block = app.task('block', async () => {
    for await (const { index } of app.resultSet([app.asyncResult(currentTask().request.id)]).iterate()) return index;
    return -1;
  });
  const handler = app.handler(wait, fail, launch, block);
  const cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 1, logLevel: 'silent' });
  onTestFinished(() => cloud.close());
  return { app, wait, fail, launch, block, cloud };
}

describe('iterate()', () => {
  it('yields the members of a group as they end, with values and errors', async () => {
    const { wait, fail } = makeProject();
    const result = await group([wait.s(30), wait.s(1), fail.s(), wait.s(10)]).delay();
    const ended: unknown[] = [];
    for await (const { index, value, error } of result.iterate()) ended.push([index, value ?? error?.name]);
    expect(ended).toEqual([
      [2, 'TaskFailedError'],
      [1, 1],
      [3, 10],
      [0, 30],
    ]);
  });

  it('yields the members of a set of results, and of a group that a step follows', async () => {
    const { app, wait } = makeProject();
    const set = app.resultSet([await wait.delay(5), await wait.delay(1)]);
    const order: number[] = [];
    for await (const { index } of set.iterate()) order.push(index);
    expect(order).toEqual([1, 0]);
    const none: unknown[] = [];
    for await (const one of app.resultSet([]).iterate()) none.push(one);
    expect(none).toEqual([]);
  });

  it('counts members that end in any order, each once, however often it is asked', async () => {
    const { wait, cloud } = makeProject();
    const result = await group([wait.s(1), wait.s(30), wait.s(2)]).delay();
    const counts: number[] = [];
    for (const seconds of [0, 1.5, 1, 30, 1]) {
      await cloud.clock.sleep(seconds * 1000);
      counts.push(await result.completedCount());
    }
    expect(counts).toEqual([0, 1, 2, 3, 3]);
  });

  it('ends for a group that is revoked', async () => {
    const { wait } = makeProject();
    const result = await group([wait.s(1), wait.s(2)]).applyAsync({ countdown: 3600 });
    await result.revoke();
    const errors: string[] = [];
    for await (const { error } of result.iterate()) errors.push(error?.name ?? 'none');
    expect(errors).toEqual(['TaskRevokedError', 'TaskRevokedError']);
  });

  it('stops after its timeout, and does not block a task', async () => {
    const { wait, block } = makeProject();
    const result = await group([wait.s(1), wait.s(50)]).delay();
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const { index } of result.iterate({ timeout: 10 })) seen.push(index);
    };
    await expect(all()).rejects.toThrow('has not ended after');
    expect(seen).toEqual([0]);
    await expect((await block.delay()).get()).rejects.toMatchObject({ errorType: 'WouldBlock' });
  });
});

describe('collect()', () => {
  it('yields a result, and then what it has launched, or its members', async () => {
    const { app, wait, launch } = makeProject();
    const launched = await launch.delay();
    const values: unknown[] = [];
    for await (const [, value] of launched.collect()) values.push(value);
    expect(values).toEqual([expect.any(String), 7]);
    const pair = await group([wait.s(1), wait.s(2)]).delay();
    const all: unknown[] = [];
    for await (const [result, value] of app.asyncResult(pair.taskId).collect()) all.push([result.taskId, value]);
    expect(all).toEqual([
      [pair.taskId, [1, 2]],
      [`${pair.taskId}~0`, 1],
      [`${pair.taskId}~1`, 2],
    ]);
  });

  it('throws a failure, or yields it', async () => {
    const { fail } = makeProject();
    const result = await fail.delay();
    await expect(result.collect().next()).rejects.toThrow('no disk');
    const { value } = await result.collect({ propagate: false }).next();
    expect((value as readonly unknown[])[1]).toMatchObject({ name: 'TaskFailedError' });
  });
});
