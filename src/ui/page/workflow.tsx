import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { workflowOf } from '../../core/protocol/ids.ts';
import { messageOf } from '../../core/text/describe.ts';
import { isOpen } from '../listed-state.ts';
import { Details } from './details.tsx';
import { clock, count, dollars, short, span } from './format.ts';
import { Graph } from './graph.tsx';
import { useLoaded, useNow } from './hooks.ts';
import { Members } from './members.tsx';
import { nodesIn } from './model.ts';
import type { About, GroupNode, NodeDetails, TaskNode, Workflow } from './model.ts';
import { Copy, Empty, Problem, State } from './parts.tsx';
import { addressOf } from './route.ts';
import { RunDialog } from './run-dialog.tsx';
import { act, read } from './server.ts';
import { Timeline } from './timeline.tsx';

const UNLISTED = 'The journal has no entry of this workflow, so only its own task is shown.';
const UNKNOWN =
  'Nothing is known of this id. It may be wrong, nothing of it may have run and the journal may not list it, or its items have expired.';
/** Seconds that AWS needs for a workflow, below which they are not worth a word. */
const WORTH_SAYING = 1;

/** One workflow: its graph, and the part of it that was chosen. */
export function WorkflowPage({
  id,
  about,
  change,
}: {
  readonly id: string;
  readonly about: About;
  readonly change: number;
}): JSX.Element {
  const { value, error, reload } = useLoaded(() => read<Workflow>('workflow', { id }), [id], change);
  const [picked, setPicked] = useState<TaskNode | GroupNode | string>();
  const [view, setView] = useState<'graph' | 'timeline'>('graph');
  const [running, setRunning] = useState<NodeDetails>();
  const now = useNow(value !== undefined && isOpen(value.state));
  if (value === undefined)
    return <main>{error === undefined ? <Empty>Reading…</Empty> : <Problem message={error} />}</main>;
  const chosenId = typeof picked === 'string' ? picked : (picked?.id ?? firstOf(value));
  const nodes = nodesIn(value.graph);
  const chosen = nodes.find((node) => node.id === chosenId);
  const folded = chosen?.kind === 'task' ? (chosen.steps ?? 1) : 1;
  // The members of a folded group stay in sight while one of them is looked at.
  const group = chosen?.kind === 'group' ? chosen : nodes.find((node) => isFoldedAround(node, chosenId));
  const onRun = about.canAct ? setRunning : undefined;
  const isUnknown = value.graph.kind === 'task' && value.graph.name === undefined;
  return (
    <main class="workflow">
      <Head value={value} now={now} canAct={about.canAct} onRevoked={reload} />
      {value.error !== undefined && (
        <p class="problem" role="status">
          <strong>{value.error.errorType}</strong>: {value.error.message}
          {value.error.task !== undefined && (
            <>
              {' '}
              — in <code>{value.error.task}</code>
            </>
          )}
        </p>
      )}
      {!value.isListed && <p class="quiet">{isUnknown ? UNKNOWN : UNLISTED}</p>}
      <div class="chips" role="group" aria-label="View">
        {(['graph', 'timeline'] as const).map((name) => (
          <button key={name} type="button" aria-pressed={view === name} onClick={() => setView(name)}>
            {name === 'graph' ? 'Graph' : 'Timeline'}
          </button>
        ))}
      </div>
      <div class="split">
        <div class="stage">
          {view === 'graph' && <Graph root={value.graph} chosen={chosenId} onChoose={setPicked} />}
          {view === 'timeline' && <Timeline root={value.graph} from={value.at} onChoose={setPicked} />}
        </div>
        <aside aria-label="Details">
          {group !== undefined && <GroupHead group={group} />}
          {group !== undefined && <Members key={group.id} group={group} change={change} onChoose={setPicked} />}
          {folded > 1 && <p class="quiet">The first of {count(folded)} steps.</p>}
          {chosen?.kind !== 'group' && (
            <Details
              key={chosenId}
              id={chosenId}
              name={folded > 1 ? undefined : chosen?.name}
              change={change}
              onRun={onRun}
            />
          )}
        </aside>
      </div>
      {running !== undefined && <RunDialog of={running} onClose={() => setRunning(undefined)} />}
    </main>
  );
}

// --- internal ---

function Head({
  value,
  now,
  canAct,
  onRevoked,
}: {
  readonly value: Workflow;
  readonly now: number;
  readonly canAct: boolean;
  readonly onRevoked: () => void;
}): JSX.Element {
  const { id, at, state, endedAt, app, tenant, parent, price, limitSeconds = 0 } = value;
  const end = endedAt ?? (isOpen(state) ? now : undefined);
  const [problem, setProblem] = useState<string>();
  const revoke = (): void => {
    if (!confirm('Revoke all of this workflow that has not run?')) return;
    setProblem(undefined);
    act('revoke', { id })
      .then(onRevoked)
      .catch((error: unknown) => setProblem(messageOf(error)));
  };
  return (
    <div class="head">
      <a href="#/" class="back">
        Workflows
      </a>
      <div class="title">
        <h1>
          <State state={state} />
        </h1>
        <Copy text={id} label={short(id)} />
        {canAct && isOpen(state) && (
          <button type="button" class="danger" onClick={revoke}>
            Revoke
          </button>
        )}
      </div>
      {problem !== undefined && <Problem message={problem} />}
      <p class="facts">
        {at !== undefined && <span>Submitted {clock(at)}</span>}
        {at !== undefined && end !== undefined && (
          <span>
            {isOpen(state) ? 'for' : 'took'} {span(end - at)}
          </span>
        )}
        {app !== undefined && <span>by {app}</span>}
        {tenant !== undefined && <span>tenant {tenant}</span>}
        {parent !== undefined && <a href={addressOf(workflowOf(parent))}>launched by {short(parent)}</a>}
        {price !== undefined && (
          <span title="List prices of us-east-1, without Lambda's duration and retries">
            costs {dollars(price.least)} to {dollars(price.most)}
          </span>
        )}
        {limitSeconds >= WORTH_SAYING && (
          <span title="By the limits of AWS alone, as if its tasks took no time: chordal cost --time says more">
            AWS needs {span(limitSeconds * 1000)} at least
          </span>
        )}
      </p>
    </div>
  );
}

function GroupHead({ group }: { readonly group: GroupNode }): JSX.Element {
  return (
    <div class="details">
      <header>
        <h2>Group of {count(group.total)}</h2>
        <State state={group.state} />
      </header>
      <Copy text={group.id} label={short(group.id)} />
      <p>
        <code>{group.label}</code>
      </p>
    </div>
  );
}

/** The part to show first: what failed, else the whole. */
function firstOf({ id, error }: Workflow): string {
  return error?.failedId ?? id;
}

/** Returns whether a group is drawn as one box, and has a member of this id. */
function isFoldedAround(node: TaskNode | GroupNode, id: string): node is GroupNode {
  if (node.kind === 'task' || node.members !== undefined) return false;
  return id.startsWith(`${node.base}~`) && /^\d+$/.test(id.slice(node.base.length + 1));
}
