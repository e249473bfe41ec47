import { describe, expect, it } from 'vitest';
import type { LoadEffect } from '../../../../src/core/protocol/effect.ts';
import { groupFrame } from '../../../../src/core/protocol/frames.ts';
import { LIFETIME_MS } from '../../../../src/core/protocol/lifetime.ts';
import type { Link, ParallelPlan, Plan } from '../../../../src/core/protocol/plan.ts';
import { afterJoin, afterLoad, startPlan, startRange } from '../../../../src/core/protocol/start.ts';
import { originOf, lines, NOW, place } from '../support.ts';

const [a, b, c] = ['a', 'b', 'c'].map((task): Plan => ({ task })) as [Plan, Plan, Plan];
const link: Link = { on: 'success', plan: { task: 'L' } };
const tasks = (count: number): readonly Plan[] => Array.from({ length: count }, () => a);

const started = (plan: Plan, more: Parameters<typeof originOf>[0] = {}): readonly string[] =>
  lines(startPlan(originOf(more), { at: place('W'), plan, input: { val: 5 }, frames: [] }));

describe('startPlan()', () => {
  it('sends a task its message when the plan is one', () => {
    expect(started(a)).toEqual(['send run W a in {"val":5}']);
  });

  it('sends a chain’s first step, with the rest as its frame', () => {
    expect(started({ seq: [a, b, c] })).toEqual(['send run W.0 a in {"val":5} frames W.1']);
  });

  it('sends every member of a group its message', () => {
    expect(started({ par: [a, b] })).toEqual([
      'send run W~0 a in {"val":5} frames W~0/2',
      'send run W~1 b in {"val":5} frames W~1/2',
    ]);
  });

  it('gives the ids of the example in the design', () => {
    expect(started({ seq: [{ par: [{ seq: [a, b] }, c] }, c] })).toEqual([
      'send run W.0~0.0 a in {"val":5} frames W.0~0.1 W.0~0/2 W.1',
      'send run W.0~1 c in {"val":5} frames W.0~1/2 W.1',
    ]);
  });

  it('sends ranges when a group is wide, and only what a message can hold directly', () => {
    expect(started({ par: tasks(10) })).toHaveLength(10);
    expect(started({ par: tasks(11) })).toEqual(['send expand W par 0–11 in {"val":5}']);
    expect(started({ par: tasks(450) })).toEqual([
      'send expand W par 0–200 in {"val":5}',
      'send expand W par 200–400 in {"val":5}',
      'send expand W par 400–450 in {"val":5}',
    ]);
  });

  it('goes on at once when a group is empty: with the step behind it, or its own value', () => {
    expect(started({ seq: [{ par: [] }, a] })).toEqual(['send run W a in {"join":"W.0","n":0}']);
    expect(started({ par: [] })).toEqual(['settle W SUCCESS']);
    expect(started({ seq: [{ par: [] }, { par: [] }] })).toEqual(['settle W SUCCESS']);
    expect(started({ par: [{ par: [] }, a] })).toEqual([
      'settle W~0 SUCCESS',
      'send run W~1 a in {"val":5} frames W~1/2',
    ]);
  });

  it('asks for stored steps and members when it needs them', () => {
    const stored = { stored: 'table:W/0', n: 50, per: 10, first: 'a' };
    expect(started({ seq: stored })).toEqual(['load table:W/0 0–1']);
    expect(started({ par: { ...stored, n: 5 } })).toEqual(['load table:W/0 0–5']);
    expect(started({ par: stored })).toEqual(['send expand W par 0–50 in {"val":5}']);
  });

  it('marks what it sends when the delivery resumes', () => {
    expect(started({ seq: [a, b] }, { again: true })).toEqual(['send run W.0 a in {"val":5} again frames W.1']);
  });

  it('hands links to what has the id of the whole: the last step, not the first', () => {
    const [effect] = startPlan(originOf(), {
      at: place('W', { links: [link] }),
      plan: { seq: [{ ...a, links: [link] }, b], links: [link] },
      input: undefined,
      frames: [],
    });
    expect(effect).toMatchObject({
      message: { id: 'W.0', links: [link], frames: [{ base: 'W', links: [link, link] }] },
    });
  });

  it('sets delay, end of life and lifetime from the time of the start', () => {
    const until = NOW + LIFETIME_MS;
    const options = { countdown: 10, expires: 60, headers: { own: 1 }, tenant: 't' };
    const origin = originOf({ headers: { all: 2, own: 0 }, root: 'R', sender: 'S', parent: 'P' });
    expect(startPlan(origin, { at: place('W'), plan: { task: 'a', options }, input: undefined, frames: [] })).toEqual([
      {
        kind: 'send',
        message: {
          kind: 'run',
          id: 'W',
          base: 'W',
          try: 0,
          frames: [],
          depth: 0,
          root: 'R',
          parent: 'S',
          sig: { task: 'a', options },
          notBefore: NOW + 10_000,
          until: until + 10_000,
          expires: NOW + 60_000,
          headers: { all: 2, own: 0 },
        },
      },
    ]);
  });

  it('takes the later of eta and countdown, and no time that is over', () => {
    const notBefore = (options: object): unknown =>
      startPlan(originOf(), { at: place('W'), plan: { task: 'a', options }, input: undefined, frames: [] }).map(
        (effect) => effect.kind === 'send' && 'notBefore' in effect.message && effect.message.notBefore,
      )[0];
    expect(notBefore({ eta: NOW + 5, countdown: 1 })).toBe(NOW + 1000);
    expect(notBefore({ eta: NOW + 5000, countdown: 1 })).toBe(NOW + 5000);
    expect(notBefore({ eta: NOW - 1 })).toBe(false);
    expect(notBefore({ countdown: 0 })).toBe(false);
  });

  it('ends a life that ended before 1970 at a time that a message can say', () => {
    expect(
      startPlan(originOf(), {
        at: place('W'),
        plan: { task: 'a', options: { expiresAt: -5 } },
        input: undefined,
        frames: [],
      }),
    ).toMatchObject([{ message: { expires: 0 } }]);
  });

  it('is the parent of what it starts, but not of what keeps its own id', () => {
    const parentOf = (id: string): unknown =>
      startPlan(originOf({ sender: 'W', parent: 'P' }), { at: place(id), plan: a, input: undefined, frames: [] });
    expect(parentOf('W.0')).toMatchObject([{ message: { parent: 'W' } }]);
    expect(parentOf('W')).toMatchObject([{ message: { parent: 'P' } }]);
  });
});

