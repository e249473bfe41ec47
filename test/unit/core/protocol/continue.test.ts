import { describe, expect, it } from 'vitest';
import { effectsOfRerun, afterClimb, follow, afterSettle } from '../../../../src/core/protocol/continue.ts';
import type { ClimbEffect, Effect, SettleEffect } from '../../../../src/core/protocol/effect.ts';
import { LIFETIME_MS } from '../../../../src/core/protocol/lifetime.ts';
import type { ChainFrame, JoinFrame, RunMessage } from '../../../../src/core/protocol/message.ts';
import type { Origin } from '../../../../src/core/protocol/origin.ts';
import type { Leaf, Outcome } from '../../../../src/core/protocol/outcome.ts';
import { isOpen, ownershipOf } from '../../../../src/core/protocol/outcome.ts';
import type { Link, Plan } from '../../../../src/core/protocol/plan.ts';
import { originOf, lines, NOW, outcome, place, standing } from '../support.ts';

const b: Plan = { task: 'b' };
const chain: ChainFrame = { steps: [b], i: 1, base: 'W' };
const member: JoinFrame = { join: 'W.0', x: 1, n: 3 };
const failure: Outcome = outcome({ state: 'FAILURE', value: { inline: { errorType: 'E' } } });
const revoked: Outcome = outcome({ state: 'REVOKED', value: { inline: { reason: 'revoked' } } });
const link = (on: Link['on'], task: string): Link => ({ on, plan: { task } });
const full: Partial<Leaf> = { filled: 3, last: { mid: 'm', child: 1 } };

