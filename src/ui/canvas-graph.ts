import type { TreeNode } from '../client/results/tree.ts';
import { addressOf } from '../core/protocol/address.ts';
import { memberId, replacementBase } from '../core/protocol/ids.ts';
import { isPlan } from '../core/protocol/message-shape.ts';
import type { Cell } from '../core/protocol/outcome.ts';
import { LEVELS, lengthOf, printShape, runsOf, shapeOf } from '../core/protocol/shape.ts';
import type { Run, Shape } from '../core/protocol/shape.ts';
import { compact, unlessEmpty } from '../core/values/compact.ts';
import type { Engine } from '../engine/engine.ts';
import { loadChildren, loadValue } from '../engine/inputs.ts';
import { chainParts, plain } from './chain-parts.ts';
import type { Part, Place } from './chain-parts.ts';

/**
 * The state of a node: of its outcome; STARTED where it is known to run; RETRY before its next attempt; OPEN where nothing
 * is known of it yet, and SKIPPED where it will never run, because the workflow has ended.
 */
export type NodeState = 'OPEN' | 'STARTED' | 'RETRY' | 'SUCCESS' | 'FAILURE' | 'REVOKED' | 'SKIPPED';

/** A canvas as a page draws it: every part with its id and its state. Times are epoch ms. */
export type GraphNode = TaskNode | SequenceNode | GroupNode;

/** One task. */
export interface TaskNode extends Pick<TreeNode, 'attempt' | 'queuedAt' | 'startedAt' | 'endedAt' | 'retryAt'> {
  readonly kind: 'task';
  readonly id: string;
  /** Absent if the journal left it out. */
  readonly name?: string;
  /** How many steps of a chain it stands for, its id being that of the first; absent: it is one task. */
  readonly steps?: number;
  readonly state: NodeState;
  /** Ids of the workflows and tasks that it has launched. */
  readonly launched?: readonly string[];
}

/** Steps, from left to right; of a long run of equal ones, those are one task where the chain does not stand. */
export interface SequenceNode {
  readonly kind: 'seq';
  readonly id: string;
  readonly steps: readonly GraphNode[];
}

/** Members of a group; those of a wide one are counted, not listed. */
export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly base: string;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly state: NodeState;
  /** The members. */
  readonly label: string;
  readonly members?: readonly GraphNode[];
}

type StartOf = (id: string) => number | undefined;

type Reading = Pick<Engine, 'outcomes' | 'payloads' | 'clock'>;

/** Members of the widest group that is drawn member by member, and equal steps in a row that are. */
const WIDEST_DRAWN = 16;
/** The most tasks and frames that are drawn: of a canvas that nests more of them, fewer levels are. */
const MOST_DRAWN = 1000;

/**
 * Reads the graph of a workflow of a known shape; null: nothing is known, and it is drawn as a task without a name.
 *
 * @param startOf returns since when a task runs, in epoch ms. Default: that is not known.
 */
export async function readGraph(
  engine: Reading,
  id: string,
  shape: Shape | null,
  startOf: StartOf = () => undefined,
): Promise<GraphNode> {
  const [whole = {}] = await engine.outcomes.readMany({ addresses: [addressOf(id)] });
  const hasEnded = whole.outcome !== undefined && whole.outcome.state !== 'SUCCESS';
  return nodeOf({ engine, startOf, hasEnded, depth: 0, levels: levelsOf(shape) }, { id, base: id }, shape);
}

/** Returns the states of some members of a group, one letter each: S, F, R (revoked), r (retry) or `.`. */
export async function memberStates(engine: Reading, base: string, from: number, count: number): Promise<string> {
  const ids = Array.from({ length: count }, (_, index) => memberId(base, from + index));
  const cells = await engine.outcomes.readMany({ addresses: ids.map(addressOf) });
  return cells.map(letterOf).join('');
}

// --- internal ---

