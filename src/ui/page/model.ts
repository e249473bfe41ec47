import type { Inspection } from '../../client/results/inspect.ts';
import type { GraphNode, GroupNode, TaskNode } from '../canvas-graph.ts';
import type { ListedWorkflow } from '../workflows.ts';

export type { GraphNode, GroupNode, TaskNode } from '../canvas-graph.ts';
export type { ListedWorkflow, ListPage } from '../workflows.ts';

/** The page's facts of its cloud. */
export interface About {
  readonly title: string;
  readonly canAct: boolean;
  readonly tasks: readonly string[];
}

/** One workflow, as the page shows it. */
export interface Workflow extends Pick<ListedWorkflow, 'id' | 'app' | 'tenant' | 'parent' | 'endedAt' | 'error'> {
  readonly at?: number;
  readonly state: string;
  readonly isListed: boolean;
  readonly graph: GraphNode;
  readonly price?: { readonly least: number; readonly most: number };
  readonly limitSeconds?: number;
}

/** All that is known of one id, and its arguments where they are known. */
export type NodeDetails = Inspection;

export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly task?: string;
  readonly reason: string;
}

export type { InFlight } from '../../ports/survey.ts';
export type { HeldLine } from '../source.ts';

/** Returns the tasks and groups of a graph, each before those inside it. */
export function nodesIn(node: GraphNode): readonly (TaskNode | GroupNode)[] {
  if (node.kind === 'task') return [node];
  return node.kind === 'seq' ? node.steps.flatMap(nodesIn) : [node, ...(node.members ?? []).flatMap(nodesIn)];
}