describe('follow() of a success', () => {
  it('sends the next step its value: inline, by reference, or as a group', () => {
    const next = (value: Outcome['value']): readonly string[] =>
      lines(
        follow(originOf(), {
          at: place('W.0'),
          outcome: outcome({ value }),
          frames: [chain],
          standing: standing(outcome()),
        }),
      );
    expect(next({ inline: 7 })).toEqual(['send run W b in {"val":7}']);
    expect(next({ ref: 'r' })).toEqual(['send run W b in {"ref":"r"}']);
    expect(next({ join: 'W.0', n: 2 })).toEqual(['send run W b in {"join":"W.0","n":2}']);
  });

  it('does nothing more when nothing waits', () => {
    expect(
      follow(originOf(), { at: place('W'), outcome: outcome(), frames: [], standing: standing(outcome()) }),
    ).toEqual([]);
  });

  it('starts success links, each with an id of its own, and no error callbacks', () => {
    const at = place('W', {
      links: [link('failure', 'E'), link('success', 'L'), link('failureOnce', 'E'), link('success', 'M')],
    });
    expect(lines(follow(originOf(), { at, outcome: outcome(), frames: [], standing: standing(outcome()) }))).toEqual([
      'send run W^0 L in {"val":1}',
      'send run W^1 M in {"val":1}',
    ]);
  });

  const climb = (leaf: Partial<Leaf>, frame = member, of = outcome()): readonly string[] =>
    lines(
      follow(originOf(), { at: place('W.0~1'), outcome: of, frames: [frame, chain], standing: standing(of, leaf) }),
    );

  it('goes on behind the group when it was the member that filled the leaf, and only then', () => {
    expect(climb(full)).toEqual(['send run W b in {"join":"W.0","n":3}']);
    expect(climb({ ...full, filled: 2 })).toEqual([]);
    expect(climb({ ...full, last: { mid: 'm', child: 0 } })).toEqual([]);
    expect(climb({ ...full, last: { mid: 'otherMessage', child: 1 } })).toEqual([]);
    expect(climb({ filled: 3 })).toEqual([]);
  });

  it('goes on with failures up to the tolerance of the group, and fails it behind that', () => {
    const tolerant = { ...member, collect: true, tolerate: 2 } as const;
    const failed = { ...full, failed: true };
    expect(climb({ ...failed, failures: 2 }, tolerant)).toEqual([
      'send run W b in {"join":"W.0","n":3,"collect":true}',
    ]);
    expect(climb({ ...failed, failures: 3 }, tolerant)).toEqual(['settle W FAILURE of W.0~1']);
  });

  it('fails a group at once by the member whose failure is one too many, and by no other', () => {
    const tolerant = { ...member, n: 8, collect: true, tolerate: 1 } as const;
    const seen = (failures: number, of: Outcome): readonly string[] =>
      climb({ filled: 4, failed: true, failures, last: { mid: 'm', child: 1 } }, tolerant, of);
    expect(seen(2, failure)).toEqual(['settle W FAILURE of W.0~1']);
    expect(seen(1, failure)).toEqual([]);
    expect(seen(3, failure)).toEqual([]);
    expect(seen(3, outcome())).toEqual([]);
    expect(seen(2, revoked)).toEqual(['settle W FAILURE of W.0~1']);
  });

  it('does not fail a group at once after a later write, which may have been the failure too many', () => {
    const tolerant = { ...member, n: 8, collect: true, tolerate: 1 } as const;
    const seen = (last: Partial<Leaf>): readonly string[] =>
      climb({ filled: 4, failed: true, failures: 2, ...last }, tolerant, failure);
    expect(seen({ last: { mid: 'x', child: 1 } })).toEqual([]);
    expect(seen({ last: { mid: 'm', child: 2 } })).toEqual([]);
    expect(seen({})).toEqual([]);
  });

  it('fails a group again when a member comes back, and says that an earlier delivery may not have known of it', () => {
    const tolerant = { ...member, n: 8, collect: true, tolerate: 1 } as const;
    const [at, leaf] = [place('W.0~1'), { filled: 4, failed: true, failures: 3, last: { mid: 'x', child: 2 } }];
    const again = (origin: Partial<Origin>): readonly Effect[] =>
      follow(originOf({ again: true, ...origin }), {
        at,
        outcome: outcome(),
        frames: [tolerant, chain],
        standing: standing(outcome(), leaf),
      });
    expect(again({})).toMatchObject([{ kind: 'settle', at: { id: 'W' }, isUnforeseen: true }]);
    expect(again({ itemsUntil: NOW - 1 })).toMatchObject([{ kind: 'settle', at: { id: 'W' }, isUnforeseen: true }]);
    expect(again({ itemsUntil: NOW - 1, again: false })[0]).not.toHaveProperty('isUnforeseen');
  });

  it('goes on with nothing when another member has failed, unless the group collects', () => {
    expect(climb({ ...full, failed: true })).toEqual([]);
    expect(climb({ ...full, failed: true }, { ...member, collect: true })).toEqual([
      'send run W b in {"join":"W.0","n":3,"collect":true}',
    ]);
  });

  it('climbs when the group has more than one leaf', () => {
    const wide = { ...member, x: 9, n: 20 };
    expect(climb({ filled: 8, last: { mid: 'm', child: 1 } }, wide)).toEqual(['climb W.0 0.0 child 1']);
    expect(climb({ filled: 8, failed: true, last: { mid: 'm', child: 1 } }, wide)).toEqual([
      'climb W.0 0.0 child 1 failed',
    ]);
    expect(climb({ filled: 4, last: { mid: 'm', child: 3 } }, { ...wide, x: 19 })).toEqual(['climb W.0 0.0 child 2']);
  });

  it('climbs with the number of members that failed below', () => {
    const last = { mid: 'm', child: 1 };
    const leaf = { filled: 8, failed: true, failures: 3, last };
    const at = place('W.0~9');
    const committed = { at, outcome: outcome({ state: 'FAILURE' }), standing: standing(outcome(), leaf) };
    const frames = [{ ...member, x: 9, n: 2000, collect: true as const }];
    expect(follow(originOf(), { ...committed, frames })).toMatchObject([{ kind: 'climb', failures: 3 }]);
    const effect = { kind: 'climb', rest: [], failed: false, failures: 3 } as const;
    const climbed = {
      ...effect,
      frame: { ...member, x: 9, n: 2000 },
      rung: { level: 0, node: 0, child: 1, children: 2 },
    };
    const node = { filled: 2, failed: true, failures: 5, last };
    expect(afterClimb(originOf(), climbed, node)).toMatchObject([{ kind: 'climb', failures: 5, rung: { level: 1 } }]);
  });
});

