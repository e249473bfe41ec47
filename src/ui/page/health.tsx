import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { workflowOf } from '../../core/protocol/ids.ts';
import { messageOf } from '../../core/text/describe.ts';
import { clock, count, short } from './format.ts';
import { useLoaded } from './hooks.ts';
import type { HeldLine, InFlight } from './model.ts';
import { Empty, Problem } from './parts.tsx';
import { addressOf } from './route.ts';
import { act, read } from './server.ts';

interface Examined {
  readonly workflow: string;
  readonly state: 'waiting' | 'lost';
  readonly missing: readonly { readonly id: string; readonly lacks: string }[];
}

/** The messages in flight, and the doctor. */
export function Health({ change, canAct }: { readonly change: number; readonly canAct: boolean }): JSX.Element {
  const { value, error } = useLoaded(() => read<InFlight>('health'), [], change);
  return (
    <main>
      <div class="bar">
        <h1>Health</h1>
      </div>
      {error !== undefined && <Problem message={error} />}
      {error === undefined && (
        <dl class="tiles">
          <Tile name="Waiting" value={value?.visible} hint="messages that a worker can take" />
          <Tile name="Taken" value={value?.hidden} hint="given to a worker, or coming back" />
          <Tile name="Delayed" value={value?.delayed} hint="not yet due" />
          <Tile name="Scheduled" value={value?.scheduled} hint="one-time schedules" />
          <Tile name="Dead" value={value?.dead} hint="not buried yet" />
        </dl>
      )}
      <Schedules change={change} canAct={canAct} />
      <Held change={change} />
      <Doctor />
    </main>
  );
}

// --- internal ---

function Tile({
  name,
  value,
  hint,
}: {
  readonly name: string;
  readonly value: number | undefined;
  readonly hint: string;
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value === undefined ? '…' : count(value)}</dd>
      <dd class="quiet">{hint}</dd>
    </div>
  );
}

interface Schedule {
  readonly schedule: string;
  readonly when: string;
  readonly timezone?: string;
  readonly enabled: boolean;
  readonly next?: string;
}

function Schedules({ change, canAct }: { readonly change: number; readonly canAct: boolean }): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const { value, error, reload } = useLoaded(
    () => read<{ readonly items: readonly Schedule[] }>('schedules'),
    [],
    change,
  );
  const items = value?.items ?? [];
  const enable = (name: string, enabled: boolean): void => {
    setProblem(undefined);
    act('schedule', { name, enabled })
      .then(reload)
      .catch((caught: unknown) => setProblem(messageOf(caught)));
  };
  return (
    <section>
      <h2>Schedules</h2>
      {error !== undefined && <Problem message={error} />}
      {problem !== undefined && <Problem message={problem} />}
      {value !== undefined && items.length === 0 && <p class="quiet">There are none.</p>}
      <ul class="rows">
        {items.map(({ schedule, when, timezone, enabled, next }) => (
          <li key={schedule} class="row schedule">
            <span class="what">
              <code class="canvas">{schedule}</code>
              <span class="quiet">
                {when} {timezone}
              </span>
            </span>
            <span class="quiet">{enabled ? 'runs' : 'paused'}</span>
            {next !== undefined && <time dateTime={next}>next {clock(next)}</time>}
            {canAct && (
              <button
                type="button"
                aria-label={`${enabled ? 'Pause' : 'Resume'} ${schedule}`}
                onClick={() => enable(schedule, !enabled)}
              >
                {enabled ? 'Pause' : 'Resume'}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Messages that wait for longer than a queue can hold them. */
function Held({ change }: { readonly change: number }): JSX.Element {
  const { value, error } = useLoaded(() => read<{ readonly items: readonly HeldLine[] }>('held'), [], change);
  const items = value?.items ?? [];
  return (
    <section>
      <h2>Delayed for long</h2>
      {error !== undefined && <Problem message={error} />}
      {value !== undefined && items.length === 0 && <p class="quiet">Nothing waits for longer than 15 minutes.</p>}
      <ul class="rows">
        {items.map(({ id, task, queue, due }) => (
          <li key={id}>
            <a class="row held" href={addressOf(workflowOf(id))}>
              <span class="what">
                <code class="canvas">{task ?? 'a canvas'}</code>
                <span class="quiet">
                  {short(id)} in {queue}
                </span>
              </span>
              <time dateTime={due}>due {clock(due)}</time>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Doctor(): JSX.Element {
  const [isRunning, setRunning] = useState(false);
  const [found, setFound] = useState<readonly Examined[]>();
  const [problem, setProblem] = useState<string>();
  const run = (): void => {
    setRunning(true);
    setProblem(undefined);
    read<{ readonly items: readonly Examined[] }>('doctor')
      .then(({ items }) => setFound(items))
      .catch((error: unknown) => setProblem(messageOf(error)))
      .finally(() => setRunning(false));
  };
  return (
    <section>
      <h2>Doctor</h2>
      <p class="quiet">
        Finds workflows that wait for a message that is gone. It reads the whole table, and counts the queues twice.
      </p>
      <button type="button" disabled={isRunning} onClick={run}>
        {isRunning ? 'Examining…' : 'Examine'}
      </button>
      {problem !== undefined && <Problem message={problem} />}
      {found?.length === 0 && <Empty>No workflow is open.</Empty>}
      <ul class="rows">
        {(found ?? []).map(({ workflow, state: is, missing }) => (
          <li key={workflow}>
            <a class="row" href={addressOf(workflow)}>
              <span class={`tag ${is}`}>{is}</span>
              <span class="what">
                <code class="canvas">{short(workflow)}</code>
                <span class="why">{missing.map(({ id, lacks }) => `${short(id)} lacks ${lacks}`).join('; ')}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
