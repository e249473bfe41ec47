import { isChordalError } from '../core/errors/caller.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import { decidedBy, ownershipOf } from '../core/protocol/outcome.ts';
import type { NextAttempt, Outcome, Standing } from '../core/protocol/outcome.ts';
import { withoutArguments } from '../core/task/parameters.ts';
import { isExpected } from '../core/task/retry.ts';
import { withoutValue } from '../core/text/mismatch.ts';
import type { TaskEvent } from '../core/types/events.ts';
import { compact } from '../core/values/compact.ts';
import { fromFailure } from '../core/values/failure-record.ts';
import type { FailureRecord } from '../core/values/failure-record.ts';
import { isPlainObject } from '../core/values/json.ts';
import { unexpected } from '../engine/redact.ts';
import type { TaskDelivery } from './commit.ts';
import { labelsOfMessage } from './labels.ts';

/**
 * Reports a decision that this delivery has made: a line of log, a count, and the listeners of its event. A resumed
 * delivery does not report it again. Never throws.
 */
export async function reportDecision(delivery: TaskDelivery, standing: Standing): Promise<void> {
  const { engine, message, origin } = delivery;
  if (ownershipOf(standing.cell, message.try, origin.by) !== 'thisDelivery') return;
  const decided = decidedBy(standing.cell, message);
  if (decided === undefined) return;
  try {
    count(delivery, decided);
    write(delivery, decided);
    await tell(delivery, decided);
  } catch (error) {
    // A task may throw what cannot even be read.
    engine.log.error('A decision could not be reported', { taskId: message.id, ...unexpected(error) });
  }
}

/**
 * Warns of a start behind others that were counted and have come to nothing: a task may end its sandbox each time, and
 * Lambda's own lines about that name no task.
 */
export function reportStartedAgain({ engine, message }: TaskDelivery, { cell: { starts = [] } }: Standing): void {
  if (starts.length < 2) return;
  const about = { ...labelsOfMessage(engine, message), starts: starts.length };
  engine.log.warn(`${message.sig.task} is started again: the starts before have come to no outcome`, about);
}

/** Returns the reason of a revocation. */
export function reasonIn({ value }: Pick<Outcome, 'value'>): string {
  const reason = 'inline' in value && isPlainObject(value.inline) ? value.inline['reason'] : undefined;
  return typeof reason === 'string' ? reason : 'revoked';
}

// --- internal ---

type Decided = Outcome | NextAttempt;

function isRetry(decided: Decided): decided is NextAttempt & { readonly kind: 'retry' } {
  return 'kind' in decided && decided.kind === 'retry';
}

function count(delivery: TaskDelivery, decided: Decided): void {
  const { engine, message } = delivery;
  if (isRetry(decided)) engine.meter?.count('retries', message.sig.task);
  if ('state' in decided && decided.state === 'FAILURE' && !isExpectedEnd(delivery))
    engine.meter?.count('failures', message.sig.task);
}

/** Returns whether a task has failed as its options say that it may. */
function isExpectedEnd({ engine, message, seen: { thrown, record } }: TaskDelivery): boolean {
  const task = engine.tasks.get(message.sig.task);
  if (task?.options.throws === undefined) return false;
  const error = thrown instanceof Error || isChordalError(thrown) ? thrown : record && fromFailure(record);
  return error !== undefined && isExpected(error, task.options);
}

/** Writes the line: a failure is an error, a retry a warning, and a success a detail. */
function write(delivery: TaskDelivery, decided: Decided): void {
  const { engine, message } = delivery;
  const { task } = message.sig;
  const about = { ...labelsOfMessage(engine, message), ms: msOf(delivery) };
  if (isRetry(decided)) {
    const retryAt = new Date(decided.notBefore).toISOString();
    return engine.log.warn(`${task} is retried${causeText(delivery)}`, { ...about, retryAt, ...errorFields(delivery) });
  }
  if ('kind' in decided) return engine.log.debug(`${task} is replaced`, about);
  if (decided.state === 'FAILURE' && isExpectedEnd(delivery)) {
    const { stack: _, ...fields } = errorFields(delivery);
    return engine.log.info(`${task} failed as expected${causeText(delivery)}`, { ...about, ...fields });
  }
  if (decided.state === 'FAILURE')
    return engine.log.error(`${task} failed${causeText(delivery)}`, { ...about, ...errorFields(delivery) });
  if (decided.state === 'REVOKED') {
    const { record } = delivery.seen;
    const why = record === undefined || record.message === '' ? '' : `: ${messageOf(record)}`;
    return engine.log.info(`${task} was ${reasonIn(decided)}${why}`, about);
  }
  engine.log.debug(`${task} succeeded`, about);
}