describe('climbed()', () => {
  const effect: ClimbEffect = {
    kind: 'climb',
    frame: { ...member, x: 9, n: 20 },
    rest: [chain],
    rung: { level: 0, node: 0, child: 1, children: 3 },
    failed: false,
    failures: 0,
  };

  it('goes on when it was the child that filled the node, and only then', () => {
    const after = (leaf: Leaf): readonly string[] => lines(afterClimb(originOf(), effect, leaf));
    expect(after({ filled: 3, failed: false, last: { mid: 'm', child: 1 } })).toEqual([
      'send run W b in {"join":"W.0","n":20}',
    ]);
    expect(after({ filled: 3, failed: true, last: { mid: 'm', child: 1 } })).toEqual([]);
    expect(after({ filled: 2, failed: false, last: { mid: 'm', child: 1 } })).toEqual([]);
    expect(after({ filled: 3, failed: false, last: { mid: 'x', child: 1 } })).toEqual([]);
    expect(after({ filled: 3, failed: false, last: { mid: 'm', child: 0 } })).toEqual([]);
    expect(after({ filled: 3, failed: false })).toEqual([]);
  });

  it('climbs on when there is a node above', () => {
    const wide: ClimbEffect = {
      ...effect,
      frame: { ...member, x: 0, n: 2000 },
      rung: { level: 0, node: 0, child: 0, children: 200 },
    };
    expect(lines(afterClimb(originOf(), wide, { filled: 200, failed: true, last: { mid: 'm', child: 0 } }))).toEqual([
      'climb W.0 1.0 child 0 failed',
    ]);
  });
});

describe('follow() of a failure', () => {
  const after = (
    id: string,
    frames: readonly (ChainFrame | JoinFrame)[],
    of = failure,
    leaf?: Partial<Leaf>,
  ): readonly string[] =>
    lines(follow(originOf(), { at: place(id), outcome: of, frames, standing: standing(of, leaf) }));

  it('settles the chain around a step, and names the step', () => {
    expect(after('W.0', [chain])).toEqual(['settle W FAILURE of W.0']);
    expect(after('W.0', [chain], revoked)).toEqual(['settle W REVOKED of W.0']);
    expect(
      after('W~0.0', [{ ...chain, base: 'W~0' }, member], outcome({ state: 'FAILURE', failedId: 'W~0.0^1' })),
    ).toEqual(['settle W~0 FAILURE of W~0.0^1']);
  });

  it('settles the chain that goes on behind the group of a member', () => {
    expect(after('W.0~1', [member, chain], failure, { filled: 1 })).toEqual(['settle W FAILURE of W.0~1']);
  });

  it('settles the group of a member when nothing follows it', () => {
    expect(after('W~1', [{ ...member, join: 'W' }], failure, { filled: 1 })).toEqual(['settle W FAILURE of W~1']);
    const outer = { join: 'W', x: 0, n: 2 };
    expect(after('W~0~1', [{ ...member, join: 'W~0' }, outer], failure, { filled: 1 })).toEqual([
      'settle W~0 FAILURE of W~0~1',
    ]);
  });

  it('settles a group that replaces a task also before a step', () => {
    expect(after('W.0!1~1', [{ ...member, join: 'W.0!1' }, chain], failure, { filled: 1 })).toEqual([
      'settle W.0 FAILURE of W.0!1~1',
    ]);
  });

  it('leaves a group that is late alone until its last moment', () => {
    const late = (itemsUntil: number): unknown =>
      follow(originOf({ itemsUntil }), {
        at: place('W.0~1'),
        outcome: outcome(),
        frames: [member, chain],
        standing: standing(outcome(), full),
      })[0];
    expect(late(NOW)).toMatchObject({ kind: 'send' });
    expect(late(NOW - 1)).toMatchObject({
      kind: 'settle',
      result: {
        value: {
          inline: {
            message: 'Cannot end the group of W.0~1: it was kept for 30 days after its latest eta, and no longer.',
          },
        },
      },
    });
  });

  it('goes no further where it knows nothing of the leaf', () => {
    const at = place('W.0~1');
    expect(
      follow(originOf(), { at, outcome: outcome(), frames: [member, chain], standing: standing(outcome()) }),
    ).toEqual([]);
  });

  it('says how many members of a group may fail', () => {
    const tolerant = { ...member, collect: true as const, tolerate: 1 };
    const effects = follow(originOf(), {
      at: place('W.0~1'),
      outcome: failure,
      frames: [tolerant],
      standing: standing(failure, { filled: 2, failures: 2, last: { mid: 'm', child: 1 } }),
    });
    const message =
      'Cannot go on behind the group W.0: more than 1 of its 3 members have failed, and 1 is the most that it tolerates. The log has the error of each.';
    expect(effects).toMatchObject([{ result: { value: { inline: { errorType: 'ToleranceExceeded', message } } } }]);
  });

  it('stops at a group that collects, which goes on when it is full', () => {
    const collecting = { ...member, collect: true as const };
    expect(after('W.0~1', [collecting, chain], failure, { filled: 1 })).toEqual([]);
    expect(after('W.0~1', [collecting, chain], failure, full)).toEqual([
      'send run W b in {"join":"W.0","n":3,"collect":true}',
    ]);
  });

  it('fails outward also when it fills the leaf, and sends no step', () => {
    expect(after('W.0~1', [member, chain], failure, full)).toEqual(['settle W FAILURE of W.0~1']);
  });
});

