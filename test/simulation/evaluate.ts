import { createHash } from 'node:crypto';
import type { Spec, TaskSpec } from './specs.ts';
import { markOf } from './specs.ts';

/** The facts of a run that an evaluation cannot take from the canvas. */
export interface Known {
  /** Tasks whose own outcome is a failure or a revocation that faults brought about. */
  readonly lost: ReadonlySet<number>;
  /** The first tasks of the replacements that were committed. */
  readonly committed: ReadonlySet<number>;
}

/** A value, or the failure of some task. */
export type Evaluated = { readonly ok: true; readonly value: unknown } | { readonly ok: false };

type EvaluatedList = { readonly ok: true; readonly value: readonly unknown[] } | { readonly ok: false };

const FAILED: Evaluated = { ok: false };

/**
 * The value of a canvas, computed without the engine: no messages, ids or joins, only the meaning of chain, group
 * and chord.
 */
export function evaluate(spec: Spec, inputs: readonly unknown[], known: Known): Evaluated {
  switch (spec.t) {
    case 'task':
      return evaluateTask(spec, inputs, known);
    case 'chain': {
      let given = inputs;
      let last: Evaluated = FAILED;
      for (const step of spec.steps) {
        last = evaluate(step, given, known);
        if (!last.ok) return FAILED;
        given = [last.value];
      }
      return last;
    }
    case 'group':
      return all(spec.members, inputs, known);
    case 'chord': {
      const header = spec.collect ? collected(spec.header, inputs, known) : all(spec.header, inputs, known);
      if (!header.ok || header.value.filter(isFailed).length > (spec.tolerate ?? Infinity)) return FAILED;
      return evaluate(spec.body, [header.value], known);
    }
  }
}

/** The value that a task makes of its inputs. No other task and no other input gives it. */
export interface TaskValue {
  readonly n: number;
  readonly hash: number;
  /** Which run made it: what continues must continue from the one that was committed. */
  readonly run?: number;
}

export function valueOf(n: number, inputs: readonly unknown[]): TaskValue {
  const text = JSON.stringify([n, inputs.map(normal)]);
  return { n, hash: createHash('sha256').update(text).digest().readUInt32BE() };
}

/** A value as an evaluation knows it: which run made it is left out, and a failure is only known to be one. */
export function normal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  if ('ok' in value)
    return value.ok === true && 'value' in value ? { ok: true, value: normal(value.value) } : { ok: false };
  return 'hash' in value && 'n' in value ? { n: value.n, hash: value.hash } : value;
}

/** Takes groups among members apart, as the engine does, unless one has a callback: then its values are taken apart, with what its members add. */
export function flatMembers(members: readonly Spec[]): readonly Spec[] {
  return members.flatMap((member) =>
    member.t === 'group' && member.linked === undefined ? flatMembers(member.members) : [member],
  );
}

// --- internal ---

function evaluateTask(spec: TaskSpec, inputs: readonly unknown[], known: Known): Evaluated {
  if (known.lost.has(spec.n) || spec.poison || spec.hangs) return FAILED;
  if (spec.replace !== null) {
    // An empty canvas has no task to know it by: it was taken if the other one was not.
    const taken =
      spec.replace.find((variant) => isCommitted(variant, known)) ??
      spec.replace.find((variant) => markOf(variant) === undefined);
    return taken === undefined ? FAILED : evaluate(taken, [], known);
  }
  const isAlone = spec.immutable || (spec.regives === true && spec.retries > 0);
  return spec.fails ? FAILED : { ok: true, value: valueOf(spec.n, isAlone ? [] : inputs) };
}

function isCommitted(variant: Spec, { committed }: Known): boolean {
  const mark = markOf(variant);
  return mark !== undefined && committed.has(mark);
}

/** Members' values in order; a group among the members is taken apart; what members add comes behind. */
function all(members: readonly Spec[], inputs: readonly unknown[], known: Known): EvaluatedList {
  const values: unknown[] = [];
  for (const member of flatMembers(members)) {
    if (member.t === 'group') {
      const inner = all(member.members, inputs, known);
      if (!inner.ok) return inner;
      values.push(...inner.value);
      continue;
    }
    const one = evaluate(member, inputs, known);
    if (!one.ok) return { ok: false };
    values.push(one.value);
  }
  const added = addedBy(members, known);
  return added === undefined ? { ok: false } : { ok: true, value: [...values, ...added] };
}

function collected(
  members: readonly Spec[],
  inputs: readonly unknown[],
  known: Known,
): { readonly ok: true; readonly value: readonly unknown[] } {
  const each = flatMembers(members).map((member) => {
    if (member.t === 'group') return { values: collected(member.members, inputs, known).value, added: [] };
    const added = addedBy([member], known);
    const one = added === undefined ? FAILED : evaluate(member, inputs, known);
    return one.ok ? { values: [{ ok: true, value: one.value }], added } : { values: [{ ok: false }], added: [] };
  });
  return { ok: true, value: [...each.flatMap(({ values }) => values), ...each.flatMap(({ added = [] }) => added)] };
}

function isFailed(became: unknown): boolean {
  return typeof became === 'object' && became !== null && 'ok' in became && became.ok === false;
}

function addedBy(members: readonly Spec[], known: Known): readonly unknown[] | undefined {
  const values: unknown[] = [];
  for (const member of flatMembers(members)) {
    if (member.t !== 'task' || member.adds === null || member.replace !== null) continue;
    const one = evaluate(member.adds, [], known);
    if (!one.ok) return undefined;
    values.push(one.value);
  }
  return values;
}
