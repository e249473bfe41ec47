import type { JSX } from 'preact';
import { clock, pretty, short, span } from './format.ts';
import { useLoaded, useNow } from './hooks.ts';
import type { NodeDetails } from './model.ts';
import { Copy, Empty, More, Problem, State } from './parts.tsx';
import { addressOf } from './route.ts';
import { read } from './server.ts';

/** All that is known of one id. */
export function Details({
  id,
  name,
  change,
  onRun,
}: {
  readonly id: string;
  readonly name: string | undefined;
  readonly change: number;
  /** Absent where the page only reads. */
  readonly onRun: ((details: NodeDetails) => void) | undefined;
}): JSX.Element {
  const { value, error } = useLoaded(() => read<NodeDetails>('node', { id }), [id], change);
  const now = useNow(value?.retry !== undefined);
  if (error !== undefined) return <Problem message={error} />;
  if (value === undefined) return <Empty>Reading…</Empty>;
  const {
    task = name,
    state,
    attempt,
    queued,
    started,
    ended,
    waitsForPlace,
    ms,
    retry,
    children = [],
    args = [],
    kwargs = {},
    unread,
  } = value;
  return (
    <div class="details">
      <header>
        <h2>{task ?? 'Task'}</h2>
        <State state={state} />
      </header>
      <Copy text={id} label={short(id)} />
      <dl>
        <Fact name="Attempt" value={attempt === undefined ? undefined : String(attempt + 1)} />
        <Fact
          name="Next attempt"
          value={retry === undefined ? undefined : `in ${span(Math.max(0, Date.parse(retry.at) - now))}`}
        />
        <Fact name="Queued" value={queued === undefined ? undefined : clock(queued)} />
        <Fact name="Waits for a place of" value={waitsForPlace?.concurrencyKey} />
        <Fact name="Waits since" value={waitsForPlace === undefined ? undefined : clock(waitsForPlace.since)} />
        <Fact name="Started" value={started === undefined ? undefined : clock(started)} />
        <Fact name="Ended" value={ended === undefined ? undefined : clock(ended)} />
        <Fact name="Waited" value={ms?.waited === undefined ? undefined : span(ms.waited)} />
        <Fact name="Ran" value={ms?.ran === undefined ? undefined : span(ms.ran)} />
      </dl>
      {value.error !== undefined && (
        <Failure record={value.record ?? value.error} failedId={value.error.failedTaskId} id={id} />
      )}
      {retry?.error !== undefined && <Failure record={retry.error} failedId={undefined} id={id} />}
      {'value' in value && <Data name="Value" value={value.value} />}
      {value.meta !== undefined && <Data name="Progress" value={value.meta} />}
      {args.length > 0 && <Data name="Arguments" value={args} />}
      {Object.keys(kwargs).length > 0 && <Data name="Keyword arguments" value={kwargs} />}
      {unread !== undefined && (
        <section>
          <h3>Arguments</h3>
          <p class="quiet">{unread}</p>
        </section>
      )}
      {children.length > 0 && (
        <section>
          <h3>Launched</h3>
          <ul class="links">
            {children.slice(0, MOST_LINKS).map((child) => (
              <li key={child}>
                <a href={addressOf(child)}>
                  <code>{short(child)}</code>
                </a>
              </li>
            ))}
          </ul>
          <More of={children.length} shown={MOST_LINKS} />
        </section>
      )}
      {onRun !== undefined && task !== undefined && (
        <button type="button" onClick={() => onRun({ ...value, task })}>
          Run {task} again…
        </button>
      )}
    </div>
  );
}

// --- internal ---

/** Launched workflows and tasks that are listed. */
const MOST_LINKS = 50;

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }): JSX.Element | null {
  if (value === undefined) return null;
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Data({ name, value }: { readonly name: string; readonly value: unknown }): JSX.Element {
  return (
    <section>
      <h3>{name}</h3>
      <pre tabIndex={0} aria-label={name}>
        {pretty(value)}
      </pre>
    </section>
  );
}

interface Thrown {
  readonly errorType?: string;
  readonly message?: string;
  readonly stack?: string;
  readonly code?: string | number;
  readonly cause?: unknown;
}

/** An error with its stack, and each cause below it. */
function Failure({
  record,
  failedId,
  id,
}: {
  readonly record: unknown;
  readonly failedId: string | undefined;
  readonly id: string;
}): JSX.Element {
  return (
    <section class="failure">
      <h3>Error</h3>
      {causesOf(record).map(({ errorType = 'Error', message = '', stack, code }, index) => (
        <div key={index} class="cause">
          <p>
            {index > 0 && <span class="quiet">Caused by </span>}
            <strong>{errorType}</strong>
            {code !== undefined && <code> {code}</code>}: {message}
          </p>
          {stack !== undefined && (
            <pre tabIndex={0} aria-label={`Stack of ${errorType}`}>
              {stack}
            </pre>
          )}
        </div>
      ))}
      {failedId !== undefined && failedId !== id && (
        <p class="quiet">
          It failed at <code>{short(failedId)}</code>
        </p>
      )}
    </section>
  );
}

function causesOf(record: unknown): readonly Thrown[] {
  const chain: Thrown[] = [];
  let at: Thrown | undefined = thrownIn(record);
  for (; at !== undefined && chain.length < MOST_CAUSES; at = thrownIn(at.cause)) chain.push(at);
  return chain;
}

const MOST_CAUSES = 10;

/** A record of an error is an object, whatever was thrown. */
function thrownIn(record: unknown): Thrown | undefined {
  return typeof record === 'object' && record !== null ? record : undefined;
}