describe('follow() starts error callbacks', () => {
  const notice = (effects: readonly unknown[]): unknown => effects;

  it('of a task with what failed, how it was called and why', () => {
    const call = { sig: { task: 'a', args: [1] }, in: { val: 2 } };
    const at = place('W.0', { links: [link('failure', 'E'), link('success', 'L')] });
    const effects = follow(originOf({ call, root: 'R', sender: 'W.0' }), {
      at,
      outcome: failure,
      frames: [],
      standing: standing(failure),
    });
    expect(notice(effects)).toMatchObject([
      {
        kind: 'send',
        message: {
          id: 'W.0^0',
          parent: 'W.0',
          root: 'R',
          sig: { task: 'E' },
          in: { failure: { taskId: 'W.0', failedTaskId: 'W.0', rootId: 'R', error: failure.value, call } },
        },
      },
    ]);
  });

  it('of a chain with the step that failed', () => {
    const settle = follow(originOf(), {
      at: place('W.0'),
      outcome: failure,
      frames: [{ ...chain, links: [link('failure', 'E')] }],
      standing: standing(failure),
    })[0] as SettleEffect;
    const mine = outcome({ state: 'FAILURE', failedId: 'W.0' });
    expect(afterSettle(originOf(), settle, standing(mine))).toMatchObject([
      { kind: 'note', id: 'W' },
      { message: { id: 'W^0', in: { failure: { taskId: 'W.0', failedTaskId: 'W.0' } } } },
    ]);
  });

  it('of a header, and of no other kind, for the chain behind it', () => {
    const links = [link('success', 'S'), link('failure', 'F'), link('failureOnce', 'E')];
    const effects = follow(originOf(), {
      at: place('W.0~1'),
      outcome: revoked,
      frames: [{ ...member, links }, chain],
      standing: standing(revoked, { filled: 1 }),
    });
    expect(effects).toMatchObject([{ kind: 'settle', at: { id: 'W', links: [link('failureOnce', 'E')] } }]);
  });

  it('of an enclosing id that fails because of a revocation, once', () => {
    const links = [link('success', 'S'), link('failure', 'F'), link('failureOnce', 'E')];
    const inside = outcome({ ...revoked, failedId: 'W.0' });
    const at = place('W.1', { links });
    expect(lines(follow(originOf(), { at, outcome: inside, frames: [], standing: standing(inside) }))).toMatchObject([
      expect.stringMatching(/^send run W\.1\^0 E/),
    ]);
  });

  it('without a call where none is known', () => {
    const at = place('W.0', { links: [link('failure', 'E')] });
    const [effect] = follow(originOf(), { at, outcome: failure, frames: [], standing: standing(failure) });
    expect(effect).toHaveProperty('message.in.failure');
    expect(effect).not.toHaveProperty('message.in.failure.call');
  });

  it('of a header once and with the id of the body, which has failed with it', () => {
    const header = { ...member, links: [link('failureOnce', 'E')] };
    const settle = follow(originOf(), {
      at: place('W.0~1'),
      outcome: failure,
      frames: [header, chain],
      standing: standing(failure, { filled: 1 }),
    })[0] as SettleEffect;
    const mine = outcome({ state: 'FAILURE', failedId: 'W.0~1' });
    expect(afterSettle(originOf(), settle, standing(mine))).toMatchObject([
      { kind: 'note', id: 'W' },
      { message: { id: 'W^0', in: { failure: { taskId: 'W', failedTaskId: 'W.0~1' } } } },
    ]);
  });

  it('of a group for each member that fails, and not once more for the group', () => {
    const group: JoinFrame = { ...member, join: 'W', links: [link('failure', 'E'), link('failureOnce', 'O')] };
    const effects = follow(originOf(), {
      at: place('W~1', { links: [link('failure', 'own')] }),
      outcome: failure,
      frames: [group],
      standing: standing(failure, { filled: 1 }),
    });
    expect(lines(effects).map((line) => line.replace(/ in .*/, ''))).toEqual([
      'send run W~1^0 own',
      'send run W~1^1 E',
      'settle W FAILURE of W~1',
    ]);
    const mine = outcome({ state: 'FAILURE', failedId: 'W~1' });
    expect(
      lines(afterSettle(originOf(), effects[2] as SettleEffect, standing(mine))).map((line) =>
        line.replace(/ in .*/, ''),
      ),
    ).toEqual(['note W', 'send run W^0 O']);
  });

  it('and lists a workflow that has failed, and nothing inside it, or that was revoked', () => {
    const at = (id: string, of: Outcome): readonly string[] =>
      lines(follow(originOf(), { at: place(id), outcome: of, frames: [], standing: standing(of) }));
    expect(at('W', failure)).toEqual(['note W']);
    expect(at('W^0', failure)).toEqual([]);
    expect(at('W.1', failure)).toEqual([]);
    expect(at('W', revoked)).toEqual([]);
    expect(at('W', outcome())).toEqual([]);
  });

  it('of nothing that was revoked', () => {
    const at = place('W', { links: [link('failure', 'E'), link('failureOnce', 'E')] });
    expect(follow(originOf(), { at, outcome: revoked, frames: [], standing: standing(revoked) })).toEqual([]);
  });
});

