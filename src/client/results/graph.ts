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
  let level: AsyncResult<unknown>[] = [];
  const link = (from: string, to: string): void => void edges.set(`${from} ${to}`, { from, to });
  for (let parent = before, child = id; parent !== null; child = parent.taskId, parent = parent.parent) {
    link(parent.taskId, child);
    level.push(parent);
  }
  while (level.length > 0) {
    // Reads of one turn share requests.
    const found = await Promise.all(
      level.map(async (handle) => {
        const [state, children] = await Promise.all([
          nodes.has(handle.taskId) ? undefined : handle.state(),
          handle.children(),
        ]);
        return { taskId: handle.taskId, state, children };
      }),
    );
    level = [];
    for (const { taskId, state, children } of found) {
      if (state !== undefined) nodes.set(taskId, { taskId, state });
      if (children.length > LISTED_MEMBERS) continue;
      for (const child of children) {
        link(taskId, child.taskId);
        level.push(child);
      }
    }
  }
  return { nodes: [...nodes.values()], edges: [...edges.values()] };
}
