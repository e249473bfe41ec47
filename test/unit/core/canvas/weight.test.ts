import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromCelery, toCelery } from '../../../../src/core/canvas/celery-json.ts';
import { withArguments } from '../../../../src/core/canvas/later-arguments.ts';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { checkWeight, MOST_WEIGHT, weightOf } from '../../../../src/core/canvas/weight.ts';
import { elementsOf, isStoredItems } from '../../../../src/core/protocol/plan.ts';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import type { JsonObject } from '../../../../src/core/values/json.ts';
import { canvas } from '../random-canvas.ts';

const task = (options: JsonObject = {}, args: readonly string[] = []): JsonObject => ({ task: 'id', args, options });
const composite = (name: string, kwargs: JsonObject, options: JsonObject = {}): JsonObject => ({
  task: `celery.${name}`,
  args: [],
  kwargs,
  options,
});
const chain = (tasks: readonly JsonObject[], options?: JsonObject): JsonObject =>
  composite('chain', { tasks }, options);
const group = (tasks: readonly JsonObject[], options?: JsonObject): JsonObject =>
  composite('group', { tasks }, options);
const chord = (header: readonly JsonObject[], body: JsonObject, options?: JsonObject): JsonObject =>
  composite('chord', { header, body }, options);
const many = (count: number): readonly JsonObject[] => Array.from({ length: count }, () => task());

/** The tasks, groups, chains and callbacks of a plan, and the characters of its arguments and headers. */
function sizeOf(plan: Plan): { tasks: number; characters: number } {
  const items = 'task' in plan ? [] : elementsOf(plan);
  const inside = [...(isStoredItems(items) ? [] : items), ...(plan.links ?? []).map((link) => link.plan)].map(sizeOf);
  const { args, kwargs, options } = 'task' in plan ? plan : {};
  return {
    tasks: 1 + inside.reduce((sum, one) => sum + one.tasks, 0),
    characters:
      JSON.stringify([args ?? [], kwargs ?? {}, options?.headers ?? {}]).length +
      inside.reduce((sum, one) => sum + one.characters, 0),
  };
}

describe('weightOf()', () => {
  it('is never below what a canvas becomes, whatever it is and is given', () => {
    fc.assert(
      fc.property(canvas, fc.array(fc.string(), { maxLength: 3 }), (data, args) => {
        const json = toCelery(data);
        const made = sizeOf(planOf(withArguments(fromCelery(json), { args, kwargs: {} })));
        const weight = weightOf(json, args);
        expect(weight.tasks).toBeGreaterThanOrEqual(made.tasks);
        // Brackets, and escapes in texts, count little beside what is copied.
        expect(3 * weight.characters + 30 * weight.tasks).toBeGreaterThanOrEqual(made.characters);
      }),
    );
  });

  it.each([
    ['tasks', group(many(100)), 101],
    ['chunks', composite('chunks', { task: task(), it: Array.from({ length: 10 }, () => []), n: 3 }), 5],
    [
      'a chain in a chain, whose error callback is that of each step',
      chain([chain(many(40), { link_error: [task()] })]),
      82,
    ],
  ])('is close to what it becomes: %s', (_, json, tasks) => {
    expect(weightOf(json).tasks).toBe(tasks);
    expect(tasks - sizeOf(planOf(fromCelery(json))).tasks).toBeLessThan(3);
  });

  it('passes over what is no canvas, and ends for what nests without an end', () => {
    let [deep, list] = [task(), [] as readonly unknown[]];
    for (let depth = 0; depth < 20_000; depth += 1) [deep, list] = [chain([deep]), [list]];
    for (const json of [
      undefined,
      null,
      7,
      'add',
      [],
      {},
      { task: 'celery.chord' },
      { task: 'celery.group', kwargs: 7 },
    ])
      expect(weightOf(json).tasks).toBeLessThan(3);
    expect(weightOf(deep).tasks).toBeLessThan(400);
    expect(weightOf({ task: 'id', args: list }).characters).toBeLessThan(10_000);
  });
});

describe('a small signature that would become large', () => {
  const deep = (depth: number): JsonObject => {
    let callback = task();
    for (let level = 0; level < depth; level += 1) callback = chord([task()], task({ link_error: [callback] }));
    return callback;
  };
  const wide = (callback: JsonObject): JsonObject => chain([chain(many(200), { link_error: [callback] }), task()]);

  const of80 = (callback: JsonObject): JsonObject => chain([chain(many(80), { link_error: [callback] }), task()]);

  it.each([
    ['error callbacks of chords in each other', deep(40)],
    ['error callbacks of chains in chains in each other', wide(wide(wide(wide(task()))))],
    ['one argument for many members', { ...chord(many(9000), task()), args: ['x'.repeat(20_000)] }],
    ['one header for many members', group(many(9000), { headers: { h: 'x'.repeat(20_000) } })],
    ['error callbacks for many steps', chain([chain(many(4000), { link_error: many(4000) }), task()])],
    ['16 levels of error callbacks, in 3 KB', deep(16)],
    ['3 levels of error callbacks of chains, in 12 KB', of80(of80(of80(task())))],
  ])('is refused before anything is built: %s', (_, json) => {
    const before = process.memoryUsage().heapUsed;
    expect(() => fromCelery(json)).toThrow(/^Cannot read canvas: it would become \d+, and the most is \d+ /);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });

  it.each([
    ['one error callback for 200,000 steps', chain([chain(many(200_000), { link_error: [task()] }), task()])],
    ['20 error callbacks for 5,000 steps', chain([chain(many(5000), { link_error: many(20) }), task()])],
  ])('is read if callbacks multiply at one level only: %s', (_, json) => {
    expect(() => checkWeight(weightOf(json), MOST_WEIGHT, 'it')).not.toThrow();
  });

  it('is refused by the limits that are given', () => {
    const weight = weightOf(group(many(10)), ['x'.repeat(100)]);
    expect(() => checkWeight(weight, { tasks: 10, characters: 1e6 }, 'it')).toThrow(
      /become 11, and the most is 10 tasks/,
    );
    expect(() => checkWeight(weight, { tasks: 11, characters: 1000 }, 'it')).toThrow(/the most is 1000 characters/);
    expect(() => checkWeight(weight, { tasks: 11, characters: 2000 }, 'it')).not.toThrow();
  });
});
