import { inspect } from '../client/results/inspect.ts';
import { addressOf } from '../core/protocol/address.ts';
import { isId, workflowOf } from '../core/protocol/ids.ts';
import type { JournalMark, Submitted } from '../core/protocol/journal.ts';
import type { Cell } from '../core/protocol/outcome.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import { readCall } from '../engine/kept-call.ts';
import { memberStates, readGraph } from './canvas-graph.ts';
import { LISTED_STATES } from './listed-state.ts';
import type { ListedState } from './listed-state.ts';
import type { UiSource } from './source.ts';
import { errorOf, findSubmission, listedState, listFailures, listWorkflows } from './workflows.ts';
import type { ListQuery } from './workflows.ts';

/** A request of the page. */
export interface ApiRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** Present if it asks for an action. */
  readonly body: JsonObject | undefined;
}

/** There is nothing of that name. */
export class NotFound extends Error {
  override readonly name = 'NotFound';
}

/** The page may not do that. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/**
 * Answers one request of the page.
 *
 * @throws NotFound for an unknown path; NotAllowed for an action where the page only reads.
 */
export async function answerApi(source: UiSource, request: ApiRequest): Promise<unknown> {
  const { path, query, body } = request;
  if (body === undefined) {
    const read = Object.hasOwn(READS, path) ? READS[path] : undefined;
    if (read === undefined) throw new NotFound(`Cannot find ${path}.`);
    return read(source, query);
  }
  const act = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
  if (act === undefined) throw new NotFound(`Cannot find ${path}.`);
  if (!source.canAct)
    throw new NotAllowed('Cannot do that: this page only reads. Start it again with --allow-actions.');
  return act(source, body);
}

// --- internal ---

const DAY_MS = 86_400_000;
const PAGE = 50;
/** The most members whose states one answer has. */
const MOST_MEMBERS = 20_000;

type Read = (source: UiSource, query: URLSearchParams) => Promise<unknown>;
type Act = (source: UiSource, body: JsonObject) => Promise<unknown>;

const READS: Readonly<Record<string, Read>> = {
  '/api/about': async ({ title, canAct, engine }) => ({
    title,
    canAct,
    tasks: engine.taskNames(),
    now: engine.clock.now(),
  }),
  '/api/workflows': async ({ engine, journal }, query) =>
    listWorkflows(engine, journal, listQuery(engine.clock.now(), query)),
  '/api/failures': async ({ engine, journal }, query) =>
    listFailures(engine, journal, listQuery(engine.clock.now(), query)),
  '/api/workflow': readWorkflow,
  '/api/node': readNode,
  '/api/members': async ({ engine }, query) => {
    const count = Math.min(MOST_MEMBERS, wholeOf(query, 'count', 1000));
    return { states: await memberStates(engine, idOf(query.get('base') ?? ''), wholeOf(query, 'from', 0), count) };
  },
  '/api/dead': async ({ deadLetters }) => ({ items: await deadLetters('list', []) }),
  '/api/health': async ({ survey }) => survey.inFlight(),
  '/api/schedules': async ({ schedules }) => ({ items: await schedules() }),
  '/api/held': async ({ held }) => ({ items: await held() }),
  '/api/doctor': async ({ doctor }) => ({ items: await doctor() }),
};

const ACTIONS: Readonly<Record<string, Act>> = {
  '/api/revoke': async ({ app }, body) => {
    await app.asyncResult(idOf(body['id'])).revoke();
    return {};
  },
  '/api/run': async ({ app }, { task, args = [], kwargs = {} }) => {
    if (typeof task !== 'string' || !Array.isArray(args) || !isPlainObject(kwargs))
      throw new NotAllowed('Cannot run that: it needs a task, a list of arguments and an object of keyword arguments.');
    // Celery's form, which is checked as any signature from outside is.
    const result = await app
      .signature({ task, args, kwargs, options: {}, subtask_type: null, immutable: false })
      .delay();
    return { id: result.taskId };
  },
  '/api/schedule': async ({ setSchedule }, { name, enabled }) => {
    if (typeof name !== 'string' || typeof enabled !== 'boolean')
      throw new NotAllowed('Cannot change that: it needs the name of a schedule, and whether it is enabled.');
    if (!(await setSchedule(name, enabled))) throw new NotFound(`Cannot find a schedule named ${name}.`);
    return {};
  },
  '/api/redrive': async ({ deadLetters }, body) => ({ items: await deadLetters('redrive', idsOf(body['ids'])) }),
  '/api/purge': async ({ deadLetters }, body) => ({ items: await deadLetters('purge', idsOf(body['ids'])) }),
};

