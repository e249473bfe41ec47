import { AsyncLocalStorage } from 'node:async_hooks';
import { ownTaskId } from '../../core/canvas/own-task-id.ts';
import { InvalidCanvas, InvalidOptions } from '../../core/errors/caller.ts';
import { MaxRetriesExceededError } from '../../core/errors/task.ts';
import { addressOf } from '../../core/protocol/address.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { startOf } from '../../core/protocol/lifetime.ts';
import { keptFor } from '../../core/protocol/lifetime.ts';
import { checkArguments } from '../../core/task/parameters.ts';
import { defaultRetryDelay, hasRetryLeft, retryLimit } from '../../core/task/retry.ts';
import { describe } from '../../core/text/describe.ts';
import { mismatch } from '../../core/text/mismatch.ts';
import type { Logger, Replacement, Request, RetryOptions, TaskContext } from '../../core/types/context.ts';
import type { AnySignature, Complete } from '../../core/types/signature.ts';
import { compact, mapRecord } from '../../core/values/compact.ts';
import { copyJson, isPlainObject } from '../../core/values/json.ts';
import type { Json, JsonObject } from '../../core/values/json.ts';
import { checkOptions, DATE, FROM_NOW, optionsObject, RETRIES } from '../../core/values/option-checks.ts';
import type { OptionCheck } from '../../core/values/option-checks.ts';
import { encode, toJson } from '../../core/values/serializer.ts';
import type { Engine, RegisteredTask } from '../engine.ts';
import { fittingItem } from '../item-size.ts';
import { labelsOf } from './labels.ts';
import type { Labels } from './labels.ts';
import { ledgerOf } from './ledger.ts';
import type { TaskCall } from './task-call.ts';

/** The arguments that a task gives its next attempt, as JSON; those that it does not give stay. */
export interface GivenAgain {
  readonly args?: readonly Json[];
  readonly kwargs?: JsonObject;
}

/** The error to throw to be run again: `ctx.retry` makes it while a retry is left. */
export class RetryRequest extends Error {
  override readonly name = 'Retry';
  readonly notBefore: number;
  readonly error: unknown;
  /** The arguments of the next attempt, as JSON; absent: its own. */
  readonly given: GivenAgain | undefined;

  constructor(notBefore: number, error: unknown, given?: GivenAgain) {
    super('The task asked to be run again', { cause: error });
    this.notBefore = notBefore;
    this.error = error;
    this.given = given;
  }
}

/** The value to return to be replaced: `ctx.replace` makes it. */
export class ReplacementRequest<R> implements Replacement<R> {
  readonly replacement: Complete<R>;

  constructor(replacement: Complete<R>) {
    this.replacement = replacement;
  }
}

/** A call that is running. */
export interface CurrentRun {
  /** The name of the task. */
  readonly task: string;
  readonly call: TaskCall;
  readonly context: TaskContext;
  /** How many workflows like each it has launched, by the digest of their signatures. */
  readonly launches: Map<string, number>;
  /** The ids that it has launched. */
  readonly children: string[];
  /** The effects that it has begun, each over when it is durable or refused. */
  readonly effects: Promise<void>[];
  /** The signatures that `addToChord` has added. */
  readonly added: AnySignature[];
  /** Whether it may be a second run: everything it launches is then marked, so that its receivers look first. */
  readonly isAgain: boolean;
  /** Throws if the engine no longer waits for it. */
  mustBeWanted(what: string): void;
  /** The engine stops waiting for it. */
  abandon(reason: string): void;
}

const running = new AsyncLocalStorage<CurrentRun>();

/** The run that the calling code is part of, if any. */
export function currentRun(): CurrentRun | undefined {
  return running.getStore();
}

/** Runs a function as part of a run. */
export function within<T>(run: CurrentRun, fn: () => T): T {
  return running.run(run, fn);
}

/** Notes an effect with the run that the calling code is part of, if any: the outcome of that run waits for it. */
export function ofRun<T>(effect: Promise<T>): Promise<T> {
  const over = (): void => undefined;
  currentRun()?.effects.push(effect.then(over, over));
  return effect;
}

