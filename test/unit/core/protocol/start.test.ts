import { describe, expect, it } from 'vitest';
import type { LoadEffect } from '../../../../src/core/protocol/effect.ts';
import { groupFrame } from '../../../../src/core/protocol/frames.ts';
import { LIFETIME_MS } from '../../../../src/core/protocol/lifetime.ts';
import { newCanvas } from '../../../../src/core/protocol/new-message.ts';
import type { Link, ParallelPlan, Plan } from '../../../../src/core/protocol/plan.ts';
import {
  afterJoin,
  afterLoad,
  startPlan,
  startRange,
  startRanges,
  startStep,
  startWhole,
} from '../../../../src/core/protocol/start.ts';
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

  it('is the parent of the members of a range, even where the group has its own id', () => {
    const range = (sender?: string): unknown =>
      startPlan(originOf({ parent: 'P', ...(sender === undefined ? {} : { sender }) }), {
        at: place('W'),
        plan: { par: tasks(11) },
        input: undefined,
        frames: [],
      });
    expect(range('W')).toMatchObject([{ message: { kind: 'expand', parent: 'W' } }]);
    expect(range()).not.toMatchObject([{ message: { parent: 'P' } }]);
  });

  it('is as old in its messages as the canvas that it starts', () => {
    expect(startPlan(originOf({ sent: 5 }), { at: place('W'), plan: a, input: undefined, frames: [] })).toMatchObject([
      { message: { sent: 5 } },
    ]);
  });

  it('is the parent of what it starts, but not of what keeps its own id', () => {
    const parentOf = (id: string): unknown =>
      startPlan(originOf({ sender: 'W', parent: 'P' }), { at: place(id), plan: a, input: undefined, frames: [] });
    expect(parentOf('W.0')).toMatchObject([{ message: { parent: 'W' } }]);
    expect(parentOf('W')).toMatchObject([{ message: { parent: 'P' } }]);
  });
});

describe('newCanvas()', () => {
  it('is one message with the whole plan, its callbacks in it', () => {
    const plan = { par: [a, b], links: [link] };
    const message = newCanvas(originOf(), { at: place('W'), plan, input: { val: 1 }, frames: [] });
    expect(message).toMatchObject({ kind: 'expand', id: 'W', sig: plan, in: { val: 1 } });
    expect(message).not.toHaveProperty('lo');
  });
});

describe('startWhole()', () => {
  const whole = (plan: Plan): ReturnType<typeof startWhole> =>
    startWhole(originOf({ inlineMembers: 1, rangeMembers: 3 }), {
      at: place('W', { links: [link] }),
      plan,
      input: { val: 5 },
      frames: [],
    });

  it('begins a group that fits into one range, with its callbacks', () => {
    const own: Link = { on: 'failure', plan: b };
    const effects = whole({ par: [a, b, c], links: [own] });
    expect(lines(effects)).toEqual(
      ['a', 'b', 'c'].map((task, x) => `send run W~${x} ${task} in {"val":5} frames W~${x}/3`),
    );
    for (const effect of effects) expect(effect).toMatchObject({ message: { frames: [{ links: [link, own] }] } });
    expect(whole({ par: [a] })).toMatchObject([{ message: { frames: [{ links: [link] }] } }]);
  });

  it('sends the ranges of a wider group on', () => {
    expect(lines(whole({ par: tasks(4) }))).toEqual([
      'send expand W par 0–3 in {"val":5} links 1',
      'send expand W par 3–4 in {"val":5} links 1',
    ]);
  });

  it('starts anything else as startPlan() does, also the groups inside it', () => {
    expect(lines(whole(a))).toEqual(['send run W a in {"val":5} links 1']);
    expect(lines(whole({ seq: [{ par: [a, b] }, c] }))).toEqual(['send expand W.0 par 0–2 in {"val":5} frames W.1']);
    expect(lines(whole({ par: [] }))).toEqual(['settle W SUCCESS']);
  });
});

describe('startRanges()', () => {
  const ranges = (lo: number, hi: number): readonly string[] =>
    lines(
      startRanges(
        originOf({ rangeMembers: 2 }),
        { at: place('W'), plan: { par: tasks(9) }, input: undefined, frames: [] },
        { lo, hi },
      ),
    );

  it('starts the members of a range, and splits one that is too wide', () => {
    expect(ranges(3, 5)).toEqual(['send run W~3 a frames W~3/9', 'send run W~4 a frames W~4/9']);
    expect(ranges(3, 6)).toEqual(['send expand W par 3–5', 'send expand W par 5–6']);
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

  it('give the last step of a stored chain the id and the callbacks of the whole', () => {
    const frame = { steps: { stored: 's', n: 2, per: 2, first: 'a' }, i: 1, base: 'W', links: [link] };
    const load = startStep(originOf(), frame, undefined, []) as [LoadEffect];
    expect(lines(load)).toEqual(['load s 1–2']);
    expect(lines(afterLoad(originOf(), load[0], [b]))).toEqual(['send run W b links 1']);
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
    expect(afterJoin(originOf(), frame({ celeryId: 'celery' }), [])).toMatchObject([
      { celeryId: 'celery', quiet: false },
    ]);
    const outer = { join: 'W', x: 0, n: 3 };
    expect(afterJoin(originOf(), frame({ join: 'W~0', splice: true }), [outer])).toMatchObject([
      { kind: 'settle', at: { id: 'W~0' }, result: { value: { join: 'W~0', n: 2, splice: true } }, frames: [outer] },
    ]);
  });

  it('says with values that go to the group around it whether they are collected', () => {
    const value = (more: object): unknown =>
      afterJoin(originOf(), frame(more), []).map((effect) => effect.kind === 'settle' && effect.result.value)[0];
    expect(value({ splice: true, collect: true })).toEqual({ join: 'W.0', n: 2, splice: true, collect: true });
    expect(value({ splice: true })).toEqual({ join: 'W.0', n: 2, splice: true });
    expect(value({ collect: true })).toEqual({ join: 'W.0', n: 2 });
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

  it('tells the group around it how many failed of the members that it adds, and calls no success callback', () => {
    const failure: Link = { on: 'failure', plan: b };
    const settled = (failures: number): unknown =>
      afterJoin(originOf(), frame({ splice: true, links: [link, failure] }), [], failures)[0];
    expect(settled(2)).toMatchObject({ at: { links: [failure] }, result: { state: 'SUCCESS', failures: 2 } });
    expect(settled(0)).toMatchObject({ at: { links: [link, failure] } });
    expect(settled(0)).not.toHaveProperty('result.failures');
    expect(afterJoin(originOf(), frame(), [], 2)[0]).not.toHaveProperty('result.failures');
  });
});
