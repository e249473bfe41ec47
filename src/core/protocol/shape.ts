import type { Items, Plan } from './plan.ts';
import { isStoredItems } from './plan.ts';

/**
 * The form of a canvas without its arguments: the names of its tasks and how they follow each other. It is small
 * enough for an item of the journal, and with the id of the whole it says the id of every part.
 */
export type Shape = string | SequenceShape | ParallelShape;

/** Steps that run one after another. */
export interface SequenceShape {
  readonly seq: readonly Run[];
}

/** Members that run at once. */
export interface ParallelShape {
  readonly par: readonly Run[];
}

/** So many neighbours of one shape; `null`: that is not kept. */
export type Run = readonly [count: number, shape: Shape | null];

/** Chains and groups inside each other that a shape keeps. */
export const LEVELS = 24;

/** The most characters of a shape as JSON: an entry of the journal must stay below 1 KB, which is one write unit. */
const MOST_TEXT = 560;

/**
 * Returns the shape of a plan. If it is too large for an entry of the journal, parts are left out from the middle of its chains
 * and groups, and counted.
 *
 * @example
 * ```ts
 * shapeOf({ seq: [{ par: [{ task: 'add' }, { task: 'add' }] }, { task: 'tsum' }] });
 * // { seq: [[1, { par: [[2, 'add']] }], [1, 'tsum']] }
 * ```
 */
export function shapeOf(plan: Plan): Shape {
  const whole = ownShape(plan);
  for (const runs of [Number.POSITIVE_INFINITY, 16, 8, 4, 3, 2]) {
    const pruned = prune(whole, runs, LEVELS);
    if (sizeOf(pruned) <= MOST_TEXT) return pruned;
  }
  for (let levels = LEVELS - 1; levels > 0; levels -= 1) {
    const pruned = prune(whole, 2, levels);
    if (sizeOf(pruned) <= MOST_TEXT) return pruned;
  }
  return typeof whole === 'string' ? whole.slice(0, MOST_TEXT / 2) : 'seq' in whole ? { seq: [] } : { par: [] };
}

/** Returns how many tasks a shape has, those inside the parts that it leaves out not counted. */
export function tasksIn(shape: Shape): number {
  if (typeof shape === 'string') return 1;
  return runsOf(shape).reduce((sum, [count, inner]) => sum + count * (inner === null ? 1 : tasksIn(inner)), 0);
}

/** Returns the names of the tasks in a shape, each once, in the order in which they come. */
export function namesIn(shape: Shape): readonly string[] {
  if (typeof shape === 'string') return [shape];
  return [...new Set(runsOf(shape).flatMap(([, inner]) => (inner === null ? [] : namesIn(inner))))];
}

/** Returns the runs of a sequence or a group. */
export function runsOf(shape: SequenceShape | ParallelShape): readonly Run[] {
  return 'seq' in shape ? shape.seq : shape.par;
}

/** Returns how many elements a sequence or a group has. */
export function lengthOf(shape: SequenceShape | ParallelShape): number {
  return runsOf(shape).reduce((sum, [count]) => sum + count, 0);
}

/**
 * Returns a shape as a person would write the canvas.
 *
 * @example
 * ```ts
 * printShape({ seq: [[1, { par: [[100, 'add']] }], [1, 'tsum']] }); // 'chord(100 × add, tsum)'
 * ```
 */
export function printShape(shape: Shape): string {
  if (typeof shape === 'string') return shape;
  if ('par' in shape) return `group(${printMembers(shape)})`;
  const [header, body] = shape.seq;
  if (lengthOf(shape) === 2 && body !== undefined && isGroup(header?.[1]))
    return `chord(${printMembers(header[1])}, ${printRun(body)})`;
  return shape.seq.map(printRun).join(' | ');
}

// --- internal ---

function ownShape(plan: Plan): Shape {
  if ('task' in plan) return plan.task;
  if ('seq' in plan) return { seq: runsIn(plan.seq) };
  return { par: runsIn(plan.par) };
}

/** Neighbours of one shape are one run: a group of 100,000 equal members is as short as one of two. */
function runsIn(items: Items): readonly Run[] {
  if (isStoredItems(items)) return items.n === 0 ? [] : [[items.n, null]];
  const runs: { count: number; readonly shape: Shape; readonly text: string }[] = [];
  for (const item of items) {
    const shape = ownShape(item);
    const text = JSON.stringify(shape);
    const last = runs.at(-1);
    if (last?.text === text) last.count += 1;
    else runs.push({ count: 1, shape, text });
  }
  return runs.map(({ count, shape }): Run => [count, shape]);
}

function prune(shape: Shape, most: number, levels: number): Shape {
  if (typeof shape === 'string') return shape;
  const runs = runsOf(shape);
  const inner = (run: Run): Run => {
    const [count, one] = run;
    return [count, one === null || (levels <= 1 && typeof one !== 'string') ? null : prune(one, most, levels - 1)];
  };
  const kept = runs.length <= most ? runs.map(inner) : cutMiddle(runs, most).map(inner);
  return 'seq' in shape ? { seq: kept } : { par: kept };
}

/** Keeps the first runs and the last, so that the runs after the gap keep their places. */
function cutMiddle(runs: readonly Run[], most: number): readonly Run[] {
  const first = runs.slice(0, most - 1);
  const gap = runs.slice(most - 1, -1).reduce((sum, [count]) => sum + count, 0);
  return [...first, [gap, null], ...runs.slice(-1)];
}

function sizeOf(shape: Shape): number {
  return new TextEncoder().encode(JSON.stringify(shape)).length;
}

function isGroup(shape: Shape | null | undefined): shape is ParallelShape {
  return typeof shape === 'object' && shape !== null && 'par' in shape;
}

function printRun([count, shape]: Run): string {
  const times = `${count.toLocaleString('en-US')} ×`;
  if (shape === null) return count === 1 ? '…' : `${times} …`;
  const text = printShape(shape);
  if (count === 1) return text;
  return `${times} ${typeof shape === 'string' || 'par' in shape ? text : `(${text})`}`;
}

function printMembers({ par }: ParallelShape): string {
  return par.map(printRun).join(', ');
}