/**
 * Makes a run of a call, with the context its function sees.
 *
 * @param around the run that calls it directly, if any: its launches count as launches of that one.
 */
export function makeRun(
  engine: Engine,
  task: RegisteredTask,
  call: TaskCall,
  signal: AbortSignal,
  around?: CurrentRun,
): CurrentRun {
  const { clock, log } = engine;
  const until = (): number => Math.max(call.message?.until ?? 0, keptFor(clock.now()));
  const added: AnySignature[] = [];
  let abandoned: string | undefined;
  const mustBeWanted = (what: string): void => {
    around?.mustBeWanted(what);
    if (abandoned !== undefined)
      throw new Error(`Cannot ${what} as ${task.name} (${call.id}) is no longer waited for: ${abandoned}`);
  };
  const updateState = async (state: string, meta: unknown = null): Promise<void> => {
    mustBeWanted('update the state');
    checkState(task.name, state);
    if (call.calledDirectly) return;
    const { try: attempt } = call.message ?? {};
    const what = `the meta of state ${state}`;
    const progress = { state, meta: fittingItem(encode(meta, what), what), ...compact({ attempt }) };
    await engine.records.putProgress({ address: addressOf(call.id), progress, until: until() });
  };
  const ledger = ledgerOf(engine, mustBeWanted);
  const context: TaskContext = {
    request: requestOf(call),
    signal,
    logger: loggerOf(log, labelsOf(call, task.name, engine.settings.logHeaders)),
    ledger: { ...ledger, append: (...entry) => ofRun(ledger.append(...entry)) },
    updateState,
    progress: (current, total) => updateState('PROGRESS', { current, total }),
    retry: (options = {}) => retryOf(clock.now(), task, call, readRetry(task.name, options)),
    replace: (signature) => new ReplacementRequest(mustBeSignature(signature, `the replacement of ${task.name}`)),
    addToChord: (signature) => {
      mustBeWanted('add to the chord');
      if (call.groupId === null && !call.calledDirectly) {
        throw new InvalidOptions(`Cannot add to the chord of ${task.name} (${call.id}): it is not a member of a chord`);
      }
      added.push(mustBeSignature(signature, `the signature that ${task.name} adds to its chord`));
    },
  };
  const abandon = (reason: string): void => {
    abandoned ??= reason;
  };
  const { launches = new Map<string, number>(), children = [], effects = [] } = around ?? {};
  const { isAgain } = call;
  return { task: task.name, call, context, launches, children, effects, added, isAgain, mustBeWanted, abandon };
}

/** Returns the facts of a call, as its context shows them. */
export function requestOf(call: TaskCall): Request {
  const { id, rootId, parentId, groupId, groupIndex, retries, args, kwargs, headers, stamps, calledDirectly } = call;
  return {
    id,
    workflowId: workflowOf(id),
    rootId,
    parentId,
    groupId,
    groupIndex,
    retries,
    args,
    kwargs,
    headers,
    stamps,
    stampedHeaders: Object.keys(stamps),
    eta: call.notBefore === null ? null : new Date(call.notBefore),
    expires: call.expires === null ? null : new Date(call.expires),
    calledDirectly,
  };
}

// --- internal ---

function retryOf(now: number, task: RegisteredTask, call: TaskCall, options: RetryOptions): Error {
  const { countdown, eta, error, maxRetries } = options;
  const again = givenAgain(task, call, options);
  const limit = maxRetries === undefined ? retryLimit(task.options, call.maxRetries) : maxRetries;
  const given = asError(error);
  if (call.calledDirectly) return given ?? new RetryRequest(now, undefined);
  if (!hasRetryLeft(limit, call.retries)) {
    return (
      given ??
      new MaxRetriesExceededError(
        `Cannot retry ${task.name} (${call.id}) again: ${call.retries} of at most ${limit} retries are used`,
      )
    );
  }
  const when = eta === undefined ? { countdown: countdown ?? defaultRetryDelay(task.options) } : { eta: eta.getTime() };
  return new RetryRequest(startOf(when, now), given, again);
}

