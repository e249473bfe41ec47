import type { Cell } from '../../core/protocol/outcome.ts';
import { doneOf, stepsAhead } from '../../core/protocol/parts.ts';
import type { Done } from '../../core/protocol/parts.ts';
import { compact, unlessEmpty } from '../../core/values/compact.ts';
import { isPlainObject } from '../../core/values/json.ts';
import type { Json, JsonObject } from '../../core/values/json.ts';
import { decode, toAnswer } from '../../core/values/serializer.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadChildren, loadValue } from '../../engine/inputs.ts';
import { readKeptCall } from '../../engine/kept-call.ts';
import { readParts } from './parts.ts';
import { readNote, readVisible, retryIn } from './read-result.ts';
import type { Visible } from './read-result.ts';
import { reportResult } from './report.ts';
import type { ResultReport } from './report.ts';
import { nodeOf } from './tree.ts';
import type { TreeNode } from './tree.ts';

/** Everything that the items of one id say of it. Times are ISO 8601. */
export interface Inspection extends ResultReport {
  readonly task?: string;
  /** The attempt that ended it, or the next one; 0 is the first. */
  readonly attempt?: number;
  /** The time when its message was sent, or due. */
  readonly queued?: string;
  readonly started?: string;
  readonly ended?: string;
  /** How long it waited in its queue, and how long it ran, in ms. */
  readonly ms?: { readonly waited?: number; readonly ran?: number };
  /** The key of the place that it waits for, and since when. Absent in the first seconds, and of a possible duplicate. */
  readonly waitsForPlace?: { readonly concurrencyKey: string; readonly since: string };
  /** The meta of the last `updateState`. */
  readonly meta?: Json;
  /** In RETRY: the error as it was recorded, and when the task runs again. */
  readonly retry?: { readonly at: string; readonly error?: Json };
  /** The record of the error with its causes, fields and stacks, on request. */
  readonly record?: Json;
  /** The numbers of its finished steps and members, if it has any. */
  readonly progress?: Done;
  /** Steps that no worker has begun, as far as they are known. */
  readonly ahead?: readonly string[];
  /** The ids of what its task launched. */
  readonly children: readonly string[];
  /** The arguments of its last run, as JSON, if its task has the option `keepArguments`. */
  readonly args?: readonly Json[];
  readonly kwargs?: JsonObject;
  /** Why its arguments are not here, although its task keeps them. */
  readonly unread?: string;
}

/**
 * Reads everything that is known of an id, from its id alone.
 *
 * @param withStack whether to add the record of the error.
 */
export async function inspect(engine: Engine, id: string, withStack = false): Promise<Inspection> {
  const [report, visible] = await Promise.all([reportResult(engine, id, 0), readVisible(engine, id)]);
  const { cell, outcome } = visible;
  const parts = await readParts(engine, id, cell);
  const progress = doneOf(parts, id, cell);
  const hasParts = parts.groups.length > 0 || parts.steps.length > 0 || parts.length !== undefined;
  return compact({
    ...report,
    ...timesOf(nodeOf(id, cell, report.state)),
    ...(await noteOf(engine, id, visible)),
    retry: await retryOf(engine, visible, withStack),
    record: withStack && outcome?.state === 'FAILURE' ? await loadValue(engine, outcome.value) : undefined,
    progress: hasParts ? progress : undefined,
    ahead: unlessEmpty(outcome === undefined ? stepsAhead(parts, id, cell) : []),
    children: await loadChildren(engine, outcome?.children ?? []),
    ...(await argumentsOf(engine, cell)),
  });
}

// --- internal ---

type Arguments = Pick<Inspection, 'args' | 'kwargs' | 'unread'>;
type Times = Pick<Inspection, 'task' | 'attempt' | 'queued' | 'started' | 'ended' | 'ms'>;

function timesOf({ task, attempt, queuedAt, startedAt, endedAt }: TreeNode): Times {
  const waited = startedAt === undefined || queuedAt === undefined ? undefined : startedAt - queuedAt;
  const ran = startedAt === undefined || endedAt === undefined ? undefined : endedAt - startedAt;
  return compact({
    task,
    attempt,
    queued: timeOf(queuedAt),
    started: timeOf(startedAt),
    ended: timeOf(endedAt),
    ms: unlessEmpty(compact({ waited, ran })),
  });
}

function timeOf(at: number): string;
function timeOf(at: number | undefined): string | undefined;
function timeOf(at: number | undefined): string | undefined {
  return at === undefined ? undefined : new Date(at).toISOString();
}

async function argumentsOf(engine: Engine, { outcome, next }: Cell): Promise<Arguments> {
  const kept = (outcome ?? next)?.run?.call;
  if (kept === undefined || outcome?.forgotten === true) return {};
  const { task: _, ...shown } = (await readKeptCall(engine, kept)) ?? { task: '' };
  return shown;
}

async function noteOf(
  engine: Engine,
  id: string,
  visible: Visible,
): Promise<Pick<Inspection, 'meta' | 'waitsForPlace'>> {
  if (visible.outcome !== undefined) return {};
  const note = await readNote(engine, id, visible);
  if (note === undefined) return {};
  const { state, meta, waits } = note;
  if (waits !== undefined) return { waitsForPlace: { concurrencyKey: waits.key, since: timeOf(waits.since) } };
  const what = `the meta of ${id}`;
  return state === '' ? {} : { meta: toAnswer(decode(meta, what), what) };
}

async function retryOf(engine: Engine, visible: Visible, withStack: boolean): Promise<Inspection['retry']> {
  const retry = retryIn(visible);
  if (retry === undefined) return undefined;
  const error = retry.error === undefined ? undefined : await loadValue(engine, retry.error);
  return compact({ at: timeOf(retry.notBefore), error: error && (withStack ? error : withoutStack(error)) });
}

function withoutStack(record: Json): Json {
  if (!isPlainObject(record)) return record;
  const { stack: _, ...rest } = record;
  return rest;
}