function msOf({ engine, startedAt }: TaskDelivery): number {
  return startedAt === undefined ? 0 : Math.round(engine.clock.now() - startedAt);
}

function causeText({ seen: { record } }: TaskDelivery): string {
  return record === undefined ? '' : `: ${textOf(record)}`;
}

/** Returns the type and the message of an error. Ours quote their input, which a log does not show. */
function textOf(record: FailureRecord): string {
  const message = messageOf(record);
  return message === '' ? record.errorType : `${record.errorType}: ${message}`;
}

function messageOf({ code, message, errorType, data }: FailureRecord): string {
  if (code === 'CHORDAL_INVALID_ARGUMENTS') {
    const task = data?.['task'];
    return typeof task === 'string' ? withoutArguments({ task, message }) : '';
  }
  return (typeof code === 'string' && code.startsWith('CHORDAL_')) || errorType === 'ThrownValue'
    ? withoutValue(message)
    : message;
}

function errorFields({ engine, message, seen: { record, request } }: TaskDelivery): {
  readonly stack?: string;
  readonly [field: string]: unknown;
} {
  const isShown = engine.tasks.get(message.sig.task)?.options.logArguments === true;
  const given = isShown && request !== undefined ? { args: request.args, kwargs: request.kwargs } : {};
  if (record === undefined) return given;
  const causes = causesOf(record);
  return {
    ...compact({
      errorType: record.errorType,
      errorMessage: messageOf(record),
      errorCode: record.code,
      causes: causes.length === 0 ? undefined : causes,
      stack: stackOf(record),
    }),
    ...given,
  };
}

/** Returns the stack of an error, and behind it those of its causes: the outermost may have no place of its own, or a wrapper's. */
function stackOf(record: FailureRecord): string | undefined {
  const own = record.stack?.replace(record.message, () => messageOf(record));
  const inner = innerOf(record).flatMap((one) => {
    const stack = stackOf(one);
    return stack === undefined ? [] : [`caused by ${stack}`];
  });
  return own === undefined && inner.length === 0 ? undefined : [own ?? textOf(record), ...inner].join('\n');
}

/** Returns the chain of causes, and the errors that one collects, each as a line. */
function causesOf(record: FailureRecord): readonly string[] {
  return innerOf(record).flatMap((one) => [textOf(one), ...causesOf(one)]);
}

function innerOf({ cause, errors = [] }: FailureRecord): readonly FailureRecord[] {
  return [...(cause === undefined ? [] : [cause]), ...errors];
}

/** Calls the listeners of the decision's event. */
async function tell(delivery: TaskDelivery, decided: Decided): Promise<void> {
  const { hooks } = delivery.engine;
  if (hooks === undefined) return;
  const { engine } = delivery;
  const ms = msOf(delivery);
  if (isRetry(decided) && hooks.has('taskRetry')) {
    const { seen } = delivery;
    const error = seen.record === undefined ? {} : { error: errorOf(delivery) };
    const retryAt = new Date(decided.notBefore);
    return hooks.emit(engine, 'taskRetry', { ...eventOf(delivery), ...error, retryAt, ms });
  }
  if ('kind' in decided) return;
  if (decided.state === 'FAILURE' && hooks.has('taskFailure'))
    return hooks.emit(engine, 'taskFailure', { ...eventOf(delivery), error: errorOf(delivery), ms });
  if (decided.state === 'REVOKED' && hooks.has('taskRevoked'))
    return hooks.emit(engine, 'taskRevoked', { ...eventOf(delivery), reason: reasonIn(decided) });
  if (decided.state === 'SUCCESS' && hooks.has('taskSuccess'))
    return hooks.emit(engine, 'taskSuccess', { ...eventOf(delivery), ms });
}

function eventOf({ message, seen: { request } }: TaskDelivery): TaskEvent {
  const { id, try: attempt, sig } = message;
  const headers = request?.headers ?? withOwn(message, sig.options).headers ?? {};
  return compact({ task: sig.task, taskId: id, workflowId: workflowOf(id), attempt, headers, request });
}

/** Returns the error as it was thrown, or made of its record. */
function errorOf({ seen: { thrown, record } }: TaskDelivery): Error {
  if (thrown instanceof Error || isChordalError(thrown)) return thrown;
  return fromFailure(record ?? { errorType: 'UnknownError', message: 'The task failed' });
}
