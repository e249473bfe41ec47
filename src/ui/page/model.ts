import type { GraphNode } from '../canvas-graph.ts';
import type { ListedError, ListedWorkflow } from '../workflows.ts';

export type { GraphNode, GroupNode, TaskNode } from '../canvas-graph.ts';
export type { ListedWorkflow } from '../workflows.ts';

/** The page's facts of its cloud. */
export interface About {
  readonly title: string;
  readonly canAct: boolean;
  readonly tasks: readonly string[];
}

export interface ListPage {
  readonly items: readonly ListedWorkflow[];
  readonly next?: { readonly at: number; readonly id: string };
}

/** One workflow, as the page shows it. */
export interface Workflow {
  readonly id: string;
  readonly at?: number;
  readonly app?: string;
  readonly tenant?: string;
  readonly parent?: string;
  readonly state: string;
  readonly endedAt?: number;
  readonly error?: ListedError;
  readonly isListed: boolean;
  readonly graph: GraphNode;
  readonly price?: { readonly least: number; readonly most: number };
  readonly limitSeconds?: number;
}

/** All that is known of one id. */
export interface NodeDetails {
  readonly taskId: string;
  readonly state: string;
  readonly task?: string;
  readonly value?: unknown;
  readonly error?: {
    readonly errorType: string;
    readonly message: string;
    readonly failedTaskId?: string;
    readonly failedTask?: string;
  };
  readonly attempt?: number;
  readonly queued?: string;
  readonly started?: string;
  readonly ended?: string;
  readonly ms?: { readonly waited?: number; readonly ran?: number };
  readonly meta?: unknown;
  readonly retry?: { readonly at: string; readonly error?: unknown };
  readonly record?: unknown;
  readonly progress?: { readonly done: number; readonly total?: number; readonly failed?: number };
  readonly children?: readonly string[];
  readonly call?: {
    readonly task: string;
    readonly args: readonly unknown[];
    readonly kwargs: Readonly<Record<string, unknown>>;
  };
}

export interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly task?: string;
  readonly reason: string;
}

export type { InFlight } from '../../ports/survey.ts';
