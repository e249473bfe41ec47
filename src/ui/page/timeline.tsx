import type { JSX } from 'preact';
import { ranFor, span, stateName } from './format.ts';
import { useNow } from './hooks.ts';
import { nodesIn } from './model.ts';
import type { GraphNode, GroupNode, TaskNode } from './model.ts';
import { Empty } from './parts.tsx';

/** When each task waited and ran, or runs. */
export function Timeline({
  root,
  from,
  onChoose,
}: {
  readonly root: GraphNode;
  readonly from: number | undefined;
  readonly onChoose: (node: TaskNode | GroupNode) => void;
}): JSX.Element {
  const tasks = nodesIn(root).filter((node) => node.kind === 'task');
  const isRunning = tasks.some(({ state }) => state === 'STARTED');
  const now = useNow(isRunning);
  const rows = tasks.flatMap((task) => rowOf(task, now) ?? []).toSorted((a, b) => a.startedAt - b.startedAt);
  if (rows.length === 0) return <Empty>Nothing has run yet.</Empty>;
  const start = Math.min(from ?? Number.POSITIVE_INFINITY, ...rows.map(({ queuedAt }) => queuedAt));
  const whole = Math.max(1, ...rows.map(({ startedAt, ran }) => startedAt + ran - start));
  return (
    <div class="timeline">
      <p class="quiet">
        {span(whole)} from the first message {isRunning ? 'until now' : 'to the last end'}. Pale: waited. Solid: ran.
      </p>
      <ul>
        {rows.map((row) => (
          <li key={row.task.id}>
            <button type="button" onClick={() => onChoose(row.task)}>
              <span class="name">{row.task.name}</span>
              <Bar row={row} start={start} whole={whole} />
              <span class="took">{span(row.ran)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

// --- internal ---

/** A task that has run, or runs. Times are epoch ms. */
interface Row {
  readonly task: TaskNode;
  readonly queuedAt: number;
  readonly startedAt: number;
  /** For how long, in ms. */
  readonly ran: number;
}

function rowOf(task: TaskNode, now: number): Row | undefined {
  const { startedAt, queuedAt } = task;
  const ran = ranFor(task, now);
  if (startedAt === undefined || ran === undefined) return undefined;
  return { task, queuedAt: queuedAt ?? startedAt, startedAt, ran };
}

function Bar({
  row: { task, queuedAt, startedAt, ran },
  start,
  whole,
}: {
  readonly row: Row;
  readonly start: number;
  readonly whole: number;
}): JSX.Element {
  const { state } = task;
  const x = (at: number): number => (100 * Math.max(0, at - start)) / whole;
  const queued = x(queuedAt);
  return (
    <svg
      class={`is-${state.toLowerCase()}`}
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      role="img"
      aria-label={stateName(state)}
    >
      <rect class="waited" x={queued} y="3" width={Math.max(0, x(startedAt) - queued)} height="4" />
      <rect class="ran" x={x(startedAt)} y="1" width={Math.max(0.6, (100 * ran) / whole)} height="8" />
    </svg>
  );
}
