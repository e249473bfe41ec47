import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { packPlan } from '../../../../src/core/protocol/blocks.ts';
import type { Block } from '../../../../src/core/protocol/blocks.ts';
import type { Effect } from '../../../../src/core/protocol/effect.ts';
import { encodeMessage } from '../../../../src/core/protocol/message-codec.ts';
import { isPlan } from '../../../../src/core/protocol/message-shape.ts';
import { countOf, firstTaskOf, isStoredItems, MAX_ITEMS } from '../../../../src/core/protocol/plan.ts';
import type { Items, Link, Plan } from '../../../../src/core/protocol/plan.ts';
import { afterLoad, startPlan } from '../../../../src/core/protocol/start.ts';
import { canvas } from '../random-canvas.ts';
import { originOf, place } from '../support.ts';

const tasks = (count: number, args?: readonly string[]): readonly Plan[] =>
  Array.from({ length: count }, (_, i) => ({ task: `t${i}`, ...(args === undefined ? {} : { args }) }));

/** The content of blocks, by their keys. */
function textsOf(blocks: readonly Block[]): ReadonlyMap<string, string> {
  const texts = new Map(blocks.map(({ key, text }) => [key, text]));
  expect(texts.size).toBe(blocks.length);
  return texts;
}

function read(texts: ReadonlyMap<string, string>, key: string): unknown {
  const text = texts.get(key);
  if (text === undefined) throw new Error(`Cannot find block ${key}`);
  return JSON.parse(text);
}

function itemsOf(texts: ReadonlyMap<string, string>, items: Items): readonly Plan[] {
  if (!isStoredItems(items)) return items;
  const { stored, n, per } = items;
  return Array.from({ length: Math.ceil(n / per) }, (_, k) => read(texts, `${stored}/${k}`) as readonly Plan[]).flat();
}

/** The plan with everything that was moved to blocks in its place again. */
function unpacked(texts: ReadonlyMap<string, string>, plan: Plan): Plan {
  const inner = (one: Plan): Plan => unpacked(texts, one);
  const links =
    plan.links === undefined ? {} : { links: plan.links.map((link) => ({ ...link, plan: inner(link.plan) })) };
  if ('seq' in plan) return { ...plan, ...links, seq: itemsOf(texts, plan.seq).map(inner) };
  if ('par' in plan) return { ...plan, ...links, par: itemsOf(texts, plan.par).map(inner) };
  const { stored, ...rest } = plan;
  return stored === undefined ? { ...plan, ...links } : { ...rest, ...(read(texts, stored) as object), ...links };
}

/** The effects that start a plan, with what it loads. */
function started(texts: ReadonlyMap<string, string>, effects: readonly Effect[]): readonly Effect[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== 'load') return [effect];
    const { items, lo, hi } = effect.source;
    return started(texts, afterLoad(originOf(), effect, itemsOf(texts, items).slice(lo, hi)));
  });
}

function longestMessage(plan: Plan): number {
  const { plan: packed, blocks } = packPlan(plan, 'W');
  const effects = started(
    textsOf(blocks),
    startPlan(originOf(), { at: place('W'), plan: packed, input: undefined, frames: [] }),
  );
  const sizes = effects.map((effect) =>
    effect.kind === 'send' ? encodeMessage({ ...effect.message, mid: 'm' }).length : 0,
  );
  return Math.max(...sizes);
}

