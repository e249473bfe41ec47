import { chain, chord, createApp, group, range } from 'chordal';
import type { MemberOutcome } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('batches');
const half = app.task('half', async (x: number) => {
  if (x % 2 !== 0) throw new RangeError(`${x} is odd`);
  return x / 2;
});
const div = app.task('div', (x: number, y: number) => {
  if (y === 0) throw new RangeError('it divides by 0');
  return x / y;
});
const slow = app.task('slow', async (x: number) => {
  running += 1;
  most = Math.max(most, running);
  await cloud.clock.sleep(1000);
  running -= 1;
  if (x < 0) throw new RangeError(`${x} is below 0`);
  ended.push(x);
  return x;
});
const odd = app.task('odd', (x: number): unknown => (x === 0 ? () => 'no value' : x));
const shy = app.task('shy', { bind: true, maxRetries: 1 }, (ctx, x: number) => {
  if (ctx.request.retries === 0 && x === 1) throw ctx.retry({ countdown: 1 });
  return `${x} at ${ctx.request.retries}`;
});
const flaky = app.task('flaky', { autoretryFor: [RangeError] }, (x: number): number => {
  throw new RangeError(String(x));
});
const seen = app.task('seen', (outcomes: readonly MemberOutcome<unknown>[]) => outcomes);
const values = app.task('values', (given: readonly unknown[]) => given);
const note = app.task('note', (given: unknown) => void noted.push(given));
const handler = app.handler(half, div, slow, odd, shy, flaky, seen, values, note);

let cloud: TestCloud;
let running = 0;
let most = 0;
let ended: number[] = [];
let noted: unknown[] = [];

beforeEach(() => {
  [running, most, ended, noted] = [0, 0, [], []];
  cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 3, logLevel: 'silent' });
});

afterEach(() => cloud.close());

const failed = (index: number, message: string, task: string, id: unknown = expect.any(String)): object => ({
  ok: false,
  error: { errorType: 'RangeError', message, failedTask: task, failedTaskId: id, index },
});

describe('a batch that collects', () => {
  it('has the value or the error of each item, with its index', async () => {
    const result = await half.map([2, 3, 4, 5], { onMemberFailure: 'collect' }).delay();
    expect(await result.get()).toEqual([
      { ok: true, value: 1 },
      failed(1, '3 is odd', 'half', result.taskId),
      { ok: true, value: 2 },
      failed(3, '5 is odd', 'half', result.taskId),
    ]);
    const pairs = await div
      .starmap(
        [
          [6, 3],
          [1, 0],
        ],
        { onMemberFailure: 'collect' },
      )
      .delay();
    expect(await pairs.get()).toEqual([{ ok: true, value: 2 }, failed(1, 'it divides by 0', 'div')]);
  });

  it('is the same in each chunk, counted from its first item', async () => {
    const chunks = div.chunks(
      [
        [6, 3],
        [1, 0],
        [2, 0],
      ],
      2,
      { onMemberFailure: 'collect' },
    );
    expect(await (await chunks.delay()).get()).toEqual([
      [{ ok: true, value: 2 }, failed(1, 'it divides by 0', 'div')],
      [failed(0, 'it divides by 0', 'div')],
    ]);
  });

  it('has the same values in process', async () => {
    expect(await half.map([2, 3], { onMemberFailure: 'collect' })()).toEqual([
      { ok: true, value: 1 },
      failed(1, '3 is odd', 'half', ''),
    ]);
  });

  it('has an error for an item whose value cannot be kept, and for arguments that do not fit', async () => {
    const result = await odd.map([0, 1], { onMemberFailure: 'collect' }).delay();
    expect(await result.get()).toMatchObject([
      { ok: false, error: { errorType: 'SerializationError', index: 0 } },
      { ok: true, value: 1 },
    ]);
    const loose = app.signature('div', {}).toJSON();
    const starmap = { ...div.starmap([[4, 2]], { onMemberFailure: 'collect' }).toJSON() };
    const surplus = {
      ...starmap,
      kwargs: {
        task: loose,
        it: [
          [1, 2, 3],
          [4, 2],
        ],
      },
    };
    expect(await (await app.signature(surplus).delay()).get()).toMatchObject([
      { ok: false, error: { errorType: 'InvalidArguments' } },
      { ok: true, value: 2 },
    ]);
  });

  it('runs all items again when one asks for a retry, and not for an error that is retried elsewhere', async () => {
    expect(await (await shy.map([0, 1], { onMemberFailure: 'collect' }).delay()).get()).toEqual([
      { ok: true, value: '0 at 1' },
      { ok: true, value: '1 at 1' },
    ]);
    const startedAt = cloud.clock.now();
    expect(await (await flaky.map([7], { onMemberFailure: 'collect' }).delay()).get()).toEqual([
      failed(0, '7', 'flaky'),
    ]);
    expect(cloud.clock.now() - startedAt).toBeLessThan(1000);
  });

  it('gives the next step of a chain what became of each', async () => {
    const canvas = chain(half.map([2, 3], { onMemberFailure: 'collect' }), seen.s());
    expect(await (await canvas.delay()).get()).toMatchObject([{ ok: true }, { ok: false }]);
  });
});

