import type { Footprint } from './footprint.ts';
import { idOfBase, memberId, replacementBase, stepId, workflowOf } from './ids.ts';

/** An id that a workflow waits for, and the missing part. */
export interface Missing {
  readonly id: string;
  /**
   * - `outcome`: it has none;
   * - `retry`, `replacement`: that was decided, and nothing of it has come;
   * - `successor`: it has ended, and the next step has no outcome;
   * - `member or successor`: it is a group, and every known member of it has ended. Only its messages say how many
   *   members it has. A further member is missing, or the step after the group.
   */
  readonly lacks: 'outcome' | 'retry' | 'replacement' | 'successor' | 'member or successor';
}

/**
 * Returns the ids that a workflow without an outcome waits for, as far as its stored items show them. The plan is in
 * its messages. Steps and members behind the last one that has left a trace are therefore not known, nor is the length
 * of a chain. Callbacks are not waited for.
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
  // Its last attempt came. Everything inside the id came before the task that has the id of the whole.
  if (isBegun) return [{ id, lacks: 'outcome' }];
  const decided = next?.kind === 'replace' ? next.attempt : 0;
  const replaced = Math.max(known.parts.get(id)?.['!'] ?? 0, decided);
  if (next?.kind === 'retry' && next.attempt > replaced) return [{ id, lacks: 'retry' }];
  return replaced > 0
    ? waitsForParts(replacementBase(id, replaced), { id, lacks: 'replacement' }, known)
    : waitsForParts(id, { id, lacks: 'outcome' }, known);
}

/** Finds the missing ids below a base; `itself` if nothing below it is known. */
function waitsForParts(base: string, itself: Missing, known: Known): readonly Missing[] {
  const { '.': step, '~': lastMember } = known.parts.get(base) ?? {};
  // Members come behind the steps.
  if (lastMember !== undefined) return waitsForMembers(base, lastMember, known);
  if (step === undefined) return [itself];
  const last = stepId(base, step);
  return known.kept.get(last)?.isEnded === true ? [{ id: last, lacks: 'successor' }] : waitsFor(last, known);
}

/** Finds the missing members: a gap below the highest known member is a member, too. */
function waitsForMembers(base: string, last: number, known: Known): readonly Missing[] {
  const members = Array.from({ length: last + 1 }, (_, index) => memberId(base, index));
  const missing = members.flatMap((id) => (known.kept.get(id)?.isEnded === true ? [] : waitsFor(id, known)));
  return missing.length > 0 ? missing : [{ id: idOfBase(base), lacks: 'member or successor' }];
}