describe('packPlan()', () => {
  it('moves nothing when the canvas is at most 2 KB', () => {
    const plan: Plan = { seq: tasks(20) };
    expect(packPlan(plan, 'W')).toEqual({ plan, blocks: [] });
  });

  it('moves the steps of a long chain, and of nothing but a pointer says how many and which is first', () => {
    const { plan, blocks } = packPlan({ seq: tasks(1000) }, 'W!2');
    expect(plan).toEqual({ seq: { stored: 'bucket:W!2/0', n: 1000, per: expect.any(Number), first: 't0' } });
    expect(blocks.map(({ key }) => key)).toEqual(blocks.map((_, k) => `bucket:W!2/0/${k}`));
    expect(isPlan(plan)).toBe(true);
  });

  it('moves large arguments alone, to the table up to 8 KB and else to the bucket', () => {
    const packed = (size: number): readonly string[] =>
      packPlan({ task: 'a', args: ['x'.repeat(size)] }, 'W').blocks.map(({ key }) => key);
    expect(packed(100)).toEqual([]);
    expect(packed(3000)).toEqual(['table:W/0']);
    expect(packed(9000)).toEqual(['bucket:W/0']);
    expect(packPlan({ task: 'a', args: ['x'.repeat(9000)], immutable: true }, 'W').plan).toEqual({
      task: 'a',
      immutable: true,
      stored: 'bucket:W/0',
    });
  });

  it('keeps blocks below 64 KB unless one element alone weighs more', () => {
    for (const plan of [{ seq: tasks(10_000) }, { par: tasks(300, ['x'.repeat(1900)]) }] satisfies Plan[]) {
      const { blocks } = packPlan(plan, 'W');
      expect(blocks.length).toBeGreaterThan(1);
      for (const { text } of blocks) expect(text.length).toBeLessThanOrEqual(64_100);
    }
  });

  it('keeps messages at a constant size, however long the canvas and large its arguments', () => {
    const wide: Plan = { par: tasks(10_000, ['x'.repeat(100)]) };
    const long: Plan = { seq: tasks(10_000) };
    const deep = Array.from({ length: 20 }).reduce<Plan>(
      (inner) => ({ seq: [{ par: [inner, ...tasks(50)] }, ...tasks(50)] }),
      { task: 'a' },
    );
    const heavy: Plan = { seq: [{ task: 'a', args: ['x'.repeat(1_000_000)] }, ...tasks(2, ['y'.repeat(5000)])] };
    for (const plan of [wide, long, heavy, { seq: [wide, ...tasks(1000)] }, deep] satisfies Plan[])
      expect(longestMessage(plan)).toBeLessThan(6000);
  });

  it.each([
    [10, 6000],
    // 60 frames, whose ids grow with the depth.
    [30, 10_000],
  ])(
    'keeps messages small where canvases nest %i times, each level just below what travels inline',
    (levels, characters) => {
      const following: Plan = { task: 'c', args: ['x'.repeat(1900)] };
      const deep = Array.from({ length: levels }).reduce<Plan>(
        (inner) => ({ seq: [{ par: [inner, { task: 'b' }] }, following] }),
        { task: 'a' },
      );
      expect(longestMessage(deep)).toBeLessThan(characters);
    },
  );

  it('loses nothing and changes nothing, whatever the canvas', () => {
    fc.assert(
      fc.property(canvas, fc.nat(2), (data, copies) => {
        const plan = planOf(data);
        // Some of them so large that they do not fit into messages.
        const large: Plan = copies === 0 ? plan : { seq: Array.from({ length: copies * 30 }, () => plan) };
        const { plan: packed, blocks } = packPlan(large, 'W');
        const json = JSON.parse(JSON.stringify(packed)) as Plan;
        expect(isPlan(json)).toBe(true);
        expect(unpacked(textsOf(blocks), json)).toEqual(JSON.parse(JSON.stringify(large)));
        expect(firstTaskOf(json)?.task).toBe(firstTaskOf(large)?.task);
        if ('seq' in large && 'seq' in packed) expect(countOf(packed.seq)).toBe(countOf(large.seq));
      }),
    );
  });

  it('keeps the queue of the first task when the array is moved', () => {
    const plan: Plan = { par: [{ task: 'a', options: { queue: 'own' } }, ...tasks(1000)] };
    expect(firstTaskOf(packPlan(plan, 'W').plan)).toEqual({ task: 'a', queue: 'own' });
  });

  it('keeps as many elements in a block as fit, and no empty block behind them', () => {
    const task: Plan = { task: 'x'.repeat(64 - JSON.stringify({ task: '' }).length - 1) };
    const { plan, blocks } = packPlan({ par: Array.from({ length: 2000 }, () => task) }, 'W');
    expect(plan).toEqual({ par: { stored: 'bucket:W/0', n: 2000, per: 1000, first: task.task } });
    expect(blocks.map(({ key }) => key)).toEqual(['bucket:W/0/0', 'bucket:W/0/1']);
  });

  it('keeps a small array that travels no longer in the table', () => {
    expect(packPlan({ par: tasks(200) }, 'W').plan).toMatchObject({ par: { stored: 'table:W/0', n: 200 } });
  });

  it('leaves arrays that are in blocks already', () => {
    const stored = { stored: 'table:W/0', n: 9, per: 3, first: 'a' };
    for (const plan of [{ seq: stored }, { seq: [{ par: stored }, { task: 'b' }] }] satisfies Plan[])
      expect(packPlan(plan, 'V')).toEqual({ plan, blocks: [] });
  });

  it('moves the arguments of callbacks', () => {
    const callback = { on: 'success', plan: { task: 'l', args: ['x'.repeat(3000)] } } as const;
    const { plan, blocks } = packPlan({ task: 'a', links: [callback] }, 'W');
    expect(plan).toEqual({ task: 'a', links: [{ on: 'success', plan: { task: 'l', stored: 'table:W/0' } }] });
    expect(blocks).toHaveLength(1);
  });

  it('names the first task behind elements that have none', () => {
    const empty = (count: number): readonly Plan[] => Array.from({ length: count }, () => ({ par: [] }));
    expect(packPlan({ par: [...empty(1), ...tasks(1000)] }, 'W').plan).toMatchObject({ par: { first: 't0' } });
    expect(packPlan({ par: empty(1000) }, 'W').plan).toMatchObject({ par: { first: '' } });
  });

  it('refuses a group of more than a million signatures', () => {
    const items = Array.from({ length: MAX_ITEMS + 1 }, (): Plan => ({ task: 'a' }));
    expect(() => packPlan({ par: items }, 'W')).toThrow(
      expect.objectContaining({ code: 'CHORDAL_INVALID_CANVAS', message: expect.stringMatching(/1000001 signatures/) }),
    );
  });

  describe('moves what has one character more than fits', () => {
    const named = (length: number): Plan => ({ task: 'x'.repeat(length - JSON.stringify({ task: '' }).length) });
    const calling = (length: number): Plan => {
      const links = (task: string): readonly Link[] => [{ on: 'success', plan: { task } }];
      const name = 'x'.repeat(length - JSON.stringify({ links: links('') }).length);
      return { par: [{ task: 'a' }], links: links(name) };
    };
    const argument = (length: number): Plan => ({
      task: 'a',
      args: ['x'.repeat(length - JSON.stringify({ args: [''] }).length)],
    });
    /** A group in blocks. The frames inside one of its members carry callbacks of so many characters. */
    const around = (length: number): Plan => ({ par: [calling(length), ...tasks(200)] });

    it.each<[string, (length: number) => Plan, number, number]>([
      ['of arguments', argument, 2048, 0],
      ['of arguments in the table', argument, 8192, 1],
      // A comma behind each.
      ['of members', (length) => ({ par: [named(length - 1025), named(1023)] }), 2048, 0],
      ['of callbacks that each member carries', calling, 2048, 0],
      [
        'of steps that the members of the first one carry, with their callbacks',
        (length) => ({ seq: [around(1000), named(length - 1001)] }),
        2048,
        1,
      ],
    ])('%s', (_, plan, most, arrays) => {
      const moved = (of: Plan): ReadonlySet<string> =>
        new Set(packPlan(of, 'W').blocks.map(({ key }) => key.split('/', 2).join('/')));
      const fitting = moved(plan(most));
      expect(fitting.size).toBe(arrays);
      expect(moved(plan(most + 1))).not.toEqual(fitting);
    });

    it('with what the frames around it carry', () => {
      const plan: Plan = { par: [named(99)] };
      expect(packPlan(plan, 'W', 2048 - 100).blocks).toEqual([]);
      expect(packPlan(plan, 'W', 2048 - 99).blocks).toHaveLength(1);
      expect(packPlan({ par: [] }, 'W', 5000).blocks).toEqual([]);
    });
  });
});