describe('the concurrency of a batch', () => {
  it('works on so many items at once, and keeps their order', async () => {
    const startedAt = cloud.clock.now();
    expect(await (await slow.map(range(10), { concurrency: 4 }).delay()).get()).toEqual(range(10));
    expect(most).toBe(4);
    expect(cloud.clock.now() - startedAt).toBeLessThan(3500);
  });

  it('is one without it', async () => {
    await (await slow.map(range(3)).delay()).get();
    expect(most).toBe(1);
  });

  it('starts no item behind one that failed, and waits for those under way', async () => {
    const result = await slow.map([-2, 1, 3, 4, 5, 6], { concurrency: 3 }).delay();
    await expect(result.get()).rejects.toMatchObject({ message: '-2 is below 0' });
    expect(ended).toEqual([1, 3]);
  });

  it('fails with the first of several items that fail at once', async () => {
    const result = await slow.map([1, -2, -3], { concurrency: 3 }).delay();
    await expect(result.get()).rejects.toMatchObject({ message: '-2 is below 0' });
  });

  it('begins no item after the time limit of the task', async () => {
    const result = await slow.map(range(10), { concurrency: 2 }).set({ timeLimit: 2.5 }).delay();
    await expect(result.get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });
    await cloud.clock.sleep(60_000);
    expect(ended.length).toBeLessThanOrEqual(6);
  });
});

describe('the progress of a batch', () => {
  it('is shown where it is asked for', async () => {
    const result = await slow.map(range(10), { progress: true }).delay();
    await cloud.clock.sleep(4500);
    expect([await result.state(), await result.info()]).toEqual(['PROGRESS', { current: 4, total: 10 }]);
    const silent = await slow.map(range(10)).delay();
    await cloud.clock.sleep(4500);
    expect(await silent.state()).toBe('PENDING');
  });
});

describe('chunks.group()', () => {
  it('is the group of the chunks', async () => {
    const chunks = div.chunks(
      [
        [2, 1],
        [4, 1],
        [6, 1],
      ],
      2,
    );
    expect(String(chunks.group())).toBe('group([div.starmap([[2, 1], [4, 1]]), div.starmap([[6, 1]])])');
    expect(await (await chunks.group().delay()).get()).toEqual([[2, 4], [6]]);
    expect(await (await group([chunks.group(), group([half.s(2)])]).delay()).get()).toEqual([[2, 4], [6], 1]);
  });

  it('keeps the options and the callbacks of the chunks', async () => {
    const chunks = div
      .chunks([[2, 1]], 1, { onMemberFailure: 'collect' })
      .set({ countdown: 5 })
      .link(note.s());
    const grouped = chunks.group();
    expect(grouped.data.options.countdown).toBe(5);
    await (await grouped.delay()).get();
    await cloud.clock.sleep(10_000);
    expect(noted).toEqual([[[{ ok: true, value: 2 }]]]);
  });

  it('refuses another canvas', () => {
    const canvas = half.map([1]) as unknown as { group(): unknown };
    expect(() => canvas.group()).toThrow('Cannot make a group of a map: only chunks are one. Use group([…]).');
  });
});

