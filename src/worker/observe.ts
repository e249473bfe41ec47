import { ownershipOf } from '../core/protocol/outcome.ts';
import type { Rerun, Result, Standing, Value } from '../core/protocol/outcome.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Engine } from '../engine/engine.ts';
import type { Limits } from '../engine/task/limits.ts';
import type { ObservedDecision, ObservedRun } from '../ports/system.ts';
import type { TaskDelivery } from './commit.ts';

/** Runs a task's function, in the sight of the observer, if there is one. */
export function observed<T>({ engine, message }: TaskDelivery, fn: () => T): T {
  return engine.observer === undefined ? fn() : engine.observer.around(runOf(message), fn);
}

/** Returns the limits of a run: none where a debugger may be attached. */
export function limitsHere({ observer }: Engine, limits: Limits): Limits {
  return observer?.isDebugged === true ? { softMs: Infinity, hardMs: Infinity, lateMs: Infinity } : limits;
}

/** Tells the observer, if there is one, of a decision of this delivery that stands. */
export function observeDecision(
  { engine, message, origin }: TaskDelivery,
  decision: Result | Rerun | Error,
  standing: Standing,
  startedAt: number,
): void {
  const { observer } = engine;
  if (observer === undefined || ownershipOf(standing.cell, message.try, origin.by) !== 'thisDelivery') return;
  observer.decided(runOf(message), { ...describe(decision), ms: engine.clock.now() - startedAt });
}

// --- internal ---

function runOf({ sig, id, try: attempt }: TaskDelivery['message']): ObservedRun {
  return { task: sig.task, id, attempt: attempt + 1 };
}

function describe(decision: Result | Rerun | Error): Omit<ObservedDecision, 'ms'> {
  if (decision instanceof Error) return { state: 'FAILURE', error: `${decision.name}: ${decision.message}` };
  if (!('kind' in decision)) {
    const error = decision.state === 'SUCCESS' ? undefined : errorIn(decision.value);
    return compact({ state: decision.state, error });
  }
  if (decision.kind === 'replace') return { state: 'REPLACED' };
  return compact({ state: 'RETRY', error: errorIn(decision.error) });
}

/** Returns the error of a value that is inline: a record of 1 KB and some always is. */
function errorIn(value: Value | undefined): string | undefined {
  if (value === undefined || !('inline' in value) || !isPlainObject(value.inline)) return undefined;
  const { errorType, message, reason } = value.inline;
  if (typeof errorType !== 'string') return typeof reason === 'string' ? reason : undefined;
  return typeof message === 'string' && message !== '' ? `${errorType}: ${message}` : errorType;
}
