import type { Engine } from '../engine/engine.ts';
import type { JournalReader } from '../ports/journal.ts';
import { isOpen } from '../ui/listed-state.ts';
import { isInState, listWorkflows, readAgain } from '../ui/workflows.ts';
import type { listFailures, ListedWorkflow, ListPage, ListQuery } from '../ui/workflows.ts';

type Reading = Pick<Engine, 'outcomes' | 'payloads' | 'clock'>;

/** Reads page after page of a list, until there are as many workflows as a query asks for. */
export async function readList(
  list: typeof listWorkflows | typeof listFailures,
  engine: Reading,
  journal: JournalReader,
  query: ListQuery,
): Promise<ListPage> {
  // A workflow with several entries may be on several pages.
  const items = new Map<string, ListedWorkflow>();
  for (let { before } = query; ;) {
    const page = await list(engine, journal, { ...query, before, limit: query.limit - items.size });
    for (const item of page.items) if (!items.has(item.id)) items.set(item.id, item);
    before = page.next;
    if (before === undefined) return { items: [...items.values()] };
    if (items.size >= query.limit) return { items: [...items.values()], next: before };
  }
}

/**
 * Follows the list of workflows. Returns a function that looks at it: at first it returns the workflows that the query
 * asks for, the oldest first, and then those that were submitted, or are in another state, since it looked before.
 */
export function followList(
  engine: Reading,
  journal: JournalReader,
  query: ListQuery,
): () => Promise<readonly ListedWorkflow[]> {
  let known: ReadonlyMap<string, ListedWorkflow> | undefined;
  let lookedAt = 0;
  const read = (part: Partial<ListQuery>): Promise<ListPage> =>
    readList(listWorkflows, engine, journal, { ...query, limit: Number.POSITIVE_INFINITY, ...part });
  return async () => {
    const since = (known === undefined ? engine.clock.now() : lookedAt) - LATE_MS;
    lookedAt = engine.clock.now();
    // In any state: they are found by the time of their submission, and may end much later.
    const { items: recent } = await read({ since, state: undefined });
    if (known === undefined) {
      const { items: open } = await read({ state: 'OPEN' });
      const { items: asked } = await read({ limit: query.limit });
      known = byId([...recent, ...open, ...asked]);
      return asked.toReversed();
    }
    const told = known;
    const isRecent = new Set(recent.map(({ id }) => id));
    const older = [...told.values()].filter(({ id, state }) => isOpen(state) && !isRecent.has(id));
    const items = [...(await readAgain(engine, older)), ...recent.toReversed()];
    known = byId(items);
    return items.filter((item) => item.state !== told.get(item.id)?.state && isInState(item, query));
  };
}

/** Returns the note for a list without an entry. */
export function nothingOf(
  name: 'list' | 'failures',
  {
    hours,
    state,
    task,
  }: { readonly hours: number; readonly state?: string | undefined; readonly task?: string | undefined },
): string {
  const what = name === 'list' ? 'workflow' : 'failed workflow';
  const which = (state ?? task) === undefined ? '' : ' that fits the filter';
  return `The journal has no ${what} of the last ${hours} hours${which}.`;
}

// --- internal ---

/** How far each look goes back behind the one before it: entries of other machines may come late. */
const LATE_MS = 10_000;

function byId(items: readonly ListedWorkflow[]): ReadonlyMap<string, ListedWorkflow> {
  return new Map(items.map((item) => [item.id, item]));
}
