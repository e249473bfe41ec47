import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withArguments } from '../../../../src/core/canvas/later-arguments.ts';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import type { CallOptions, SignatureData } from '../../../../src/core/canvas/signature.ts';
import { chainOf, chordOf, depthOf, groupOf, taskOf, withOptions } from '../../../../src/core/canvas/signature.ts';
import { isPlan } from '../../../../src/core/protocol/message-shape.ts';
import type { Plan, TaskPlan } from '../../../../src/core/protocol/plan.ts';
import { firstTaskOf, isStoredItems } from '../../../../src/core/protocol/plan.ts';
import { canvas } from '../random-canvas.ts';

const t = (name: string, options: CallOptions = {}): SignatureData => taskOf(name, { options });
const [a, b, c, d] = [t('a'), t('b'), t('c'), t('d')];

/** A plan as text: `a | [b c] | d`; behind a colon what is asked for of each task's options. */
function text(plan: Plan, of?: (task: TaskPlan) => unknown): string {
  const links = (plan.links ?? []).map(({ on, plan: link }) => ` ${on}→${text(link)}`).join('');
  if ('task' in plan) {
    const more = of === undefined ? '' : `:${JSON.stringify(of(plan))}`;
    return `${plan.task}${plan.each === undefined ? '' : `*${JSON.stringify(plan.args)}`}${more}${links}`;
  }
  const items = 'seq' in plan ? plan.seq : plan.par;
  if (isStoredItems(items)) return 'stored';
  const inner = items.map((item) => text(item, of));
  if ('seq' in plan) return `(${inner.join(' | ')})${links}`;
  return `${plan.collect === true ? 'collect' : ''}${plan.splice === true ? '…' : ''}[${inner.join(' ')}]${links}`;
}

const plan = (data: SignatureData, of?: (task: TaskPlan) => unknown): string => text(planOf(data), of);

describe('planOf() flattens', () => {
  it('chains in chains, and a chord in a chain becomes a group and its step', () => {
    expect(plan(chainOf([a, chainOf([b, c]), d]))).toBe('(a | b | c | d)');
    expect(plan(chainOf([a, chordOf([b, c], d), a]))).toBe('(a | [b c] | d | a)');
    expect(plan(chordOf([a], chordOf([b], chainOf([c, d]))))).toBe('([a] | [b] | c | d)');
    expect(plan(chordOf([chordOf([a], b)], c))).toBe('([([a] | b)] | c)');
  });

  it('groups in groups and in headers, in source order', () => {
    expect(plan(groupOf([a, groupOf([b, groupOf([c])]), d]))).toBe('[a b c d]');
    expect(plan(chordOf([groupOf([a, b]), c], d))).toBe('([a b c] | d)');
    expect(plan(groupOf([chainOf([a, groupOf([b, c])]), d]))).toBe('[(a | [b c]) d]');
    expect(plan(groupOf([chainOf([groupOf([a, b])]), c]))).toBe('[[a b] c]');
  });

  it('a chain of one step to its step, and keeps a group of one and of none', () => {
    expect(plan(chainOf([a]))).toBe('a');
    expect(plan(groupOf([a]))).toBe('[a]');
    expect(plan(chainOf([a, groupOf([b])]))).toBe('(a | [b])');
    expect(plan(chainOf([a, groupOf([]), b]))).toBe('(a | [] | b)');
    expect(plan(chordOf([], a))).toBe('([] | a)');
  });

  it('chunks to a group of starmaps, and keeps maps as one task', () => {
    const chunks = { kind: 'chunks', task: taskOf('a'), items: [[1], [2], [3]], size: 2, options: {} } as const;
    expect(plan(chunks)).toBe('[a*[[[1],[2]]] a*[[[3]]]]');
    expect(plan(chainOf([chunks, b]))).toBe('([a*[[[1],[2]]] a*[[[3]]]] | b)');
    expect(plan(groupOf([chunks, b]))).toBe('[[a*[[[1],[2]]] a*[[[3]]]] b]');
    expect(planOf({ kind: 'map', task: taskOf('a'), items: [1, undefined], options: {} })).toEqual({
      task: 'a',
      args: [[1, { __type__: 'undefined', __value__: null }]],
      immutable: true,
      each: 'map',
    });
  });

  it('no group that has a link: its values are spliced into those around it', () => {
    const linked = withOptions(groupOf([a, b]), { link: [d] });
    expect(plan(groupOf([linked, c]))).toBe('[…[a b] success→d c]');
    expect(plan(chordOf([linked], c))).toBe('([…[a b] success→d] | c)');
  });

  it('a collecting header to one that collects', () => {
    expect(plan(chordOf([a], b, { onMemberFailure: 'collect' }))).toBe('(collect[a] | b)');
  });
});

