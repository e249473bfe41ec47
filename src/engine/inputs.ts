import { ServiceUnavailable } from '../core/errors/caller.ts';
import { memberId } from '../core/protocol/ids.ts';
import type { FailureNotice, Input } from '../core/protocol/message.ts';
import type { Cell, JoinValue, Outcome, Value } from '../core/protocol/outcome.ts';
import type { TaskPlan } from '../core/protocol/plan.ts';
import type { Attempt } from '../core/types/events.ts';
import { compact } from '../core/values/compact.ts';
import { copyJson, isPlainObject, parseJson } from '../core/values/json.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import { toJson } from '../core/values/serializer.ts';
import type { Engine } from './engine.ts';

/** How often a body reads again when a member's outcome is not there yet, and how long it waits between (ms). */
const GATHER_TRIES = 5;
const GATHER_WAIT_MS = 50;

type Reader = Pick<Engine, 'outcomes' | 'payloads' | 'clock'>;

/** The arguments of a task as JSON: its own, behind the value of the step before it. */
export interface LoadedArguments {
  readonly args: readonly Json[];
  readonly kwargs: JsonObject;
}

/**
 * Loads a task's arguments: those kept elsewhere, and its input unless it is immutable. They are the run's own. Changes
 * that a run makes to them reach neither its retry nor its callbacks, which have them from the same message.
 *
 * @param onMembers gets the attempts behind the first values of a group, if the input is one's.
 */
export async function loadArguments(
  reader: Reader,
  sig: TaskPlan,
  input: Input | undefined,
  onMembers?: Audience['onMembers'],
): Promise<LoadedArguments> {
  const own = await ownArguments(reader, sig);
  const before = input === undefined || sig.immutable === true ? [] : [await loadInput(reader, input, onMembers)];
  return { args: [...before, ...own.args], kwargs: own.kwargs };
}

/** Loads the arguments that a task has of its own: those kept elsewhere too, and not the value of the step before it. */
export async function ownArguments(reader: Reader, sig: TaskPlan): Promise<LoadedArguments> {
  if (sig.stored === undefined) return copyJson({ args: sig.args ?? [], kwargs: sig.kwargs ?? {} });
  const { args = [], kwargs = {} } = await storedArguments(reader, sig.stored);
  return { args, kwargs };
}

/** Returns the value of an input as JSON: of an error callback it is what failed. */
export async function loadInput(reader: Reader, input: Input, onMembers?: Audience['onMembers']): Promise<Json> {
  if ('val' in input) return copyJson(input.val);
  if ('ref' in input) return loadValue(reader, { ref: input.ref });
  if ('failure' in input) return loadFailure(reader, input.failure);
  return gather(reader, input, onMembers === undefined ? {} : { onMembers });
}

/** Returns a committed value as JSON; a group's is the list of its members'. */
export async function loadValue(reader: Reader, value: Value): Promise<Json> {
  if ('inline' in value) return value.inline;
  if ('ref' in value) return parseJson(await reader.payloads.getValue({ ref: value.ref }), 'a value');
  return gather(reader, value);
}

/** The same for a client: of a member whose result is ignored it has `undefined`. */
export function loadResult(reader: Reader, value: Value): Promise<Json> {
  return 'join' in value ? gather(reader, value, { isClient: true }) : loadValue(reader, value);
}

/** The ids that a task launched. */
export async function loadChildren(
  reader: Reader,
  children: NonNullable<Outcome['children']>,
): Promise<readonly string[]> {
  if (!('ref' in children)) return children;
  const json = await loadValue(reader, children);
  return Array.isArray(json) ? json.filter((id) => typeof id === 'string') : [];
}

// --- internal ---

async function storedArguments(reader: Reader, key: string): Promise<Pick<TaskPlan, 'args' | 'kwargs'>> {
  const json = parseJson(await reader.payloads.getBlock({ key }), 'stored arguments');
  const { args, kwargs } = isPlainObject(json) ? json : {};
  return compact({ args: Array.isArray(args) ? args : undefined, kwargs: isPlainObject(kwargs) ? kwargs : undefined });
}

interface Gathered {
  readonly join: string;
  readonly n: number;
  readonly collect?: true | undefined;
}

/** For whom values are gathered. */
interface Audience {
  readonly isClient?: true;
  /** Gets the attempts that decided the first members. */
  readonly onMembers?: (decided: readonly Attempt[]) => void;
}

