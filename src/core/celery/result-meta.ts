import type { Outcome } from '../protocol/outcome.ts';
import { cutTo } from '../text/describe.ts';
import { compact } from '../values/compact.ts';
import type { FailureRecord } from '../values/failure-record.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';

/** The facts of a task that its result names beside the outcome. */
export interface ResultFacts {
  readonly taskId: string;
  /** Epoch ms. */
  readonly now: number;
  readonly parentId?: string | undefined;
  /** The ids of what it has started: callbacks and the next step. */
  readonly children?: readonly string[];
}

/** Returns the result of a task as Celery's backends keep it. `value` is the value, or the record of the error. */
export function resultMeta(state: Outcome['state'] | 'RETRY', value: Json, facts: ResultFacts): JsonObject {
  const { taskId, now, parentId, children = [] } = facts;
  const isError = state !== 'SUCCESS';
  return {
    status: state,
    result: isError ? asCelery(exceptionOf(state, value)) : value,
    traceback: isError ? stackOf(value) : null,
    children: children.map((id) => [[id, null], null]),
    date_done: state === 'RETRY' ? null : new Date(now).toISOString(),
    task_id: taskId,
    ...(parentId === undefined ? {} : { parent_id: parentId }),
  };
}

/** Returns the error of a chord whose header has failed, as Celery words it. */
export function chordError(failedId: string, record: Json): JsonObject {
  const { type, args } = exceptionOf('FAILURE', record);
  return {
    errorType: 'ChordError',
    message: `Dependency ${failedId} raised ${type}(${JSON.stringify(args[0] ?? '')})`,
  };
}

/** Returns the record of the failure that a result of Celery tells; undefined if it is of another state. */
export function failureIn(meta: JsonObject): FailureRecord | undefined {
  const { status, result = null, traceback } = meta;
  if (status !== 'FAILURE' || !isPlainObject(result)) return undefined;
  const { exc_type: type, exc_message: given = null } = result;
  const args = Array.isArray(given) ? (given as readonly Json[]) : [given];
  const texts = args.map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
  return compact({
    errorType: cutTo(typeof type === 'string' ? type : 'Exception', MOST_NAME_BYTES),
    message: cutTo(texts.join(', '), MOST_MESSAGE_BYTES),
    args: JSON.stringify(args).length > MOST_ARGS_CHARACTERS ? undefined : args,
    // The end of a traceback says where the error was raised.
    stack: typeof traceback === 'string' ? traceback.slice(-MOST_STACK_CHARACTERS) : undefined,
  });
}

// --- internal ---

/** As much as the record of an error of ours has. */
const MOST_NAME_BYTES = 200;
const MOST_MESSAGE_BYTES = 1024;
const MOST_ARGS_CHARACTERS = 4096;
const MOST_STACK_CHARACTERS = 2048;

/** The modules that Celery finds an exception's class in; an error of another name becomes a class of that name. */
const MODULES: Readonly<Record<string, string>> = {
  TypeError: 'builtins',
  SyntaxError: 'builtins',
  TaskRevokedError: 'celery.exceptions',
  NotRegistered: 'celery.exceptions',
  Ignore: 'celery.exceptions',
  Reject: 'celery.exceptions',
  ChordError: 'celery.exceptions',
  MaxRetriesExceededError: 'celery.exceptions',
  TimeLimitExceeded: 'billiard.exceptions',
  SoftTimeLimitExceeded: 'billiard.exceptions',
  WorkerLostError: 'billiard.exceptions',
};

interface Exception {
  readonly type: string;
  readonly args: readonly Json[];
}

function asCelery({ type, args }: Exception): JsonObject {
  return {
    exc_type: type,
    exc_message: args,
    exc_module: Object.hasOwn(MODULES, type) ? (MODULES[type] ?? null) : null,
  };
}

function exceptionOf(state: string, record: Json): Exception {
  const { errorType, message, args } = fieldsOf(record);
  const type = state === 'REVOKED' ? 'TaskRevokedError' : typeof errorType === 'string' ? errorType : 'Exception';
  const text = typeof message === 'string' ? message : 'revoked';
  return { type, args: Array.isArray(args) ? (args as readonly Json[]) : [text] };
}

function stackOf(record: Json): string | null {
  const { stack } = fieldsOf(record);
  return typeof stack === 'string' ? stack : null;
}

function fieldsOf(record: Json): JsonObject {
  return isPlainObject(record) ? record : {};
}