describe('planOf() hands options down', () => {
  const start = (task: TaskPlan): unknown => task.options?.countdown ?? null;
  const queue = (task: TaskPlan): unknown => task.options?.queue ?? null;

  it('the countdown of a chain to its first step alone', () => {
    expect(plan(withOptions(chainOf([a, b]), { countdown: 5 }), start)).toBe('(a:5 | b:null)');
    expect(plan(withOptions(chainOf([groupOf([a, b]), c]), { countdown: 5 }), start)).toBe('([a:5 b:5] | c:null)');
    expect(plan(chainOf([a, withOptions(chainOf([b, c]), { countdown: 5 })]), start)).toBe('(a:null | b:5 | c:null)');
    expect(
      plan(withOptions(chainOf([withOptions(chainOf([a, b]), { countdown: 5 }), c]), { countdown: 7 }), start),
    ).toBe('(a:7 | b:null | c:null)');
  });

  it('the countdown of a chord to its header, and that of a group to every member', () => {
    expect(plan(withOptions(chordOf([a, b], c), { countdown: 5 }), start)).toBe('([a:5 b:5] | c:null)');
    expect(plan(withOptions(groupOf([t('a', { countdown: 9 }), b]), { countdown: 5 }), start)).toBe('[a:5 b:5]');
    expect(plan(withOptions(chordOf([a], t('b', { countdown: 9 })), { countdown: 5 }), start)).toBe('([a:5] | b:9)');
    expect(plan(withOptions(chordOf([a], chordOf([b], c)), { countdown: 5 }), start)).toBe(
      '([a:5] | [b:null] | c:null)',
    );
  });

  it('the eta of a canvas as its countdown', () => {
    const eta = new Date(7000);
    const at = (task: TaskPlan): unknown => task.options?.eta ?? null;
    expect(plan(withOptions(chainOf([a, b]), { eta }), at)).toBe('(a:7000 | b:null)');
    expect(plan(withOptions(chordOf([a], b), { eta }), at)).toBe('([a:7000] | b:null)');
  });

  it('any other option of a chain as an option of every step that does not set it', () => {
    expect(plan(withOptions(chainOf([a, t('b', { queue: 'own' }), c]), { queue: 'q' }), queue)).toBe(
      '(a:"q" | b:"own" | c:"q")',
    );
    expect(plan(withOptions(chainOf([a, groupOf([b, t('c', { queue: 'own' })])]), { queue: 'q' }), queue)).toBe(
      '(a:"q" | [b:"q" c:"own"])',
    );
    expect(plan(withOptions(chainOf([a, chordOf([b], t('c', { queue: 'own' }))]), { queue: 'q' }), queue)).toBe(
      '(a:"q" | [b:"q"] | c:"own")',
    );
  });

  it('the same where the chain is inside another, in a header or in a body', () => {
    const inner = withOptions(chainOf([groupOf([t('a', { queue: 'own' }), b]), t('c', { queue: 'own' }), d]), {
      queue: 'q',
    });
    expect(plan(inner, queue)).toBe('([a:"own" b:"q"] | c:"own" | d:"q")');
    expect(plan(chainOf([inner, a]), queue)).toBe('([a:"own" b:"q"] | c:"own" | d:"q" | a:null)');
    expect(plan(chordOf([inner], a), queue)).toBe('([([a:"own" b:"q"] | c:"own" | d:"q")] | a:null)');
    expect(plan(chordOf([a], inner), queue)).toBe('([a:null] | [a:"own" b:"q"] | c:"own" | d:"q")');
  });

  it('any other option of a group as an option of all its members, and of a chord as one of header and body, over theirs', () => {
    expect(plan(withOptions(groupOf([t('a', { queue: 'own' }), b]), { queue: 'q' }), queue)).toBe('[a:"q" b:"q"]');
    expect(plan(withOptions(chordOf([t('a', { queue: 'own' })], chainOf([b, c])), { queue: 'q' }), queue)).toBe(
      '([a:"q"] | b:"q" | c:"q")',
    );
    expect(plan(groupOf([withOptions(groupOf([t('a', { queue: 'own' })]), { queue: 'q' }), b]), queue)).toBe(
      '[a:"q" b:null]',
    );
  });

  it('expires, headers and tenant on the same way; headers merge', () => {
    const rest = ({ options: { expires, expiresAt, tenant, headers } = {} }: TaskPlan): unknown => [
      expires ?? expiresAt,
      tenant,
      headers,
    ];
    const own = t('b', { headers: { x: 1, y: 1 }, expires: new Date(9) });
    const data = withOptions(chainOf([a, own]), { headers: { y: 2, z: 2 }, expires: 5, tenant: 'T' });
    expect(plan(data, rest)).toBe('(a:[5,"T",{"y":2,"z":2}] | b:[9,"T",{"y":1,"z":2,"x":1}])');
  });

  it('the seconds until a canvas expires as a time, if the time of the call is known', () => {
    const expiry = ({ options: { expires, expiresAt } = {} }: TaskPlan): unknown => [expires, expiresAt];
    const own = t('b', { expires: 2 });
    const linked = t('c', { linkError: [withOptions(chainOf([a, b]), { expires: 3 })] });
    const data = withOptions(chainOf([a, own, linked]), { expires: 1 });
    expect(text(planOf(data, { calledAt: 5000 }), expiry)).toBe(
      '(a:[null,6000] | b:[2,null] | c:[null,6000] failure→(a | b))',
    );
    expect(text(planOf(data), expiry)).toBe('(a:[1,null] | b:[2,null] | c:[1,null] failure→(a | b))');
  });

  it('no id: that is the whole canvas’s', () => {
    expect(JSON.stringify(planOf(withOptions(chainOf([a, b]), { taskId: 'id' })))).not.toContain('id');
  });
});

