/** The rows of "Limits" in README.md. */
import { chain, createApp, group } from 'chordal';
import type { Handler, SignatureJson, UntypedSignature } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identity } from '../../../handlers/tasks/text.ts';
import { packPlan } from '../../../src/core/protocol/blocks.ts';
import { parseJson } from '../../../src/core/values/json.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => cloud.close());

test('values are JSON and some more, but no instances of classes', async () => {
  const value = {
    date: new Date(0),
    map: new Map([[1, new Set(['a'])]]),
    big: 2n ** 64n,
    bytes: new Uint8Array([1, 2]),
    // From Node 24 on.
    ...('Float16Array' in globalThis && { halves: new Float16Array([0.5]) }),
    buffer: Buffer.from('a'),
    none: undefined,
  };
  expect(await (await identity.delay(value)).get()).toEqual(value);

  class Money {
    readonly amount = 1;
  }
  class Purse extends Map<string, number> {}
  for (const wrong of [new Money(), new Purse(), () => 1]) {
    await expect(async () => identity.delay(wrong)).rejects.toMatchObject({ code: 'CHORDAL_SERIALIZATION' });
  }
});

test('a canvas may nest 64 frames deep and be of any length', async () => {
  expect(await (await nested(64).delay()).get()).toHaveLength(2);
  await expect(async () => nested(65).delay()).rejects.toMatchObject({ code: 'CHORDAL_CANVAS_TOO_DEEP' });
  const long = chain(...Array.from({ length: 1000 }, () => identity.si(1)));
  expect(await (await long.delay()).get()).toBe(1);
});

test('a chain or a group may have a million elements', () => {
  const tasks = Array.from({ length: 1_000_001 }, () => ({ task: 'identity' }));
  for (const plan of [{ par: tasks }, { seq: tasks }])
    expect(() => packPlan(plan, 'W')).toThrow(/^Cannot send a canvas: .* 1000001 signatures, and 1000000 is the most/);
});

test('an integer that a number would change is a bigint, as JSON and as the mark that callers of submit write', async () => {
  const canvases = [
    parseJson('{"task": "identity", "args": [9007199254740993]}', 'the canvas'),
    { task: 'identity', args: [{ __type__: 'bigint', __value__: '9007199254740993' }] },
  ];
  for (const canvas of canvases) {
    // A canvas in JSON is checked when it is read.
    const read = createApp('big').signature(canvas as SignatureJson);
    expect(await (await read.delay()).get()).toBe(9007199254740993n);
  }
});

test('in memory a countdown is exact', async () => {
  const startedAt = cloud.clock.now();
  const result = await identity.applyAsync({ args: ['a'], countdown: 0.1 });
  await cloud.clock.sleep(99);
  expect(await result.ready()).toBe(false);
  await cloud.clock.sleep(2);
  expect(await result.ready()).toBe(true);
  expect(cloud.clock.now() - startedAt).toBeLessThan(1000);
});

test('a task may replace itself 100 times', async () => {
  const app = createApp('deep');
  const deep = app.task('deep', { bind: true }, (ctx, left: number): unknown =>
    left === 0 ? 'done' : ctx.replace(app.signature('deep', { args: [left - 1] })),
  );
  cloud.close();
  cloud = memoryCloud({ deep: app.handler(deep) }, { time: 'virtual' });

  expect(await (await deep.delay(100)).get()).toBe('done');
  await expect((await deep.delay(101)).get()).rejects.toMatchObject({ errorType: 'TooDeep' });
});

test('a result can be read for a day', async () => {
  const result = await identity.delay('a');
  expect(await result.get()).toBe('a');
  await cloud.clock.sleep(86_390_000);
  expect(await result.get()).toBe('a');
  await cloud.clock.sleep(20_000);
  await expect(result.get()).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });
});

test('a task with acksLate: false runs at most once, and fails if that run is lost', async () => {
  let runs = 0;
  const app = createApp('once');
  const once = app.task('once', { acksLate: false }, () => {
    runs += 1;
    // Its sandbox dies.
    return new Promise<never>(() => {});
  });
  const work = app.handler(once);
  let isDead = false;
  const dying: Handler = Object.assign(
    (async (event, context) => {
      if (isDead) return work(event, context);
      isDead = true;
      void work(event, { getRemainingTimeInMillis: () => Number.POSITIVE_INFINITY });
      await cloud.clock.sleep(1000);
      throw new Error('the sandbox died');
    }) satisfies (...call: Parameters<Handler>) => ReturnType<Handler>,
    work,
  );
  cloud.close();
  cloud = memoryCloud({ once: dying }, { time: 'virtual', logLevel: 'silent' });

  await expect((await once.delay()).get()).rejects.toMatchObject({ errorType: 'WorkerLostError' });
  expect(runs).toBe(1);
});

// --- internal ---

/** A group in a chain in a group, and so on. */
function nested(depth: number): UntypedSignature {
  let canvas: UntypedSignature = identity.si(1);
  for (let level = 0; level < depth; level += 1) {
    canvas = chain(identity.si(1), group([canvas, identity.si(1)]));
  }
  return canvas;
}
