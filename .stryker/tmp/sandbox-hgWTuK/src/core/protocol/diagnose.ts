import type { Footprint } from './footprint.ts';
import { idOfBase, memberId, replacementBase, stepId, workflowOf } from './ids.ts';

/** An id that a workflow waits for, and what it lacks. */
export interface Missing {
  readonly id: string;
  /**
   * - `outcome`: it has none;
   * - `retry`, `replacement`: that was decided, and nothing of it has come;
   * - `successor`: it has ended, and what comes after it has no outcome;
   * - `member or successor`: it is a group, of which every member that is known has ended. How many it has, only its messages say: a further one is
   *   missing, or what comes after it.
   */
  readonly lacks: 'outcome' | 'retry' | 'replacement' | 'successor' | 'member or successor';
}

/**
 * What a workflow without an outcome waits for, as far as what is kept of it tells. The plan is in its messages, so steps and members behind the last
 * one that has left a trace are not known, and neither is a chain's length. Callbacks are not waited for.
 *
 * @param kept the traces of the workflow, by id.
 */
export function diagnose(workflow: string, kept: ReadonlyMap<string, Footprint>): readonly Missing[] {
  return waitsFor(workflow, { kept, parts: partsOf(kept.keys()) });
}

// --- internal ---

/** The highest numbers that are known below a base (steps, members) or an id (replacements). */
interface Parts {
  readonly '.'?: number;
  readonly '~'?: number;
  readonly '!'?: number;
}

interface Known {
  readonly kept: ReadonlyMap<string, Footprint>;
  readonly parts: ReadonlyMap<string, Parts>;
}

function partsOf(ids: Iterable<string>): ReadonlyMap<string, Parts> {
  const parts = new Map<string, Parts>();
  for (const id of ids) {
    if (id.includes('^')) continue;
    let base = workflowOf(id);
    for (const [segment, sign = '', digits] of id.matchAll(/([.~!])(\d+)/g)) {
      const known = parts.get(base) ?? {};
      // The pattern has these three.
      const kind = sign as keyof Parts;
      parts.set(base, { ...known, [kind]: Math.max(known[kind] ?? 0, Number(digits)) });
      base += segment;
    }
  }
  return parts;
}

function waitsFor(id: string, known: Known): readonly Missing[] {
  const { isBegun = false, next } = known.kept.get(id) ?? {};
  // Its last attempt came. Whatever is inside the id came before the task that has the id of the whole.
  if (isBegun) return [{ id, lacks: 'outcome' }];
  const replaced = Math.max(known.parts.get(id)?.['!'] ?? 0, next?.kind === 'replace' ? next.attempt : 0);
  if (next?.kind === 'retry' && next.attempt > replaced) return [{ id, lacks: 'retry' }];
  const base = replaced > 0 ? replacementBase(id, replaced) : id;
  const { '.': step, '~': lastMember } = known.parts.get(base) ?? {};
  // Members come behind the steps.
  if (lastMember !== undefined) return waitsForMembers(base, lastMember, known);
  if (step === undefined) return [{ id, lacks: replaced > 0 ? 'replacement' : 'outcome' }];
  const last = stepId(base, step);
  return known.kept.get(last)?.isEnded === true ? [{ id: last, lacks: 'successor' }] : waitsFor(last, known);
}

/** A gap below the highest member that is known is a member, too. */
function waitsForMembers(base: string, last: number, known: Known): readonly Missing[] {
  const missing: Missing[] = [];
  for (let index = 0; index <= last; index += 1) {
    const id = memberId(base, index);
    if (known.kept.get(id)?.isEnded !== true) missing.push(...waitsFor(id, known));
  }
  return missing.length > 0 ? missing : [{ id: idOfBase(base), lacks: 'member or successor' }];
}
