import { addressOf } from '../core/protocol/address.ts';
import { idOfBase, stepId } from '../core/protocol/ids.ts';
import { lengthOf } from '../core/protocol/shape.ts';
import type { Run, SequenceShape, Shape } from '../core/protocol/shape.ts';
import type { Engine } from '../engine/engine.ts';

/** Where a part of a canvas stands: its id, and the base of the ids in it. */
export interface Place {
  readonly id: string;
  readonly base: string;
}

/** A part of a chain: one step, or neighbours that are drawn as one. */
export interface Part {
  readonly place: Place;
  /** The shape of each of its steps; `null`: that is not known. */
  readonly shape: Shape | null;
  readonly count: number;
  /** The id of its last step. */
  readonly lastId: string;
  /** Whether the chain has got beyond it; known of neighbours alone. */
  readonly isBehind: boolean;
}

/** Returns the place of a part whose ids have no base of their own. */
export function plain(id: string): Place {
  return { id, base: id };
}

/**
 * Divides the chain at a base into what is drawn. Neighbours that are not known, or more equal ones than `most`, are one
 * part: only the step at which the chain stands, and its last step, are parts of their own.
 */
export async function chainParts(
  outcomes: Engine['outcomes'],
  base: string,
  { seq }: SequenceShape,
  most: number,
): Promise<readonly Part[]> {
  const length = lengthOf({ seq });
  const placeOf = (index: number): Place =>
    index === length - 1 ? { id: idOfBase(base), base } : plain(stepId(base, index));
  const isFolded = ([count, shape]: Run): boolean => count > (shape === null ? 1 : most);
  const stepAt = (index: number): Step => ({ place: placeOf(index), shape: shapeAt(seq, index) });
  const standsAt = seq.some(isFolded) ? await standOf(outcomes, base, length, stepAt) : 0;
  let next = 0;
  return seq.flatMap((run): readonly Part[] => {
    const [count, shape] = run;
    const [start, end] = [next, next + count];
    next = end;
    const part = (from: number, to: number): Part => ({
      place: placeOf(from),
      shape,
      count: to - from,
      lastId: placeOf(to - 1).id,
      isBehind: to <= standsAt,
    });
    const cuts = isFolded(run)
      ? [start, standsAt, standsAt + 1, length - 1, end].filter((cut) => cut >= start && cut <= end)
      : Array.from({ length: count + 1 }, (_, index) => start + index);
    const sorted = [...new Set(cuts)].toSorted((a, b) => a - b);
    return sorted.slice(1).map((to, index) => part(sorted[index] ?? start, to));
  });
}

// --- internal ---

type Step = Pick<Part, 'place' | 'shape'>;

function shapeAt(runs: readonly Run[], index: number): Shape | null {
  let left = index;
  for (const [count, shape] of runs) {
    if (left < count) return shape;
    left -= count;
  }
  return null;
}

/** Returns the first step that has not succeeded; the length of the chain: all have. Steps end in order, so few are read. */
async function standOf(
  outcomes: Engine['outcomes'],
  base: string,
  length: number,
  stepAt: (index: number) => Step,
): Promise<number> {
  const [{ outcome } = {}] = await outcomes.readMany({ addresses: [addressOf(idOfBase(base))] });
  if (outcome?.state === 'SUCCESS') return length;
  const failedId = outcome?.failedId ?? '';
  // A group whose members have all ended may have failed.
  if (failedId.startsWith(`${base}.`)) return Number.parseInt(failedId.slice(base.length + 1), 10);
  let [from, to] = [0, length - 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (await hasEnded(outcomes, stepAt(middle))) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** A group that a step follows has no outcome of its own, its members have. */
async function hasEnded(outcomes: Engine['outcomes'], { place, shape }: Step): Promise<boolean> {
  const [{ outcome } = {}] = await outcomes.readMany({ addresses: [addressOf(place.id)] });
  if (outcome !== undefined) return outcome.state === 'SUCCESS';
  if (typeof shape === 'string') return false;
  const tally = await outcomes.tally({ join: place.base });
  return tally !== undefined && tally.done === tally.size.members;
}
