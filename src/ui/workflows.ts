import { addressOf } from '../core/protocol/address.ts';
import { timeInId } from '../core/protocol/journal.ts';
import type { JournalMark, Submitted } from '../core/protocol/journal.ts';
import { LIFETIME_MS } from '../core/protocol/lifetime.ts';
import type { Cell, Outcome } from '../core/protocol/outcome.ts';
import { namesIn, printShape, tasksIn } from '../core/protocol/shape.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Engine } from '../engine/engine.ts';
import { loadValue } from '../engine/inputs.ts';
import type { JournalRange, JournalReader } from '../ports/journal.ts';
import { isOpen } from './listed-state.ts';
import type { ListedState } from './listed-state.ts';

/** A workflow as a list shows it. Times are epoch ms. */
export interface ListedWorkflow {
  readonly id: string;
  readonly at: number;
  readonly state: ListedState;
  readonly app?: string;
  readonly tenant?: string;
  readonly parent?: string;
  /** The canvas, as a person would write it without its arguments. */
  readonly canvas?: string;
  /** How many tasks the canvas has, and their names. */
  readonly tasks?: number;
  readonly names?: readonly string[];
  readonly endedAt?: number;
  readonly error?: ListedError;
}

/** The error of a workflow that has failed. */
export interface ListedError {
  readonly errorType: string;
  readonly message: string;
  readonly task?: string;
  /** The id that failed, inside the workflow. */
  readonly failedId: string;
}

/** The workflows to list. */
export interface ListQuery {
  readonly since: number;
  readonly limit: number;
  readonly before?: JournalMark | undefined;
  /** Only workflows in this state; OPEN: all that have not ended. */
  readonly state?: ListedState | undefined;
  /** Only workflows with a task of this name in their canvas. */
  readonly task?: string | undefined;
  /** Only workflows whose id or canvas has this text. */
  readonly text?: string | undefined;
}

/** One page of a list, and the mark behind which the next begins; none: that was the last. */
export interface ListPage {
  readonly items: readonly ListedWorkflow[];
  readonly next?: JournalMark;
}

type Reading = Pick<Engine, 'outcomes' | 'payloads' | 'clock'>;

/** Lists submissions, the newest first and each workflow once, with the state that their outcomes say. */
export function listWorkflows(engine: Reading, journal: JournalReader, query: ListQuery): Promise<ListPage> {
  return pageOf(
    query,
    PAGE,
    (range) => journal.submissions({ ...range, now: engine.clock.now() }),
    async (page) => {
      const wanted = page.filter((entry) => isWanted(entry, query));
      const cells = await cellsOf(engine, wanted);
      return wanted.map((entry, index) => listedOf(entry, cells[index])).filter((listed) => isInState(listed, query));
    },
  );
}

/** Returns workflows of a list with the state that their outcomes say now. */
export async function readAgain(engine: Reading, items: readonly ListedWorkflow[]): Promise<readonly ListedWorkflow[]> {
  const cells = await cellsOf(engine, items);
  return items.map((item, index) => ({ ...item, ...stateOf(cells[index]) }));
}

/** Returns whether a workflow is in the state that a query asks for. */
export function isInState({ state: its }: ListedWorkflow, { state }: Pick<ListQuery, 'state'>): boolean {
  return state === undefined || its === state || (state === 'OPEN' && isOpen(its));
}

/** Returns the state that the cell of a workflow's id has. */
export function listedState({ outcome, next }: Cell): ListedState {
  return outcome?.state ?? (next?.kind === 'retry' ? 'RETRY' : 'OPEN');
}

/** Lists failures, the newest first and each workflow once, with their errors. */
export function listFailures(engine: Reading, journal: JournalReader, query: ListQuery): Promise<ListPage> {
  const { task, limit } = query;
  return pageOf(
    query,
    // One more says whether there is another page.
    Math.min(PAGE, limit + 1),
    (range) => journal.failures({ ...range, now: engine.clock.now() }),
    async (page) => {
      const cells = await cellsOf(engine, page);
      const items = await Promise.all(page.map((mark, index) => failureOf(engine, journal, mark, cells[index])));
      return items.filter(({ names, error }) => task === undefined || names?.includes(task) || error?.task === task);
    },
  );
}