describe('startRange() and loaded()', () => {
  const plan: ParallelPlan = { par: [a, b, c, a], collect: true };

  it('start the members of a range alone, when there are others', () => {
    const effects = startRange(originOf(), { at: place('W'), plan, input: undefined, frames: [] }, { lo: 1, hi: 3 });
    expect(lines(effects)).toEqual(['send run W~1 b frames W~1/4', 'send run W~2 c frames W~2/4']);
    expect(effects).toMatchObject([{ message: { frames: [{ collect: true }] } }, {}]);
  });

  it('start what was stored when it has come', () => {
    const stored = { par: { stored: 's', n: 4, per: 2, first: 'a' } };
    const [load] = startRange(
      originOf(),
      { at: place('W'), plan: stored, input: { val: 1 }, frames: [] },
      { lo: 2, hi: 4 },
    ) as [LoadEffect];
    expect(lines([load])).toEqual(['load s 2–4']);
    expect(lines(afterLoad(originOf(), load, [b, c]))).toEqual([
      'send run W~2 b in {"val":1} frames W~2/4',
      'send run W~3 c in {"val":1} frames W~3/4',
    ]);
  });

  it('keep a stored chain as a pointer, whichever step runs', () => {
    const frames = (effects: ReturnType<typeof startPlan>): unknown =>
      effects.map((effect) => effect.kind === 'send' && effect.message.frames);
    const [load] = startPlan(originOf(), {
      at: place('W'),
      plan: { seq: { stored: 's', n: 2, per: 2, first: 'a' } },
      input: undefined,
      frames: [],
    }) as [LoadEffect];
    const first = afterLoad(originOf(), load, [a]);
    expect(lines(first)).toEqual(['send run W.0 a frames W.1']);
    expect(frames(first)).toEqual([[{ steps: { stored: 's', n: 2, per: 2, first: 'a' }, i: 1, base: 'W' }]]);
  });
});

describe('joined()', () => {
  const frame = (more: object = {}): ReturnType<typeof groupFrame> => ({
    ...groupFrame(place('W.0'), { par: [a, b] }),
    ...more,
  });
  const step = { steps: [c], i: 1, base: 'W' };

  it('starts the step behind the group with the values, and says if they are collected', () => {
    expect(lines(afterJoin(originOf(), frame(), [step]))).toEqual(['send run W c in {"join":"W.0","n":2}']);
    expect(lines(afterJoin(originOf(), frame({ collect: true }), [step]))).toEqual([
      'send run W c in {"join":"W.0","n":2,"collect":true}',
    ]);
  });

  it('starts the links of a group that a step follows', () => {
    const effects = afterJoin(originOf(), frame({ links: [link, { on: 'failure', plan: b }] }), [step]);
    expect(lines(effects)).toEqual([
      'send run W.0^0 L in {"join":"W.0","n":2}',
      'send run W c in {"join":"W.0","n":2}',
    ]);
  });

  it('settles its id when nothing follows, or when it stands in a group', () => {
    expect(afterJoin(originOf(), frame({ join: 'W' }), [])).toMatchObject([
      { kind: 'settle', at: { id: 'W' }, result: { state: 'SUCCESS', value: { join: 'W', n: 2 } } },
    ]);
    const outer = { join: 'W', x: 0, n: 3 };
    expect(afterJoin(originOf(), frame({ join: 'W~0', splice: true }), [outer])).toMatchObject([
      { kind: 'settle', at: { id: 'W~0' }, result: { value: { join: 'W~0', n: 2, splice: true } }, frames: [outer] },
    ]);
  });

  it('settles its id also before a step when it replaces a task, for the task has an outcome of its own', () => {
    expect(afterJoin(originOf(), frame({ join: 'W.0!1' }), [step])).toMatchObject([
      { kind: 'settle', at: { id: 'W.0', base: 'W.0!1' }, result: { value: { join: 'W.0!1', n: 2 } }, frames: [step] },
    ]);
  });

  it('has the value of the task that added the members when it is one that added to its chord', () => {
    expect(afterJoin(originOf(), frame({ join: 'W~0!1', own: { inline: 0 } }), [])).toMatchObject([
      { kind: 'settle', at: { id: 'W~0' }, result: { value: { inline: 0 }, added: { join: 'W~0!1', n: 2 } } },
    ]);
  });
});
