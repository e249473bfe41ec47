import type { AsyncResult, ResultGraph } from '../../core/types/results.ts';

/** Returns everything that can be reached from a handle: the steps before it, its members, and what they launched. */
export async function graphFrom(
  start: AsyncResult<unknown>,
  before: AsyncResult<unknown> | null,
): Promise<ResultGraph> {
  const nodes = new Map<string, ResultGraph['nodes'][number]>();
  const edges: ResultGraph['edges'][number][] = [];
  const waiting = [start];
  for (let parent = before, child = start; parent !== null; child = parent, parent = parent.parent) {
    edges.unshift({ from: parent.taskId, to: child.taskId });
    waiting.push(parent);
  }
  for (let handle = waiting.shift(); handle !== undefined; handle = waiting.shift()) {
    if (nodes.has(handle.taskId)) continue;
    nodes.set(handle.taskId, { taskId: handle.taskId, state: await handle.state() });
    for (const child of await handle.children()) {
      edges.push({ from: handle.taskId, to: child.taskId });
      waiting.push(child);
    }
  }
  return { nodes: [...nodes.values()], edges };
}