/** Returns the entry of a workflow in the journal. */
export function findSubmission(
  { clock }: Pick<Engine, 'clock'>,
  journal: JournalReader,
  id: string,
): Promise<Submitted | undefined> {
  const now = clock.now();
  return journal.find({ id, at: timeInId(id), since: now - LIFETIME_MS, now });
}

/** Returns the error of an outcome; undefined if it is not a failure. */
export async function errorOf(engine: Reading, id: string, outcome: Outcome): Promise<ListedError | undefined> {
  if (outcome.state !== 'FAILURE') return undefined;
  const record = await loadValue(engine, outcome.value).catch(() => null);
  const { errorType, message, task } = isPlainObject(record) ? record : {};
  return compact({
    errorType: typeof errorType === 'string' ? errorType : 'Error',
    message: typeof message === 'string' ? message : '',
    task: typeof task === 'string' ? task : undefined,
    failedId: outcome.failedId ?? id,
  });
}

// --- internal ---

/** Entries that are read at once, and at most for each workflow that a filtered list is to have. */
const PAGE = 100;
const MOST_READ = 100;
/** How far back the entry of a failed workflow is looked for. */
const SEARCHED_MS = 3 * 86_400_000;

function isWanted({ id, shape }: Submitted, { task, text }: ListQuery): boolean {
  if (task !== undefined && !namesIn(shape).includes(task)) return false;
  return text === undefined || id.includes(text) || printShape(shape).toLowerCase().includes(text.toLowerCase());
}

/**
 * Reads the journal until a page is full. A workflow has several entries if it was submitted, or has failed, more than
 * once: the newest one stands for it.
 */
async function pageOf<Entry extends JournalMark>(
  { since, limit, before: from }: ListQuery,
  size: number,
  read: (range: Omit<JournalRange, 'now'>) => Promise<readonly Entry[]>,
  listed: (entries: readonly Entry[]) => Promise<readonly ListedWorkflow[]>,
): Promise<ListPage> {
  const seen = new Set<string>();
  const items: ListedWorkflow[] = [];
  let before = from;
  for (let count = 0; count < MOST_READ * limit;) {
    const page = await read({ since, before, limit: size });
    count += page.length;
    before = markOf(page.at(-1));
    for (const item of await listed(page.filter(({ id }) => !seen.has(id) && seen.add(id)))) {
      if (items.length === limit) return { items, ...compact({ next: markOf(items.at(-1)) }) };
      items.push(item);
    }
    if (page.length < size) return { items };
  }
  return { items, ...compact({ next: before }) };
}

function markOf(entry: JournalMark | undefined): JournalMark | undefined {
  return entry && { at: entry.at, id: entry.id };
}

async function failureOf(
  engine: Reading,
  journal: JournalReader,
  { at, id }: JournalMark,
  cell: Cell | undefined,
): Promise<ListedWorkflow> {
  const outcome = cell?.outcome;
  const error = outcome === undefined ? undefined : await errorOf(engine, id, outcome);
  const entry = await journal.find({ id, at: timeInId(id), since: at - SEARCHED_MS, now: at });
  const listed = entry === undefined ? {} : listedOf(entry, cell);
  return compact({ ...listed, id, at, state: 'FAILURE' as const, endedAt: at, error });
}

function cellsOf(engine: Reading, marks: readonly JournalMark[]): Promise<readonly Cell[]> {
  return engine.outcomes.readMany({ addresses: marks.map(({ id }) => addressOf(id)) });
}

function listedOf({ at, id, app, shape, tenant, parent }: Submitted, cell: Cell = {}): ListedWorkflow {
  return compact({
    id,
    at,
    app,
    tenant,
    parent,
    canvas: printShape(shape),
    tasks: tasksIn(shape),
    names: namesIn(shape),
    ...stateOf(cell),
  });
}

/** An outcome that an earlier release has written does not say when it ended. */
function stateOf(cell: Cell = {}): Pick<ListedWorkflow, 'state' | 'endedAt'> {
  return compact({ state: listedState(cell), endedAt: cell.outcome?.run?.endedAt });
}
