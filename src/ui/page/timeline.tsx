import type { JSX } from 'preact';
import { span, stateName } from './format.ts';
import type { GraphNode, GroupNode, TaskNode } from './model.ts';
import { Empty } from './parts.tsx';

/** When each task waited and ran. */
export function Timeline({
  root,
  from,
  onChoose,
}: {
  readonly root: GraphNode;
  readonly from: number | undefined;
  readonly onChoose: (node: TaskNode | GroupNode) => void;
}): JSX.Element {
  const tasks = tasksIn(root).filter(({ startedAt, endedAt }) => startedAt !== undefined && endedAt !== undefined);
  if (tasks.length === 0) return <Empty>Nothing has run yet.</Empty>;
  const start = Math.min(
    from ?? Number.POSITIVE_INFINITY,
    ...tasks.map(({ queuedAt, startedAt = 0 }) => queuedAt ?? startedAt),
  );
  const whole = Math.max(1, ...tasks.map(({ endedAt = 0 }) => endedAt - start));
  return (
    <div class="timeline">
      <p class="quiet">{span(whole)} from the first message to the last end. Pale: waited. Solid: ran.</p>
      <ul>
        {tasks
          .toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
          .map((task) => (
            <li key={task.id}>
              <button type="button" onClick={() => onChoose(task)}>
                <span class="name">{task.name}</span>
                <Bar task={task} start={start} whole={whole} />
                <span class="took">{span((task.endedAt ?? 0) - (task.startedAt ?? 0))}</span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}

// --- internal ---

function Bar({
  task,
  start,
  whole,
}: {
  readonly task: TaskNode;
  readonly start: number;
  readonly whole: number;
}): JSX.Element {
  const { queuedAt, startedAt = start, endedAt = start, state } = task;
  const x = (at: number): number => (100 * Math.max(0, at - start)) / whole;
  const queued = x(queuedAt ?? startedAt);
  return (
    <svg
      class={`is-${state.toLowerCase()}`}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={stateName(state)}
    >
      <rect class="waited" x={queued} y="3" width={Math.max(0, x(startedAt) - queued)} height="4" />
      <rect class="ran" x={x(startedAt)} y="1" width={Math.max(0.6, x(endedAt) - x(startedAt))} height="8" />
    </svg>
  );
}

function tasksIn(node: GraphNode): readonly TaskNode[] {
  if (node.kind === 'task') return [node];
  return (node.kind === 'seq' ? node.steps : (node.members ?? [])).flatMap(tasksIn);
}
