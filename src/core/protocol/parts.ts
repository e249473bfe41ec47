import { stepId, stepIndex } from './ids.ts';
import type { Cell, Tally } from './outcome.ts';

/** A step of a chain that is one task, and what stands for it. */
export interface StepPart {
  readonly id: string;
  readonly cell: Cell;
}

/** A group that has left something: a step of the chain, or the whole. */
export interface GroupPart {
  /** The base of its members' ids. */
  readonly join: string;
  readonly tally: Tally;
}

/** The known inside of an id, from its items alone. */
export interface Parts {
  /** The base of the ids in it: the id's own, or that of its last replacement. */
  readonly base: string;
  /** The tasks among its steps that have left something, in order. */
  readonly steps: readonly StepPart[];
  /** The groups in it that have left something, in order. */
  readonly groups: readonly GroupPart[];
  /** How many steps it has; undefined if it is no chain, or not known to be one. */
  readonly length: number | undefined;
}

/** How much of an id is done: its steps count as one each, and the members of its groups. */
export interface Done {
  readonly done: number;
  /** How many of these failed or were revoked. */
  readonly failed: number;
  /** Undefined while it is not known. */
  readonly total: number | undefined;
  /** Whether more may be done: the members of a large group are counted by eights. */
  readonly isExact: boolean;
}

/** The most places in which a group is looked for. */
const MOST_PLACES = 40;

/**
 * Returns the bases at which a group may stand: the whole, and each step without an item up to the first that may have
 * begun.
 */
export function groupPlaces(base: string, steps: readonly StepPart[]): readonly string[] {
  const known = new Set(steps.map(({ id }) => id));
  const last = steps.reduce((latest, { id }) => Math.max(latest, stepIndex(id)), -1);
  const places = Array.from({ length: last + 2 }, (_, index) => stepId(base, index)).filter((id) => !known.has(id));
  return [base, ...places.slice(-MOST_PLACES)];
}

/** Puts together what was found at the places of an id. */
export function partsOf(base: string, steps: readonly StepPart[], found: readonly GroupPart[]): Parts {
  const lengths = [
    ...steps.map(({ cell }) => cell.outcome?.run?.steps ?? cell.next?.run?.steps),
    // The whole is a chain of its own if it is a group that ends one.
    ...found.filter(({ join }) => join !== base).map(({ tally }) => tally.size.steps),
  ];
  return {
    base,
    steps: steps.toSorted((a, b) => stepIndex(a.id) - stepIndex(b.id)),
    groups: found.toSorted((a, b) => placeOf(base, a.join) - placeOf(base, b.join)),
    length: lengths.find((length) => length !== undefined),
  };
}

/**
 * Counts what is done of an id.
 *
 * @param cell what stands at the id itself: of a chain its last step's, of a chord its body's.
 */
export function doneOf({ base, steps, groups, length }: Parts, id: string, cell: Cell): Done {
  const whole = groups.find(({ join }) => join === base);
  const tasks = whole === undefined ? [...steps.map((step) => step.cell), cell] : steps.map((step) => step.cell);
  const outcomes = tasks.flatMap(({ outcome }) => outcome ?? []);
  const own = outcomes.filter(({ failedId }) => failedId === undefined || failedId === id);
  const members = sum(groups.map(({ tally }) => tally.size.members));
  const isOne = groups.length === 0 && steps.length === 0 && cell.outcome !== undefined;
  const alone = whole === undefined ? (isOne ? 1 : undefined) : members;
  return {
    done: own.length + sum(groups.map(({ tally }) => tally.done)),
    failed: own.filter(({ state }) => state !== 'SUCCESS').length + sum(groups.map(({ tally }) => tally.failures)),
    total: length === undefined ? alone : length - groups.length + members,
    isExact: groups.every(({ tally }) => tally.isExact),
  };
}

/** Returns the ids of the steps that have left nothing, in order, as far as the length is known; the last is the whole's. */
export function stepsAhead({ base, steps, groups, length = 0 }: Parts, id: string, cell: Cell): readonly string[] {
  const begun = new Set([...steps.map((step) => step.id), ...groups.map(({ join }) => join)]);
  const inner = Array.from({ length: Math.max(0, length - 1) }, (_, index) => stepId(base, index));
  const isTailOpen = length > 0 && cell.outcome === undefined && cell.next === undefined && !begun.has(base);
  return [...inner.filter((step) => !begun.has(step)), ...(isTailOpen ? [id] : [])];
}

// --- internal ---

/** The whole comes last. */
function placeOf(base: string, join: string): number {
  return join === base ? Number.POSITIVE_INFINITY : stepIndex(join);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
