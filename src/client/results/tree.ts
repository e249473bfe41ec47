import { memberId, stepIndex } from '../../core/protocol/ids.ts';
import type { Cell, RunFacts } from '../../core/protocol/outcome.ts';
import { stepsAhead } from '../../core/protocol/parts.ts';
import type { GroupPart, Parts } from '../../core/protocol/parts.ts';
import type { ResultGraph, State } from '../../core/types/results.ts';
import { compact } from '../../core/values/compact.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadChildren } from '../../engine/inputs.ts';
import { readParts } from './parts.ts';
import { readVisible, stateIn } from './read-result.ts';

/** One task or group of a workflow, as its items show it. Times are epoch ms. */
export interface TreeNode extends ResultNode {
  /** The name of its task, where one has run under this id. */
  readonly task?: string;
  /** The attempt that runs or that ended it, from 0. */
  readonly attempt?: number;
  readonly queuedAt?: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** When its next attempt may start, of one in RETRY. */
  readonly retryAt?: number;
}

/** The nodes and edges of a workflow, or of a part of it. */
export interface Tree extends Pick<ResultGraph, 'edges'> {
  readonly nodes: readonly TreeNode[];
}

/** Members of the widest group whose members are listed. */
export const LISTED_MEMBERS = 200;

/**
 * Reads an id and the ids inside it, from its items alone: steps, groups, members of groups that are not wide, and the
 * launches of tasks. A part that no worker has begun is there only if an ended part names it as the next one.
 */
export async function readTree(engine: Engine, id: string): Promise<Tree> {
  const growing: Growing = { nodes: new Map(), edges: new Map() };
  await visit(engine, growing, id, true);
  return { nodes: [...growing.nodes.values()], edges: [...growing.edges.values()] };
}

/** Returns the facts of a run from the decision of its cell. */
export function nodeOf(taskId: string, { outcome, next }: Cell, state: State): TreeNode {
  const isRetry = outcome === undefined && next?.kind === 'retry';
  const run = outcome?.run ?? next?.run;
  return compact({
    taskId,
    state,
    ...timesOf(run),
    attempt: isRetry ? next.attempt : attemptOf(run),
    retryAt: isRetry ? next.notBefore : undefined,
  });
}

// --- internal ---

type ResultNode = ResultGraph['nodes'][number];

interface Growing {
  readonly nodes: Map<string, TreeNode>;
  readonly edges: Map<string, ResultGraph['edges'][number]>;
}

/** Members of the widest group whose members' own steps are looked for. */
const OPENED_MEMBERS = 12;

function timesOf(run: RunFacts | undefined): Pick<TreeNode, 'task' | 'queuedAt' | 'startedAt' | 'endedAt'> {
  if (run === undefined) return {};
  const { task, queuedAt, startedAt, endedAt } = run;
  return compact({ task, queuedAt, startedAt, endedAt });
}

function attemptOf(run: RunFacts | undefined): number | undefined {
  return run?.task === undefined ? undefined : (run.attempt ?? 0);
}

async function visit(engine: Engine, growing: Growing, id: string, isOpened: boolean): Promise<void> {
  if (growing.nodes.has(id)) return;
  growing.nodes.set(id, { taskId: id, state: 'PENDING' });
  const visible = await readVisible(engine, id);
  const { cell, outcome } = visible;
  growing.nodes.set(
    id,
    nodeOf(id, outcome === undefined ? cell : { ...cell, outcome }, await stateIn(engine, id, visible)),
  );
  const children = await loadChildren(engine, cell.outcome?.children ?? []);
  for (const child of children) join(growing, id, child);
  await Promise.all(children.map((child) => visit(engine, growing, child, false)));
  if (isOpened) await visitParts(engine, growing, id, cell, await readParts(engine, id, cell));
}

/** Adds the steps and groups inside an id, one behind the other; the last step is the id itself. */
async function visitParts(engine: Engine, growing: Growing, id: string, cell: Cell, parts: Parts): Promise<void> {
  const ahead = stepsAhead(parts, id, cell).filter((step) => step !== id);
  const inner = [
    ...parts.steps.map((step) => step.id),
    ...parts.groups.filter((group) => group.join !== parts.base).map((group) => group.join),
    ...ahead,
  ].toSorted((a, b) => stepIndex(a) - stepIndex(b));
  for (const [index, step] of inner.entries()) join(growing, step, inner[index + 1] ?? id);
  // Reads of one turn share requests. The groups around all of them are then read once.
  await Promise.all(parts.steps.map((step) => visit(engine, growing, step.id, false)));
  const states = await Promise.all(ahead.map((step) => aheadState(engine, step)));
  for (const [index, step] of ahead.entries())
    growing.nodes.set(step, { taskId: step, state: states[index] ?? 'PENDING' });
  for (const group of parts.groups)
    await visitGroup(engine, growing, group.join === parts.base ? id : group.join, group);
}

async function visitGroup(engine: Engine, growing: Growing, id: string, group: GroupPart): Promise<void> {
  const { size, done, failures, isExact } = group.tally;
  const members = { done, total: size.members, failed: failures, isExact };
  const isListed = size.members <= LISTED_MEMBERS;
  const cells = isListed ? await engine.outcomes.gather({ join: group.join, n: size.members, mayLag: true }) : [];
  const known = growing.nodes.get(id) ?? { taskId: id, state: await groupState(engine, id, members, cells) };
  growing.nodes.set(id, { ...known, members });
  const listed = cells.map((cell, index) => ({ member: memberId(group.join, index), cell }));
  for (const { member } of listed) join(growing, id, member);
  if (size.members <= OPENED_MEMBERS)
    await Promise.all(listed.map(({ member }) => visit(engine, growing, member, true)));
  else
    for (const { member, cell } of listed)
      if (!growing.nodes.has(member)) growing.nodes.set(member, nodeOf(member, cell, stateOfCell(cell)));
}

/** Returns the state of a group that a step follows. One that tolerates failures has no outcome: then its members say it. */
async function groupState(
  engine: Engine,
  id: string,
  { done, total, failed }: NonNullable<ResultNode['members']>,
  cells: readonly Cell[],
): Promise<State> {
  if (failed === 0) return done === total ? 'SUCCESS' : 'PENDING';
  const { outcome } = await readVisible(engine, id);
  if (outcome !== undefined) return outcome.state;
  const states = cells.map(({ outcome: one }) => one?.state);
  return states.includes('REVOKED') && !states.includes('FAILURE') ? 'REVOKED' : 'FAILURE';
}

function stateOfCell({ outcome, next }: Cell): State {
  if (outcome !== undefined) return outcome.state;
  return next?.kind === 'retry' ? 'RETRY' : 'PENDING';
}

/** A step behind a failure will not run: its state is that of the failure. */
async function aheadState(engine: Engine, id: string): Promise<State> {
  const { outcome } = await readVisible(engine, id);
  return outcome?.state ?? 'PENDING';
}

function join({ edges }: Growing, from: string, to: string): void {
  if (from !== to) edges.set(`${from} ${to}`, { from, to });
}
