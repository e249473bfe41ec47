import type { AsyncResult, ResultGraph } from '../../core/types/results.ts';
import { compact } from '../../core/values/compact.ts';
import type { Engine } from '../../engine/engine.ts';
import { LISTED_MEMBERS, readTree } from './tree.ts';

/**
 * Returns the known ids at and below an id, from its items, and the steps before it that its handle knows from the
 * canvas.
 */
export async function graphFrom(engine: Engine, id: string, before: AsyncResult<unknown> | null): Promise<ResultGraph> {
  const tree = await readTree(engine, id);
  const nodes = new Map<string, ResultGraph['nodes'][number]>();
  const edges = new Map(tree.edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
  for (const { taskId, state, members } of tree.nodes) nodes.set(taskId, compact({ taskId, state, members }));
  const waiting: AsyncResult<unknown>[] = [];
  const link = (from: string, to: string): void => void edges.set(`${from} ${to}`, { from, to });
  for (let parent = before, child = id; parent !== null; child = parent.taskId, parent = parent.parent) {
    link(parent.taskId, child);
    waiting.push(parent);
  }
  for (let handle = waiting.shift(); handle !== undefined; handle = waiting.shift()) {
    const { taskId } = handle;
    if (!nodes.has(taskId)) nodes.set(taskId, { taskId, state: await handle.state() });
    const children = await handle.children();
    if (children.length > LISTED_MEMBERS) continue;
    for (const child of children) {
      link(taskId, child.taskId);
      waiting.push(child);
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