async function readWorkflow(source: UiSource, query: URLSearchParams): Promise<unknown> {
  const { engine, journal, startOf, priceOf, limitSecondsOf } = source;
  const id = workflowOf(idOf(query.get('id') ?? ''));
  const [entry, [cell = {}]] = await Promise.all([
    findSubmission(engine, journal, id),
    engine.outcomes.readMany({ addresses: [addressOf(id)] }),
  ]);
  const { at, app, tenant, parent, shape }: Partial<Submitted> = entry ?? {};
  return {
    id,
    ...compact({ at, app, tenant, parent }),
    ...(await outcomeFacts(engine, id, cell)),
    // A task that is not listed can still be drawn; the canvas around it cannot.
    isListed: entry !== undefined,
    graph: await readGraph(engine, id, shape ?? cell.outcome?.run?.task ?? cell.next?.run?.task ?? null, startOf),
    ...(shape !== undefined && { price: priceOf(shape), limitSeconds: limitSecondsOf(shape) }),
  };
}

async function outcomeFacts(engine: UiSource['engine'], id: string, cell: Cell): Promise<object> {
  const { outcome } = cell;
  const state = listedState(cell);
  if (outcome === undefined) return { state };
  return compact({ state, endedAt: outcome.run?.endedAt, error: await errorOf(engine, id, outcome) });
}

async function readNode({ engine, callOf, startOf }: UiSource, query: URLSearchParams): Promise<unknown> {
  const id = idOf(query.get('id') ?? '');
  const known = callOf(id);
  const [inspection, call] = await Promise.all([
    inspect(engine, id, true),
    known === undefined ? undefined : readCall(engine, known),
  ]);
  const startedAt = startOf(id);
  const isWaiting = inspection.state === 'PENDING' || inspection.state === 'RETRY';
  if (startedAt === undefined || !isWaiting) return { ...call, ...inspection };
  // An attempt after a retry runs: its time has come.
  const { retry: _, ...rest } = inspection;
  return { ...call, ...rest, state: 'STARTED', started: new Date(startedAt).toISOString() };
}

function listQuery(now: number, query: URLSearchParams): ListQuery {
  const text = (name: string): string | undefined => query.get(name) || undefined;
  return {
    since: Number(query.get('since') ?? now - DAY_MS),
    limit: Math.min(500, wholeOf(query, 'limit', PAGE)),
    before: markIn(query.get('before')),
    state: stateIn(query.get('state')),
    task: text('task'),
    text: text('text'),
  };
}

function markIn(text: string | null): JournalMark | undefined {
  const [, at, id] = /^(\d+)\.(.+)$/.exec(text ?? '') ?? [];
  return at === undefined || id === undefined ? undefined : { at: Number(at), id };
}

function stateIn(text: string | null): ListedState | undefined {
  return LISTED_STATES.find((state) => state === text);
}

function wholeOf(query: URLSearchParams, name: string, otherwise: number): number {
  const value = Number(query.get(name) ?? otherwise);
  return Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
}

function idOf(value: Json | undefined): string {
  if (typeof value === 'string' && isId(value)) return value;
  throw new NotFound(`Cannot use ${JSON.stringify(value)} as an id.`);
}

function idsOf(value: Json | undefined): readonly string[] {
  if (Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === 'string')) return value;
  throw new NotAllowed('Cannot do that to nothing: name the ids.');
}