/** Reads the arguments of the next attempt, as they are now. They must fit the task. */
function givenAgain(task: RegisteredTask, call: TaskCall, { args, kwargs }: RetryOptions): GivenAgain | undefined {
  if (args === undefined && kwargs === undefined) return undefined;
  const { name, parameters } = task;
  if (call.batch !== undefined)
    throw new InvalidOptions(
      `Cannot retry ${name} (${call.id}) with other arguments: it is called for each item of a ${call.batch.each}. Leave out args and kwargs.`,
    );
  checkArguments({
    task: name,
    parameters,
    args: args ?? call.args,
    kwargs: { ...(kwargs ?? call.kwargs) },
    isUntyped: true,
  });
  return compact({
    args: args?.map((arg, index) => copyJson(toJson(arg, `argument ${index + 1} of a retry of ${name}`))),
    kwargs:
      kwargs &&
      mapRecord(kwargs, (value, key) => copyJson(toJson(value, `keyword argument ${key} of a retry of ${name}`))),
  });
}

function mustBeSignature<S extends AnySignature>(signature: S, as: string): S {
  // A task written without the compiler may give anything.
  const given: unknown = signature;
  if (typeof given === 'function' && 'data' in given) {
    const taskId = ownTaskId(signature.data);
    if (taskId === undefined) return signature;
    throw new InvalidOptions(
      `Cannot use the taskId ${describe(taskId)} of ${as}: it gets the id of the task, or one made from the id of its chord. Leave the taskId out.`,
    );
  }
  throw new InvalidCanvas(`Cannot use ${as}: ${mismatch('a signature', describe(given))}`);
}

const RETRY_OPTIONS: Readonly<Record<string, OptionCheck>> = {
  countdown: FROM_NOW,
  eta: DATE,
  error: { is: () => true, want: 'anything' },
  args: { is: (value) => Array.isArray(value), want: 'a list of arguments' },
  kwargs: { is: isPlainObject, want: 'an object of keyword arguments' },
  maxRetries: RETRIES,
};

/**
 * Reads the options of a retry. A value that is not a time would be a time that never comes. Celery's users write null
 * for options that they do not set.
 */
function readRetry(task: string, options: unknown): RetryOptions {
  const { countdown, eta, args, kwargs, ...rest } = optionsObject(options, `the options of a retry of ${task}`);
  const all = { countdown, eta, args, kwargs };
  const given = {
    ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== null)),
    ...rest,
  };
  checkOptions(given, RETRY_OPTIONS, `a retry of ${task}`);
  return given;
}

/** The states that only an outcome has: a task that could claim one would have ended before it did. */
const FINAL_STATES: readonly unknown[] = ['SUCCESS', 'FAILURE', 'REVOKED'];

function checkState(task: string, state: unknown): void {
  if (typeof state === 'string' && state !== '' && !FINAL_STATES.includes(state)) return;
  throw new InvalidOptions(
    `Cannot set the state of ${task}: ${mismatch(`a text other than ${FINAL_STATES.join(', ')}`, describe(state))}. Return, or throw, to end the task.`,
  );
}

/** Returns an error; a caller without the compiler may give its text, or anything. Null is nothing, as in Celery. */
function asError(error: unknown): Error | undefined {
  if (error === undefined || error === null || error instanceof Error) return error ?? undefined;
  if (typeof error === 'string') return new Error(error);
  // An error of another realm is not an instance of our Error, but is still read as one.
  if (typeof error === 'object' && 'message' in error && 'name' in error) return error as Error;
  return new Error(`The task asked to be run again because of ${describe(error)}`);
}

function loggerOf(log: Engine['log'], labels: Labels): Logger {
  const fields = { ...labels };
  return {
    debug: (message, more) => log.debug(message, { ...fields, ...more }),
    info: (message, more) => log.info(message, { ...fields, ...more }),
    warn: (message, more) => log.warn(message, { ...fields, ...more }),
    error: (message, more) => log.error(message, { ...fields, ...more }),
  };
}