describe('settled()', () => {
  const settle: SettleEffect = {
    kind: 'settle',
    at: place('W'),
    result: { state: 'FAILURE', value: { inline: 1 }, failedId: 'W.0' },
    frames: [member, chain],
    step: 'W',
    quiet: false,
  };
  const after = (of: Partial<Outcome>): readonly string[] =>
    lines(
      afterSettle(originOf(), settle, standing(outcome({ state: 'FAILURE', failedId: 'W.0', ...of }), { filled: 1 })),
    );

  it('continues outward when the outcome is of this message, in any delivery', () => {
    expect(after({})).toEqual(['note W', 'settle W FAILURE of W.0']);
    expect(after({ token: 'another delivery' })).toEqual(['note W', 'settle W FAILURE of W.0']);
  });

  it('stops when another message has settled the id, or nothing stands', () => {
    expect(after({ mid: 'x' })).toEqual([]);
    expect(afterSettle(originOf(), settle, { cell: {} })).toEqual([]);
  });

  it('goes on from what stands, not from what was asked for', () => {
    expect(after({ state: 'SUCCESS', value: { inline: 3 } })).toEqual([]);
  });
});

describe('carryOut()', () => {
  const message: RunMessage = {
    kind: 'run',
    mid: 'm',
    id: 'W.0~1',
    base: 'W.0~1',
    try: 0,
    depth: 3,
    until: NOW,
    sig: { task: 'a' },
    in: { val: 9 },
    frames: [member, chain],
    links: [link('failure', 'E'), link('success', 'L')],
    notBefore: 5,
    slot: true,
    waits: 5,
    next: true,
    told: true,
    held: true,
    again: true,
    parent: 'P',
    headers: { h: 1 },
  };
  const retry = { kind: 'retry', attempt: 1, notBefore: NOW + 100, mid: 'm', token: 'k' } as const;
  const replace = { kind: 'replace', plan: { inline: null }, attempt: 1, mid: 'm', token: 'k' } as const;

  it('sends a retry as the next attempt, with neither slot nor marks, and all else', () => {
    const {
      mid: _mid,
      again: _again,
      slot: _slot,
      waits: _waits,
      next: _next,
      told: _told,
      held: _held,
      ...same
    } = message;
    expect(effectsOfRerun(originOf(), message, retry)).toEqual([
      { kind: 'send', message: { ...same, try: 1, notBefore: NOW + 100 } },
    ]);
    const alone = { ...message, frames: [] };
    expect(effectsOfRerun(originOf(), alone, retry)).toMatchObject([
      { message: { notBefore: NOW + 100, until: NOW + 100 + LIFETIME_MS } },
    ]);
    expect(effectsOfRerun(originOf({ again: true }), message, { ...retry, notBefore: NOW - 1 })).toMatchObject([
      { message: { again: true, try: 1 } },
    ]);
    expect(effectsOfRerun(originOf(), message, { ...retry, notBefore: NOW })[0]).not.toHaveProperty(
      'message.notBefore',
    );
  });

  it('sends a retry with the headers of its attempt, and starts nothing in place of a task that gives nothing', () => {
    const carried = { headers: { h: 2 }, traceparent: '00-1' };
    expect(effectsOfRerun(originOf(carried), message, retry)).toMatchObject([{ message: carried }]);
    expect(effectsOfRerun(originOf(), message, replace)).toEqual([]);
  });

  it('starts a task in the place of another, without its input, one launch deeper', () => {
    const effects = effectsOfRerun(
      originOf({ depth: 3, sender: message.id, parent: 'P', headers: { h: 1 } }),
      message,
      replace,
      { task: 'n', args: [1] },
    );
    expect(effects).toEqual([
      {
        kind: 'send',
        message: {
          kind: 'run',
          id: 'W.0~1',
          base: 'W.0~1!1',
          try: 1,
          depth: 4,
          until: expect.any(Number),
          parent: 'P',
          headers: { h: 1 },
          sig: { task: 'n', args: [1] },
          frames: [member, chain],
          links: [link('failureOnce', 'E'), link('success', 'L')],
        },
      },
    ]);
  });

  it('starts a chain in the place of a task: its ids are below the base, its last step has the id', () => {
    const effects = effectsOfRerun(originOf(), message, replace, { seq: [b, b] });
    expect(lines(effects)).toEqual(['send run W.0~1!1.0 b frames W.0~1!1.1 W.0~1/3 W.1']);
    expect(effects).toMatchObject([
      { message: { frames: [{ try: 1, links: [{ on: 'failureOnce' }, { on: 'success' }] }, {}, {}] } },
    ]);
  });

  it('starts a group in the place of a task: its members are below the base, the group has the id', () => {
    expect(lines(effectsOfRerun(originOf(), message, replace, { par: [b, b] }))).toEqual([
      'send run W.0~1!1~0 b frames W.0~1!1~0/2 W.0~1/3 W.1',
      'send run W.0~1!1~1 b frames W.0~1!1~1/2 W.0~1/3 W.1',
    ]);
    expect(lines(effectsOfRerun(originOf(), message, replace, { par: [] }))).toEqual(['settle W.0~1 SUCCESS']);
  });

  it('begins another base when what replaced a task replaces itself', () => {
    const second = { ...message, base: 'W.0~1!1', try: 1 };
    expect(lines(effectsOfRerun(originOf(), second, { ...replace, attempt: 2 }, { seq: [b, b] }))).toEqual([
      'send run W.0~1!2.0 b frames W.0~1!2.1 W.0~1/3 W.1',
    ]);
  });
});