describe('the options of a batch and of a chord', () => {
  it('are in the JSON of the signature, and read back from it', async () => {
    const how = { onMemberFailure: 'collect', concurrency: 4, progress: true } as const;
    const batches = [half.map([2, 3], how), div.starmap([[1, 0]], how), div.chunks([[1, 0]], 1, how)];
    for (const batch of batches) {
      const json = batch.toJSON();
      expect(json.options).toEqual({ on_member_failure: 'collect', concurrency: 4, progress: true });
      expect(app.signature(JSON.parse(JSON.stringify(json))).data).toEqual({
        ...batch.data,
        task: expect.anything(),
      });
    }
    const tolerant = chord([half.s(3), half.s(2)], seen.s(), { tolerate: '50%' });
    expect(tolerant.toJSON().options).toEqual({ on_member_failure: 'collect', tolerate: '50%' });
    expect(await (await app.signature(tolerant.toJSON()).delay()).get()).toMatchObject([{ ok: false }, { ok: true }]);
  });

  it('are refused where they are wrong, in code and in JSON', () => {
    const map = (how: object) => () => half.map([1], how);
    expect(map({ concurrency: 0 })).toThrow(
      'Cannot use concurrency of half.map: expected a whole number of at least 1, got 0',
    );
    expect(map({ tolerate: 1 })).toThrow('Cannot use tolerate as an option of half.map: there is no such option.');
    const json = half.map([1]).toJSON();
    expect(() => app.signature({ ...json, options: { concurrency: 'many' } })).toThrow(
      'Cannot read canvas.options.concurrency: expected a whole number of at least 1, got "many"',
    );
    for (const tolerate of [-1, 1.5, '5', '101%', '%', Number.NaN])
      expect(() => chord([half.s(1)], seen.s(), { tolerate } as never), String(tolerate)).toThrow(
        /^Cannot use tolerate of a chord: expected a whole number of members of at least 0/,
      );
    expect(() => chord([half.s(1)], seen.s() as never, { tolerate: 1, onMemberFailure: 'failFast' })).toThrow(
      "Cannot use tolerate with onMemberFailure 'failFast'",
    );
    const chordJson = chord([half.s(1)], seen.s(), { tolerate: 1 }).toJSON();
    expect(() => app.signature({ ...chordJson, options: { tolerate: 'some' } })).toThrow(
      /^Cannot read canvas.options.tolerate: expected a whole number of members/,
    );
    for (const wrong of [chordJson, json])
      expect(() => app.signature({ ...wrong, options: { on_member_failure: 'colect' } })).toThrow(
        `Cannot read canvas.options.on_member_failure: expected 'failFast' or 'collect', got "colect"`,
      );
    expect(() => app.signature({ ...chordJson, options: { on_member_failure: 'failFast', tolerate: 1 } })).toThrow(
      `Cannot read canvas.options.on_member_failure: expected 'collect' beside tolerate, got "failFast"`,
    );
  });
});

