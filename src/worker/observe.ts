import { ownershipOf } from '../core/protocol/outcome.ts';
import type { Rerun, Result, Standing } from '../core/protocol/outcome.ts';
import { compact } from '../core/values/compact.ts';
import type { Engine } from '../engine/engine.ts';
import type { Limits } from '../engine/task/limits.ts';
import type { ObservedDecision, ObservedRun } from '../ports/system.ts';
import type { TaskDelivery } from './commit.ts';
import { reasonIn } from './report.ts';

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
  delivery: TaskDelivery,
  decision: Result | Rerun | Error,
  standing: Standing,
  startedAt: number,
): void {
  const { engine, message, origin } = delivery;
  const { observer } = engine;
  if (observer === undefined || ownershipOf(standing.cell, message.try, origin.by) !== 'thisDelivery') return;
  const about = { state: stateOf(decision), error: errorOf(delivery, decision), ms: engine.clock.now() - startedAt };
  observer.decided(runOf(message), compact(about));
}

// --- internal ---

function runOf({ sig, id, try: attempt }: TaskDelivery['message']): ObservedRun {
  return { task: sig.task, id, attempt: attempt + 1 };
}

function stateOf(decision: Result | Rerun | Error): ObservedDecision['state'] {
  if (decision instanceof Error) return 'FAILURE';
  if (!('kind' in decision)) return decision.state;
  return decision.kind === 'replace' ? 'REPLACED' : 'RETRY';
}

/** Returns the error that the delivery has seen, which its item may only point to; of a revocation the reason. */
function errorOf({ seen: { record } }: TaskDelivery, decision: Result | Rerun | Error): string | undefined {
  const isRevoked = 'state' in decision && decision.state === 'REVOKED';
  if (isRevoked)
    return record === undefined || record.message === ''
      ? reasonIn(decision)
      : `${reasonIn(decision)}: ${record.message}`;
  if (record === undefined) return undefined;
  return record.message === '' ? record.errorType : `${record.errorType}: ${record.message}`;
}
