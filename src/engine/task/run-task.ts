import type { SignatureData } from '../../core/canvas/signature.ts';
import { InvalidArguments, isChordalError } from '../../core/errors/caller.ts';
import { InvalidResult, SoftTimeLimitExceeded, TimeLimitExceeded } from '../../core/errors/task.ts';
import { bindArguments } from '../../core/task/parameters.ts';
import { autoretryDelay, hasRetryLeft, isRetriable, retryLimit } from '../../core/task/retry.ts';
import { pathOf } from '../../core/text/path.ts';
import type { SchemaIssue } from '../../core/types/standard-schema.ts';
import { toFailure } from '../../core/values/failure-record.ts';
import type { FailureRecord } from '../../core/values/failure-record.ts';
import type { Json } from '../../core/values/json.ts';
import { toJson } from '../../core/values/serializer.ts';
import type { Engine, RegisteredTask } from '../engine.ts';
import { callItems, isReadable } from './call-items.ts';
import { makeRun, ReplacementRequest, RetryRequest, within } from './context.ts';
import type { CurrentRun, GivenAgain } from './context.ts';
import { labelsOf } from './labels.ts';
import type { Limits } from './limits.ts';
import type { TaskCall } from './task-call.ts';

/** The result of a run. */
export type RunResult =
  | {
      readonly kind: 'success';
      readonly json: Json;
      readonly children: readonly string[];
      readonly added: readonly SignatureData[];
    }
  | { readonly kind: 'failure'; readonly record: FailureRecord; readonly thrown: unknown }
  | {
      readonly kind: 'retry';
      readonly notBefore: number;
      readonly given?: GivenAgain | undefined;
      readonly record: FailureRecord | undefined;
      readonly thrown: unknown;
    }
  | { readonly kind: 'ignored'; readonly record: FailureRecord }
  | { readonly kind: 'replace'; readonly data: SignatureData }
  /** Its part of the sandbox's time was not enough. */
  | { readonly kind: 'cutShort' };

/** How long a run may take, and when it is revoked. */
export type RunLimits = Limits & {
  readonly revoked?: AbortSignal;
  /** It has a part of a sandbox's time only, and may have more in another: it does not fail if that is over. Default false. */
  readonly isPart?: boolean;
  /** Is told of the end of the function, which may come after that of the run. */
  readonly watch?: ((ended: Promise<unknown>) => void) | undefined;
};

/**
 * Runs a task's function once, within its limits, and returns the result.
 *
 * @throws ServiceUnavailable if the cloud refused a call of the function, and Reject if the function threw it: then there is
 * no result yet.
 */
export async function runTask(
  engine: Engine,
  task: RegisteredTask,
  call: TaskCall,
  limits: RunLimits,
): Promise<RunResult> {
  const notice = new AbortController();
  const signal = limits.revoked === undefined ? notice.signal : AbortSignal.any([notice.signal, limits.revoked]);
  const run = makeRun(engine, task, call, signal);
  const done = new AbortController();
  const startedAt = engine.clock.now();
  // Code that keeps the processor busy lets no timer fire: when it ends, the clock says whether that is too late.
  const mustBeInTime = (): void => {
    if (engine.clock.now() - startedAt > limits.lateMs) throw tooLong(task, { ...limits, hardMs: limits.lateMs });
  };
  let isOver = false;
  const onOver = (): void => {
    isOver = true;
  };
  try {
    const ended = within(run, () => callToEnd(engine, task, run)).finally(mustBeInTime);
    limits.watch?.(ended);
    const value = await Promise.race([ended, limit(engine, task, { limits, notice, done: done.signal, onOver })]);
    return resultOf(value, task, run);
  } catch (thrown) {
    // A function that ends because of the notice has not failed by itself.
    if (limits.isPart === true && isOver) return { kind: 'cutShort' };
    return failureOf(engine, thrown, task, call);
  } finally {
    // With a reason there is no error to be made for it, at each run.
    done.abort('ended');
    // @defect ended-run-has-no-effects
    run.abandon('it has ended');
  }
}

/** Calls a task's function with its arguments where they belong; of a map, once per item. */
export async function callFunction(engine: Engine, task: RegisteredTask, run: CurrentRun): Promise<unknown> {
  const { batch, args, kwargs, isUntyped, calledDirectly } = run.call;
  const isSent = !calledDirectly;
  const once = async (given: readonly unknown[]): Promise<unknown> => {
    const checked = await validate(task, given);
    const { name, parameters } = task;
    const bound = bindArguments({ task: name, parameters, args: checked, kwargs, isUntyped, isSent });
    return task.fn(...(task.options.bind === true ? [run.context, ...bound] : bound));
  };
  if (batch === undefined) return checkResult(task, await once(args));
  const [items] = args;
  if (!Array.isArray(items))
    throw new InvalidArguments(`Cannot call ${task.name}.${batch.each}: its items are not a list`, { task: task.name });
  const call = async (item: unknown): Promise<unknown> =>
    checkResult(task, await once(batch.each === 'starmap' && Array.isArray(item) ? item : [item]));
  return callItems(engine, task, run, { batch, items, call });
}

/**
 * Returns the arguments as a task's `input` schema has them.
 *
 * @throws InvalidArguments if they do not pass it.
 */
export async function validate(task: RegisteredTask, args: readonly unknown[]): Promise<readonly unknown[]> {
  const { input } = task.options;
  if (input === undefined) return args;
  const result = await input['~standard'].validate(args);
  if (result.issues === undefined) return Array.isArray(result.value) ? result.value : args;
  const issues = result.issues.map((issue) => issueText(issue, 'arguments')).join('; ');
  throw new InvalidArguments(`Cannot call ${task.name}: its arguments do not pass its input schema: ${issues}`, {
    task: task.name,
  });
}