interface Drawing {
  readonly engine: Reading;
  readonly startOf: StartOf;
  /** The workflow has failed or was revoked: what has no outcome will not get one. */
  readonly hasEnded: boolean;
  /** How many replacements lie around. */
  readonly depth: number;
  /** Groups and chains inside each other that are opened; what is deeper is folded. */
  readonly levels: number;
}

/** Replacements inside each other that are opened. */
const MOST_REPLACEMENTS = 8;

/** Returns how many levels of a canvas can be opened without too many boxes. */
function levelsOf(shape: Shape | null): number {
  let levels = LEVELS;
  while (levels > 0 && drawnIn(shape, levels) > MOST_DRAWN) levels -= 1;
  return levels;
}

function drawnIn(shape: Shape | null, levels: number): number {
  if (shape === null || typeof shape === 'string') return 1;
  const widest = widestAt(levels);
  if ('par' in shape && lengthOf(shape) > widest) return 1;
  const counts = runsOf(shape).map(([count, inner]) => Math.min(count, widest) * drawnIn(inner, levels - 1));
  return counts.reduce((sum, count) => sum + count, 1);
}

function widestAt(levels: number): number {
  return levels > 0 ? WIDEST_DRAWN : 1;
}

async function nodeOf(drawing: Drawing, place: Place, shape: Shape | null): Promise<GraphNode> {
  if (shape === null || typeof shape === 'string') return taskNode(drawing, place, shape ?? undefined);
  if ('par' in shape) return groupNode(drawing, place, shape.par);
  const parts = await chainParts(drawing.engine.outcomes, place.base, shape, widestAt(drawing.levels));
  const inner = { ...drawing, levels: drawing.levels - 1 };
  const steps = parts.map((part) =>
    part.count > 1 ? foldedNode(drawing, part) : nodeOf(inner, part.place, part.shape),
  );
  return { kind: 'seq', id: place.id, steps: await Promise.all(steps) };
}

/** Neighbours in a chain as one task. */
async function foldedNode({ engine, hasEnded }: Drawing, part: Part): Promise<TaskNode> {
  const { place, shape, count, lastId, isBehind } = part;
  const node = {
    kind: 'task',
    id: place.id,
    name: shape === null ? `… ${count} more` : `… ${printShape({ seq: [[count, shape]] })}`,
    steps: count,
  } as const;
  if (!isBehind) return { ...node, state: hasEnded ? 'SKIPPED' : 'OPEN' };
  const [first = {}, last = {}] = await engine.outcomes.readMany({ addresses: [place.id, lastId].map(addressOf) });
  const { queuedAt, startedAt } = timesOf(first);
  return compact({ ...node, state: 'SUCCESS' as const, queuedAt, startedAt, endedAt: timesOf(last).endedAt });
}

async function taskNode(drawing: Drawing, place: Place, name: string | undefined): Promise<GraphNode> {
  const { engine, startOf, hasEnded, depth } = drawing;
  const { id } = place;
  const [cell = {}] = await engine.outcomes.readMany({ addresses: [addressOf(id)] });
  const replacement = depth < MOST_REPLACEMENTS ? await replacementOf(engine, place, cell) : undefined;
  if (replacement !== undefined)
    return nodeOf(
      { ...drawing, depth: depth + 1, levels: Math.min(drawing.levels, levelsOf(replacement.shape)) },
      { id, base: replacement.base },
      replacement.shape,
    );
  const { outcome } = cell;
  return compact({
    kind: 'task' as const,
    id,
    name: outcome?.run?.task ?? name,
    ...(runningNow(cell, startOf(id)) ?? { state: stateOf(id, cell, hasEnded), ...timesOf(cell) }),
    launched: unlessEmpty(await loadChildren(engine, outcome?.children ?? [])),
  });
}