describe('planOf() places callbacks', () => {
  const link = { link: [t('L')] };
  const errors = { linkError: [t('E')] };
  const both = { ...link, ...errors };

  it('of a task on the task, of a chain and a group on the whole', () => {
    expect(plan(withOptions(a, both))).toBe('a success→L failure→E');
    expect(plan(withOptions(chainOf([a, b]), both))).toBe('(a | b) success→L failure→E');
    expect(plan(withOptions(groupOf([a, b]), both))).toBe('[a b] success→L failure→E');
    expect(plan(withOptions(chainOf([a]), both))).toBe('a success→L failure→E');
    expect(plan(withOptions(chainOf([withOptions(a, link)]), link))).toBe('a success→L success→L');
  });

  it('of a chain inside another on its last step, and its error callbacks on each', () => {
    expect(plan(chainOf([withOptions(chainOf([a, b]), both), c]))).toBe('(a failure→E | b success→L failure→E | c)');
    expect(plan(chordOf([a], withOptions(chainOf([b, c]), link)))).toBe('([a] | b | c success→L)');
  });

  it('of a chord on its body, whose error callbacks its header tells too, once', () => {
    expect(plan(withOptions(chordOf([a], b), both))).toBe('([a] failureOnce→E | b success→L failure→E)');
    expect(plan(withOptions(chordOf([a], chainOf([b, c])), both))).toBe(
      '([a] failureOnce→E | b failure→E | c success→L failure→E)',
    );
    expect(plan(withOptions(chordOf([a], groupOf([b])), both))).toBe('([a] failureOnce→E | [b] success→L failure→E)');
    expect(plan(withOptions(chordOf([a], chordOf([b], c)), errors))).toBe(
      '([a] failureOnce→E | [b] failureOnce→E | c failure→E)',
    );
  });

  it('of a body alone on the body and, once, on the header before it, as a chord or as a chain', () => {
    expect(plan(chordOf([a], withOptions(b, both)))).toBe('([a] failureOnce→E | b success→L failure→E)');
    expect(plan(chainOf([groupOf([a]), withOptions(b, both), c]))).toBe(
      '([a] failureOnce→E | b success→L failure→E | c)',
    );
    expect(plan(chainOf([withOptions(chainOf([groupOf([a]), b]), errors), c]))).toBe(
      '([a] failureOnce→E | b failure→E | c)',
    );
    expect(plan(chordOf([a], withOptions(chainOf([groupOf([b]), c]), errors)))).toBe(
      '([a] failureOnce→E | [b] failureOnce→E | c failure→E)',
    );
  });

  it('of a group in a group on each of its members, where it has no link', () => {
    expect(plan(groupOf([withOptions(groupOf([a, b]), errors), c]))).toBe('[a failure→E b failure→E c]');
    expect(plan(chordOf([withOptions(groupOf([a, b]), errors)], c))).toBe('([a failure→E b failure→E] | c)');
  });

  it('that are canvases themselves, as plans', () => {
    expect(plan(withOptions(a, { link: [chainOf([b, withOptions(c, link)])] }))).toBe('a success→(b | c success→L)');
  });
});