// --- internal ---

/** Calls a task, and waits for the effects that it did not await: Lambda would freeze them with a sandbox that has answered. */
async function callToEnd(engine: Engine, task: RegisteredTask, run: CurrentRun): Promise<unknown> {
  try {
    return await callHooked(engine, task, run);
  } finally {
    for (const effect of run.effects) await effect;
  }
}

/** Calls a task's function, behind the listeners of its start and inside all code that is to be around it. */
async function callHooked(engine: Engine, task: RegisteredTask, run: CurrentRun): Promise<unknown> {
  const { hooks } = engine;
  if (hooks === undefined || !(hooks.has('taskStart') || hooks.isWrapped)) return callFunction(engine, task, run);
  const { task: name, taskId, workflowId, attempt } = labelsOf(run.call, task.name, undefined);
  const { request } = run.context;
  const { members, carried } = run.call;
  const carry = (headers: Readonly<Record<string, string>>): void => void Object.assign(carried, headers);
  const event = { task: name, taskId, workflowId, attempt, headers: request.headers, request, carry };
  const start = members === undefined ? event : { ...event, members };
  await hooks.emit(engine, 'taskStart', start);
  return hooks.call(start, () => callFunction(engine, task, run));
}

/**
 * Returns the value of a task as its `output` schema has it.
 *
 * @throws InvalidResult if it does not pass it.
 */
async function checkResult(task: RegisteredTask, value: unknown): Promise<unknown> {
  const { output } = task.options;
  if (output === undefined || value instanceof ReplacementRequest) return value;
  const result = await output['~standard'].validate(value);
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map((issue) => issueText(issue, 'result')).join('; ');
  throw new InvalidResult(`Cannot use the result of ${task.name}: it does not pass its output schema: ${issues}`);
}

/** A list of arguments begins with an index: `arguments[0].customer.street: it is missing`. */
function issueText({ message, path = [] }: SchemaIssue, of: string): string {
  const keys = path.map((part) => (typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? message : `${pathOf(of, keys)}: ${message}`;
}

/** The parameters of a run's limit. */
interface Limiting {
  readonly limits: Limits;
  readonly notice: AbortController;
  readonly done: AbortSignal;
  /** Is called when the time is over, before the function is told. */
  readonly onOver: () => void;
}

/** Fails a run that takes too long, after a notice at the soft limit. The function's later work is not awaited. */
async function limit(
  { clock }: Engine,
  task: RegisteredTask,
  { limits, notice, done, onOver }: Limiting,
): Promise<never> {
  const { softMs, hardMs } = limits;
  const isNoticed = softMs < hardMs;
  if (isNoticed) {
    await clock.sleep(softMs, done);
    if (!done.aborted)
      notice.abort(new SoftTimeLimitExceeded(`The task ${task.name} has run for ${softMs / 1000} s, its soft limit`));
  }
  if (hardMs === Number.POSITIVE_INFINITY) return new Promise<never>(() => undefined);
  await clock.sleep(isNoticed ? hardMs - softMs : hardMs, done);
  if (done.aborted) return new Promise<never>(() => undefined);
  const error = tooLong(task, limits);
  onOver();
  if (!notice.signal.aborted) notice.abort(error);
  throw error;
}

/** A task without a limit of its own, or with one above that of its function, ends with the time of its sandbox. */
function tooLong({ name }: RegisteredTask, { hardMs, lateMs }: Limits): TimeLimitExceeded {
  const seconds = hardMs / 1000;
  const why =
    hardMs < lateMs
      ? `its function has no more time for it after ${seconds} s. Give the function a longer timeout, or divide the task.`
      : `its time limit of ${seconds} s is over`;
  return new TimeLimitExceeded(`Cannot wait longer for ${name}: ${why}`);
}

function resultOf(value: unknown, task: RegisteredTask, run: CurrentRun): RunResult {
  if (value instanceof ReplacementRequest) return { kind: 'replace', data: value.replacement.data };
  const json = toJson(value, `the result of task ${task.name}`);
  return { kind: 'success', json, children: run.children, added: run.added.map(({ data }) => data) };
}

function failureOf(engine: Engine, thrown: unknown, task: RegisteredTask, call: TaskCall): RunResult {
  // A proxy may throw at every question: nothing but its record is passed on.
  if (!isReadable(thrown)) return { kind: 'failure', record: toFailure(thrown), thrown: undefined };
  if (isChordalError(thrown, 'CHORDAL_SERVICE_UNAVAILABLE') || isChordalError(thrown, 'CHORDAL_REJECT')) throw thrown;
  if (isChordalError(thrown, 'CHORDAL_IGNORE')) return { kind: 'ignored', record: toFailure(thrown) };
  // As Celery's `raise self.replace(…)`.
  if (thrown instanceof ReplacementRequest) return { kind: 'replace', data: thrown.replacement.data };
  if (thrown instanceof RetryRequest) {
    const record = thrown.error === undefined ? undefined : toFailure(thrown.error);
    const { notBefore, given, error } = thrown;
    return { kind: 'retry', notBefore, given, record, thrown: error };
  }
  const limit = retryLimit(task.options, call.maxRetries);
  if (isRetriable(thrown, task.options) && hasRetryLeft(limit, call.retries)) {
    const delay = autoretryDelay(task.options, call.retries, engine.nonces.random());
    return { kind: 'retry', notBefore: engine.clock.now() + delay * 1000, record: toFailure(thrown), thrown };
  }
  return { kind: 'failure', record: toFailure(thrown), thrown };
}