async function groupNode(drawing: Drawing, { id, base }: Place, runs: readonly Run[]): Promise<GroupNode> {
  const total = runs.reduce((sum, [count]) => sum + count, 0);
  const label = printShape({ par: runs }).replace(/^group\((.*)\)$/, '$1');
  const common = { kind: 'group' as const, id, base, total, label };
  if (total > widestAt(drawing.levels) || runs.some(([count, shape]) => shape === null && count > 1)) {
    const counts = await counted(drawing.engine, base, total);
    return { ...common, ...counts, state: groupState(drawing, { total, ...counts }) };
  }
  const shapes = runs.flatMap(([count, shape]) => Array.from({ length: count }, () => shape));
  const inner = { ...drawing, levels: drawing.levels - 1 };
  const members = await Promise.all(shapes.map((shape, index) => nodeOf(inner, plain(memberId(base, index)), shape)));
  const ends = members.map(endOf);
  const failed = ends.filter((state) => state === 'FAILURE' || state === 'REVOKED').length;
  const counts = { done: failed + ends.filter((state) => state === 'SUCCESS').length, failed };
  const isRevoked = failed > 0 && !ends.includes('FAILURE');
  const state = isRevoked ? 'REVOKED' : groupState(drawing, { total, ...counts });
  return { ...common, ...counts, state, members };
}

/** A chain ends as its last step does. */
function endOf(node: GraphNode): NodeState {
  if (node.kind !== 'seq') return node.state;
  const last = node.steps.at(-1);
  return last === undefined ? 'OPEN' : endOf(last);
}

/** Counts members that have ended, without reading those of a wide group. */
async function counted(
  { outcomes }: Reading,
  base: string,
  total: number,
): Promise<{ readonly done: number; readonly failed: number }> {
  if (total === 0) return { done: 0, failed: 0 };
  const tally = await outcomes.tally({ join: base });
  return { done: tally?.done ?? 0, failed: tally?.failures ?? 0 };
}

function groupState(
  { hasEnded }: Drawing,
  { total, done, failed }: { readonly total: number; readonly done: number; readonly failed: number },
): NodeState {
  if (failed > 0) return 'FAILURE';
  if (done === total) return 'SUCCESS';
  return hasEnded ? 'SKIPPED' : 'OPEN';
}

/** The plan that replaces a task, as it was committed, and where it stands. Its last step has the task's own id. */
async function replacementOf(
  engine: Reading,
  { id, base }: Place,
  { next }: Cell,
): Promise<{ readonly base: string; readonly shape: Shape } | undefined> {
  if (next?.kind !== 'replace' || replacementBase(id, next.attempt) === base) return undefined;
  const plan = await loadValue(engine, next.plan).catch(() => undefined);
  return isPlan(plan) ? { base: replacementBase(id, next.attempt), shape: shapeOf(plan) } : undefined;
}

/** The id of a whole fails with a part of it: then its own last task has not run. */
function stateOf(id: string, { outcome, next }: Cell, hasEnded: boolean): NodeState {
  const { failedId = id } = outcome ?? {};
  if (failedId !== id) return 'SKIPPED';
  if (outcome !== undefined) return outcome.state;
  if (hasEnded) return 'SKIPPED';
  return next?.kind === 'retry' ? 'RETRY' : 'OPEN';
}

type RunningNode = Pick<TaskNode, 'state' | 'attempt' | 'queuedAt' | 'startedAt'>;

/** Also a task whose workflow has ended may still run. */
function runningNow({ outcome, next }: Cell, startedAt: number | undefined): RunningNode | undefined {
  if (outcome !== undefined || startedAt === undefined) return undefined;
  const retry = next?.kind === 'retry' ? { attempt: next.attempt, queuedAt: next.notBefore } : {};
  return { ...retry, state: 'STARTED', startedAt };
}

function timesOf({ outcome, next }: Cell): Partial<TaskNode> {
  const isRetry = outcome === undefined && next?.kind === 'retry';
  const run = outcome?.run ?? next?.run;
  return compact({
    attempt: isRetry ? next.attempt : run?.attempt,
    queuedAt: run?.queuedAt,
    startedAt: run?.startedAt,
    endedAt: run?.endedAt,
    retryAt: isRetry ? next.notBefore : undefined,
  });
}

function letterOf({ outcome, next }: Cell): string {
  if (outcome !== undefined) return outcome.state.charAt(0);
  return next?.kind === 'retry' ? 'r' : '.';
}