/** The most members that are named to code around a task: as many as a read has. */
const MEMBERS_NAMED = 128;

function attemptsOf(join: string, cells: readonly Cell[]): readonly Attempt[] {
  return cells.slice(0, MEMBERS_NAMED).flatMap(({ outcome }, index) => {
    // A member that is a canvas of its own has its last task's; one that never ran has none.
    if (outcome?.run?.startedAt === undefined) return [];
    return [{ taskId: memberId(join, index), attempt: outcome.run.attempt ?? 0 }];
  });
}

async function gather(
  reader: Reader,
  { join, n, collect }: Gathered,
  { onMembers, ...audience }: Audience = {},
): Promise<readonly Json[]> {
  for (let attempt = 1; ; attempt += 1) {
    // A client's first read may miss a value that was written just now: it then reads strongly.
    const cells = await reader.outcomes.gather({ join, n, mayLag: audience.isClient === true && attempt === 1 });
    // @defect gather-waits-for-all
    if (cells.every(({ outcome }) => outcome !== undefined)) {
      onMembers?.(attemptsOf(join, cells));
      const values = await Promise.all(
        cells.map((cell, index) =>
          memberValues(reader, cell, { collect: collect === true, id: memberId(join, index), ...audience }),
        ),
      );
      const added = await Promise.all(
        cells.map(async ({ outcome }) => (outcome?.added === undefined ? [] : gather(reader, outcome.added, audience))),
      );
      // @defect members-in-order
      const all = [...values.flat(1), ...added.flat(1)];
      return collect === true ? all.map(atIndex) : all;
    }
    // A join that is complete has all outcomes; a read that misses one is behind.
    if (attempt === GATHER_TRIES)
      throw new ServiceUnavailable(`Cannot gather the ${n} values of ${join}: some are missing`);
    await reader.clock.sleep(GATHER_WAIT_MS);
  }
}

/** Returns the values that a member adds to the list: its own, or all those of a group that joins the one around it. */
async function memberValues(
  reader: Reader,
  { outcome }: Cell,
  { collect, id, ...audience }: Audience & { readonly collect: boolean; readonly id: string },
): Promise<readonly Json[]> {
  if (outcome === undefined) return [];
  const isClient = audience.isClient === true;
  if (isClient && outcome.ignored === true) return [toJson(undefined, 'a result')];
  const { value } = outcome;
  // The values of a group in this one are its members': with what became of each, or without, as this one's are.
  // @defect nested-values-are-of-one-kind
  if (isSpliced(value, collect)) return gather(reader, { ...value, collect: collect || undefined }, audience);
  const json = await (isClient ? loadResult : loadValue)(reader, value);
  return [collect ? becameOf(outcome, json, id) : json];
}

function isSpliced(value: Value, collect: boolean): value is JoinValue {
  return 'join' in value && value.splice === true && (!collect || value.collect === true);
}

/** An error names the place of its member in the whole list: a group inside has counted from its own first. */
function atIndex(became: Json, index: number): Json {
  if (!isPlainObject(became) || became['ok'] !== false || !isPlainObject(became['error'])) return became;
  return { ...became, error: { ...became['error'], index } };
}

function becameOf({ state, failedId = '' }: Outcome, json: Json, id: string): Json {
  if (state === 'SUCCESS') return { ok: true, value: json };
  const failedTaskId = failedId || id;
  return { ok: false, error: { ...errorIn(json, failedTaskId), failedTaskId } };
}

/** Returns the error in a record; the record of a revocation has a reason instead. */
function errorIn(record: Json, id: string): JsonObject {
  const { errorType, message = '', task = '', reason } = isPlainObject(record) ? record : {};
  if (typeof reason !== 'string') return { errorType: errorType ?? '', message, failedTask: task };
  const what = typeof task === 'string' && task !== '' ? `${task} (${id})` : id;
  return { errorType: 'TaskRevokedError', message: `${what} was ${reason}`, failedTask: task, reason };
}

async function loadFailure(reader: Reader, notice: FailureNotice): Promise<Json> {
  const { taskId, failedTaskId, rootId, error, call } = notice;
  const record = await loadValue(reader, error);
  const { failedTask: _, ...failure } = errorIn(record, failedTaskId);
  const called = call === undefined ? { args: [], kwargs: {} } : await loadArguments(reader, call.sig, call.in);
  return { taskId, failedTaskId, rootId, task: call?.sig.task ?? '', ...failure, ...called };
}