describe('ownershipOf() and isOpen()', () => {
  const by = { mid: 'm', token: 'k' };
  const next = { kind: 'retry', attempt: 2, notBefore: 0, mid: 'm', token: 'k' } as const;

  it('name the owner of a decision: this delivery, another of its message, another message, none', () => {
    expect(ownershipOf({}, 0, by)).toBe('undecided');
    expect(ownershipOf({ outcome: outcome() }, 0, by)).toBe('thisDelivery');
    expect(ownershipOf({ outcome: outcome({ token: 'x' }) }, 0, by)).toBe('sameMessage');
    expect(ownershipOf({ outcome: outcome({ mid: 'x' }) }, 0, by)).toBe('otherMessage');
    expect(ownershipOf({ next }, 1, by)).toBe('thisDelivery');
    expect(ownershipOf({ next: { ...next, mid: 'x' } }, 1, by)).toBe('otherMessage');
    expect(ownershipOf({ next }, 2, by)).toBe('undecided');
  });

  it('keep an attempt open until it has an outcome or a later one stands', () => {
    expect(isOpen({}, 0)).toBe(true);
    expect(isOpen({ next }, 1)).toBe(false);
    expect(isOpen({ next }, 2)).toBe(true);
    expect(isOpen({ next }, Number.POSITIVE_INFINITY)).toBe(true);
    expect(isOpen({ outcome: outcome() }, Number.POSITIVE_INFINITY)).toBe(false);
  });
});