describe('planOf() makes of any canvas', () => {
  it('a plan that messages accept and that has a first task, unless it has none at all', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        const made = planOf(data);
        expect(isPlan(JSON.parse(JSON.stringify(made)))).toBe(true);
        expect(firstTaskOf(made) === undefined).toBe(
          !JSON.stringify(made, (key, value: unknown) => (key === 'links' ? undefined : value)).includes('"task"'),
        );
      }),
    );
  });

  it('the same plan with arguments given later as with arguments given to what is first', () => {
    const later = { args: [9], kwargs: { z: 1 } };
    const at = ({ args, kwargs }: TaskPlan): unknown => [args, kwargs];
    const given = ':[[9],{"z":1}]';
    expect(plan(withArguments(chainOf([a, b]), later), at)).toBe(`(a${given} | b:[null,null])`);
    expect(plan(withArguments(groupOf([a, b]), later), at)).toBe(`[a${given} b${given}]`);
    expect(plan(withArguments(chordOf([a], b), later), at)).toBe(`([a${given}] | b:[null,null])`);
    expect(plan(withArguments(chainOf([groupOf([a]), b]), later), at)).toBe(`([a${given}] | b:[null,null])`);
    expect(plan(withArguments(taskOf('a', { immutable: true }), later), at)).toBe('a:[null,null]');
  });
});

describe('planOf() refuses', () => {
  const nested = (levels: number): SignatureData =>
    Array.from({ length: levels }).reduce<SignatureData>(
      (inner, _, i) => (i % 2 === 0 ? groupOf([inner]) : chainOf([inner, b])),
      a,
    );

  it('a canvas of 65 levels, and takes one of 64', () => {
    expect(depthOf(nested(64))).toBe(64);
    expect(() => planOf(nested(64))).not.toThrow();
    expect(() => planOf(nested(65))).toThrow(
      expect.objectContaining({
        code: 'CHORDAL_CANVAS_TOO_DEEP',
        message: expect.stringContaining('nest 65 deep, and 64 is the most'),
      }),
    );
    expect(() => planOf(nested(20_000))).toThrow(expect.objectContaining({ code: 'CHORDAL_CANVAS_TOO_DEEP' }));
  });

  it('no length: a chain of 10,000 steps, and 10,000 chords in each other’s bodies, are flat', () => {
    const steps = Array.from({ length: 10_000 }, () => a);
    expect(planOf(chainOf(steps))).toMatchObject({ seq: { length: 10_000 } });
    const chords = steps.reduce<SignatureData>((body) => chordOf([a], body), b);
    expect(planOf(chords)).toMatchObject({ seq: { length: 10_001 } });
  });

  it('an argument that cannot be sent, and says which', () => {
    expect(() => planOf(taskOf('a', { args: [1, () => 1] }))).toThrow(/argument 2 of a/);
    expect(() => planOf(taskOf('a', { kwargs: { k: Symbol('x') } }))).toThrow(/keyword argument k of a/);
    expect(() => planOf(withOptions(a, { headers: { h: () => 1 } }))).toThrow(/header h of a/);
  });

  it('callbacks of callbacks 20,000 deep with an error of ours', () => {
    const deep = Array.from({ length: 20_000 }).reduce<SignatureData>((inner) => withOptions(a, { link: [inner] }), b);
    expect(() => planOf(deep)).toThrow(expect.objectContaining({ code: 'CHORDAL_CANVAS_TOO_DEEP' }));
  });
});