describe('a chord that tolerates failures', () => {
  const header = (failures: number, size: number) => range(size).map((i) => half.s(i < failures ? 1 : 2));

  it.each([
    [3, 20, 3],
    [1, 5, '20%'],
    [1, 9, '20%'],
    [250, 400, 250],
    [0, 0, 0],
  ] as const)('runs its body with %i failures of %i where %s may fail', async (failures, size, tolerate) => {
    const result = await chord(header(failures, size), seen.s(), { tolerate }).delay();
    const outcomes = await result.get();
    expect(outcomes.map(({ ok }) => ok)).toEqual(range(size).map((i) => i >= failures));
    const indices = outcomes.flatMap((outcome) => (outcome.ok ? [] : [outcome.error.index]));
    expect(indices).toEqual(range(failures));
  });

  it.each([
    [4, 20, 3],
    [2, 5, '20%'],
    [251, 400, 250],
    [1, 1, 0],
  ] as const)('fails with %i failures of %i where %s may fail', async (failures, size, tolerate) => {
    const result = await chord(header(failures, size), seen.s().linkError(note.s()), { tolerate }).delay();
    await expect(result.get()).rejects.toMatchObject({
      errorType: 'ToleranceExceeded',
      message: expect.stringMatching(new RegExp(` of its ${size} members have failed, and `)),
      failedTaskId: expect.stringMatching(/\.0~\d+$/),
    });
    await cloud.clock.sleep(1000);
    expect(noted).toMatchObject([{ errorType: 'ToleranceExceeded' }]);
  });

  it('fails as soon as too many are seen to have failed', async () => {
    const startedAt = cloud.clock.now();
    const late = half.s(2).set({ countdown: 600 });
    const result = await chord([half.s(1), half.s(3), late], seen.s(), { tolerate: 1 }).delay();
    await expect(result.get()).rejects.toMatchObject({ errorType: 'ToleranceExceeded' });
    const wide = [...range(64).map(() => half.s(1)), ...range(8).map(() => late)];
    const second = await chord(wide, seen.s(), { tolerate: 20 }).delay();
    await expect(second.get()).rejects.toMatchObject({ errorType: 'ToleranceExceeded' });
    expect(cloud.clock.now() - startedAt).toBeLessThan(60_000);
  });

  it('counts the members of a linked group, and revoked ones', async () => {
    const linked = group([half.s(1), half.s(3)]).link(note.s());
    const canvas = (tolerate: number) => chord([linked, half.s(2)], seen.s(), { tolerate });
    await expect((await canvas(1).delay()).get()).rejects.toMatchObject({ errorType: 'ToleranceExceeded' });
    await expect(canvas(1)()).rejects.toMatchObject({ name: 'ToleranceExceeded' });
    expect(await (await canvas(2).delay()).get()).toMatchObject([{ ok: false }, { ok: false }, { ok: true }]);
    expect(await canvas(2)()).toMatchObject([{ ok: false }, { ok: false }, { ok: true }]);
    const expired = half.s(2).set({ countdown: 5, expires: 1 });
    const late = await chord([expired, half.s(2)], seen.s(), { tolerate: 0 }).delay();
    await expect(late.get()).rejects.toMatchObject({ errorType: 'ToleranceExceeded' });
    expect(noted).toEqual([]);
  });
});

describe('a group with a link inside another one, in a header that collects', () => {
  const inner = (x: number) => group([half.s(2), half.s(x)]).link(note.s());
  const outer = (x: number) => group([inner(x), half.s(6)]).link(values.s().link(note.s()));
  const canvas = (x: number) => chord([outer(x), half.s(8)], seen.s(), { onMemberFailure: 'collect' });

  it('gives each link plain values, at each depth, and the body what became of each member', async () => {
    const result = await canvas(4).delay();
    const body = [1, 2, 3, 4].map((value) => ({ ok: true, value }));
    expect(await result.get()).toEqual(body);
    await cloud.clock.sleep(1000);
    expect(noted).toHaveLength(2);
    expect(noted).toEqual(
      expect.arrayContaining([
        [1, 2],
        [1, 2, 3],
      ]),
    );
    noted = [];
    expect(await canvas(4)()).toEqual(body);
    expect(noted).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });

  it('starts no link around a member that has failed, at any depth', async () => {
    const result = await canvas(3).delay();
    expect(await result.get()).toMatchObject([{ ok: true }, { ok: false, error: { index: 1 } }, { ok: true }, {}]);
    await cloud.clock.sleep(1000);
    await canvas(3)();
    expect(noted).toEqual([]);
  });
});
