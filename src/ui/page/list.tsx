import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { isOpen } from '../listed-state.ts';
import { clock, count, short, span } from './format.ts';
import { useLoaded, useNow } from './hooks.ts';
import type { ListedWorkflow, ListPage } from './model.ts';
import { Empty, Problem, State } from './parts.tsx';
import { addressOf } from './route.ts';
import { read } from './server.ts';

const STATES = [
  ['', 'All'],
  ['OPEN', 'In progress'],
  ['SUCCESS', 'Succeeded'],
  ['FAILURE', 'Failed'],
  ['REVOKED', 'Revoked'],
] as const;

const TIMES = [
  [3_600_000, 'Last hour'],
  [86_400_000, 'Last 24 hours'],
  [7 * 86_400_000, 'Last 7 days'],
  [30 * 86_400_000, 'Last 30 days'],
] as const;

/** The workflows, the newest first. */
export function List({
  change,
  path,
}: {
  readonly change: number;
  readonly path: 'workflows' | 'failures';
}): JSX.Element {
  const [state, setState] = useState('');
  const [text, setText] = useState('');
  const [ago, setAgo] = useState<number>(86_400_000);
  const [pages, setPages] = useState(1);
  const isFailures = path === 'failures';
  const load = (): Promise<ListPage> =>
    readPages(pages, path, {
      state: isFailures ? '' : state,
      [isFailures ? 'task' : 'text']: text.trim(),
      since: Date.now() - ago,
    });
  const { value, error } = useLoaded(load, [path, state, text, ago, pages], change);
  const items = value?.items ?? [];
  const now = useNow(items.some((one) => isOpen(one.state)));
  return (
    <main>
      <div class="bar">
        <h1>{isFailures ? 'Failures' : 'Workflows'}</h1>
        <input
          type="search"
          aria-label={isFailures ? 'Filter by task' : 'Search by task or id'}
          placeholder={isFailures ? 'Task' : 'Task or id'}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {!isFailures && (
          <div class="chips" role="group" aria-label="State">
            {STATES.map(([key, label]) => (
              <button key={key} type="button" aria-pressed={state === key} onClick={() => setState(key)}>
                {label}
              </button>
            ))}
          </div>
        )}
        <select aria-label="Time" value={ago} onChange={(event) => setAgo(Number(event.currentTarget.value))}>
          {TIMES.map(([ms, label]) => (
            <option key={ms} value={ms}>
              {label}
            </option>
          ))}
        </select>
      </div>
      {error !== undefined && <Problem message={error} />}
      {value === undefined && error === undefined && <Empty>Reading…</Empty>}
      {value !== undefined && items.length === 0 && (
        <Nothing isFiltered={state !== '' || text !== ''} isFailures={isFailures} hasMore={value.next !== undefined} />
      )}
      {(isFailures ? byDay(items) : [items]).map((those) => (
        <Rows
          key={isFailures ? dayOf(those[0]) : ''}
          day={isFailures ? dayOf(those[0]) : undefined}
          items={those}
          now={now}
        />
      ))}
      {value?.next !== undefined && (
        <button type="button" class="more" onClick={() => setPages(pages + 1)}>
          Show more
        </button>
      )}
    </main>
  );
}

// --- internal ---

/** The length of the first page; each further one is twice as long, up to the most that the server gives. */
const FIRST_PAGE = 50;

/** Reads pages one behind the other, as one list. A workflow that was submitted again stands where it is newest. */
async function readPages(
  pages: number,
  path: string,
  query: Readonly<Record<string, string | number>>,
): Promise<ListPage> {
  const found = new Map<string, ListedWorkflow>();
  let last: ListPage = { items: [] };
  for (let page = 0; page < pages; page += 1) {
    const before = last.next && `${last.next.at}.${last.next.id}`;
    last = await read<ListPage>(path, { ...query, before, limit: FIRST_PAGE * 2 ** page });
    for (const one of last.items) if (!found.has(one.id)) found.set(one.id, one);
    if (last.next === undefined) break;
  }
  return { ...last, items: [...found.values()] };
}

function Rows({
  day,
  items,
  now,
}: {
  /** The heading; none: they are not told apart by days. */
  readonly day: string | undefined;
  readonly items: readonly ListedWorkflow[];
  readonly now: number;
}): JSX.Element {
  return (
    <>
      {day !== undefined && (
        <h2 class="day">
          {day} <span class="quiet">· {count(items.length)} failed</span>
        </h2>
      )}
      <ul class="rows">
        {items.map((one) => (
          <Row key={one.id} one={one} now={now} />
        ))}
      </ul>
    </>
  );
}

function byDay(items: readonly ListedWorkflow[]): readonly (readonly ListedWorkflow[])[] {
  return [...Map.groupBy(items, dayOf).values()];
}

function dayOf(one: ListedWorkflow | undefined): string {
  const date = new Date(one?.at ?? 0);
  if (date.toDateString() === new Date().toDateString()) return 'Today';
  return date.toLocaleDateString(undefined, { weekday: 'short', month: 'short', day: 'numeric' });
}

function Row({ one, now }: { readonly one: ListedWorkflow; readonly now: number }): JSX.Element {
  const { id, at, state, canvas, tasks, endedAt, error, tenant } = one;
  const end = endedAt ?? (isOpen(state) ? now : undefined);
  // A failure is listed by its end.
  const took = end === undefined || end === at ? undefined : end - at;
  return (
    <li>
      <a class="row" href={addressOf(id)}>
        <State state={state} />
        <span class="what">
          <code class="canvas">{canvas ?? error?.task ?? short(id)}</code>
          {error !== undefined && (
            <span class="why">
              {error.errorType}: {error.message}
            </span>
          )}
        </span>
        <span class="meta">
          {tenant !== undefined && <span class="tag">{tenant}</span>}
          {tasks !== undefined && <span>{tasks === 1 ? '1 task' : `${count(tasks)} tasks`}</span>}
        </span>
        <code class="id" title={id}>
          {short(id)}
        </code>
        <time dateTime={new Date(at).toISOString()}>{clock(at)}</time>
        <span class="took">{took !== undefined && span(took)}</span>
      </a>
    </li>
  );
}

function Nothing({
  isFiltered,
  isFailures,
  hasMore,
}: {
  readonly isFiltered: boolean;
  readonly isFailures: boolean;
  readonly hasMore: boolean;
}): JSX.Element {
  if (hasMore) return <Empty>Nothing fits these filters among the newest entries.</Empty>;
  if (isFiltered) return <Empty>Nothing fits these filters.</Empty>;
  if (isFailures) return <Empty>Nothing has failed in this time.</Empty>;
  return (
    <Empty>
      <p>Nothing has been submitted in this time.</p>
      <p>
        Call a task, for example <code>npx chordal call add 1 2</code>
      </p>
    </Empty>
  );
}
