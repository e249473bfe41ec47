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
import type { JournalReader } from '../ports/journal.ts';
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

/** Lists submissions, the newest first, with the state that their outcomes say. */
export async function listWorkflows(engine: Reading, journal: JournalReader, query: ListQuery): Promise<ListPage> {
  const { since, limit } = query;
  const items: ListedWorkflow[] = [];
  let before = query.before;
  for (let read = 0; read < MOST_READ;) {
    const page = await journal.submissions({ since, now: engine.clock.now(), before, limit: PAGE });
    read += page.length;
    before = page.at(-1);
    const wanted = page.filter((entry) => isWanted(entry, query));
    const cells = await cellsOf(engine, wanted);
    for (const [index, entry] of wanted.entries()) {
      const listed = listedOf(entry, cells[index]);
      if (!isInState(listed, query)) continue;
      if (items.length === limit) return { items, next: items.at(-1) ?? entry };
      items.push(listed);
    }
    if (page.length < PAGE) return { items };
  }
  return { items, ...compact({ next: before }) };
}

/** Returns the state that the cell of a workflow's id has. */
export function listedState({ outcome, next }: Cell): ListedState {
  return outcome?.state ?? (next?.kind === 'retry' ? 'RETRY' : 'OPEN');
}

/** Lists failures, the newest first and each workflow once, with their errors. */
export async function listFailures(engine: Reading, journal: JournalReader, query: ListQuery): Promise<ListPage> {
  const { since, limit } = query;
  const marks = await journal.failures({ since, now: engine.clock.now(), before: query.before, limit });
  const once = marks.filter(({ id }, index) => marks.findIndex((mark) => mark.id === id) === index);
  const cells = await cellsOf(engine, once);
  const items = await Promise.all(
    once.map(async ({ at, id }, index): Promise<ListedWorkflow> => {
      const cell = cells[index];
      const outcome = cell?.outcome;
      const error = outcome === undefined ? undefined : await errorOf(engine, id, outcome);
      const entry = await journal.find({ id, at: timeInId(id), since: at - SEARCHED_MS, now: at });
      const listed = entry === undefined ? {} : listedOf(entry, cell);
      return compact({ ...listed, id, at, state: 'FAILURE' as const, endedAt: at, error });
    }),
  );
  const named = items.filter(
    ({ names, error }) => query.task === undefined || names?.includes(query.task) || error?.task === query.task,
  );
  return { items: named, ...compact({ next: marks.length < limit ? undefined : marks.at(-1) }) };
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

/** Entries that are read at once, and at most for one page of a list that is filtered. */
const PAGE = 100;
const MOST_READ = 5000;
/** How far back the entry of a failed workflow is looked for. */
const SEARCHED_MS = 3 * 86_400_000;

function isWanted({ id, shape }: Submitted, { task, text }: ListQuery): boolean {
  if (task !== undefined && !namesIn(shape).includes(task)) return false;
  return text === undefined || id.includes(text) || printShape(shape).toLowerCase().includes(text.toLowerCase());
}

function isInState(listed: ListedWorkflow, { state }: ListQuery): boolean {
  return state === undefined || listed.state === state || (state === 'OPEN' && isOpen(listed.state));
}

function cellsOf(engine: Reading, marks: readonly JournalMark[]): Promise<readonly Cell[]> {
  return engine.outcomes.readMany({ addresses: marks.map(({ id }) => addressOf(id)) });
}

function listedOf({ at, id, app, shape, tenant, parent }: Submitted, cell: Cell = {}): ListedWorkflow {
  return compact({
    id,
    at,
    state: listedState(cell),
    app,
    tenant,
    parent,
    canvas: printShape(shape),
    tasks: tasksIn(shape),
    names: namesIn(shape),
    endedAt: endOf(cell.outcome),
  });
}

/** An outcome that an earlier release has written does not say when it ended. */
function endOf(outcome: Outcome | undefined): number | undefined {
  return outcome?.run?.endedAt;
}
