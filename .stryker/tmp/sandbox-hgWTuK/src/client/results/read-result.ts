import {
  TaskFailedError,
  TaskRevokedError,
  TimeoutError,
  UnknownResult,
  WouldBlock,
} from '../../core/errors/result.ts';
import { addressOf } from '../../core/protocol/address.ts';
import type { Cell, Outcome, Result } from '../../core/protocol/outcome.ts';
import { addressesAround, outcomeSeen } from '../../core/protocol/visible-outcome.ts';
import type { GetOptions, State } from '../../core/types/results.ts';
import { compact } from '../../core/values/compact.ts';
import { fromFailure } from '../../core/values/failure-record.ts';
import { isPlainObject } from '../../core/values/json.ts';
import type { Json } from '../../core/values/json.ts';
import { fromJson } from '../../core/values/serializer.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadValue } from '../../engine/inputs.ts';
import { currentRun } from '../../engine/task/context.ts';

/** The waits between polls: the first, how each grows, and the longest, in ms. */
const FIRST_WAIT_MS = 50;
const WAIT_GROWTH = 1.5;
const LONGEST_WAIT_MS = 5000;

/** What stands of an id, as a reader sees it. */
export interface Visible {
  readonly outcome: Outcome | undefined;
  readonly cell: Cell;
}

/** Reads what stands of an id and of what encloses it. */
export async function readVisible(engine: Engine, id: string): Promise<Visible> {
  const cells = await engine.outcomes.readMany({ addresses: addressesAround(id) });
  return { outcome: outcomeSeen(id, cells), cell: cells[0] ?? {} };
}

/**
 * Waits until `read` finds something: at once, then after 50 ms, each wait half as long again, at most 5 s.
 *
 * @throws TimeoutError after `timeout` seconds, the reason of `signal` when it aborts, WouldBlock inside a task.
 */
export async function waitFor<T>(
  engine: Engine,
  id: string,
  { timeout, signal }: GetOptions,
  read: () => Promise<T | undefined>,
): Promise<T> {
  const run = currentRun();
  if (run?.call.message !== undefined) {
    throw new WouldBlock(
      `Cannot wait for ${id} inside the task ${run.call.message.id}: use a chain or a chord, which wait without a worker`,
    );
  }
  const { clock } = engine;
  const endsAt = timeout === undefined ? Number.POSITIVE_INFINITY : clock.now() + timeout * 1000;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * WAIT_GROWTH)) {
    signal?.throwIfAborted();
    const found = await read();
    if (found !== undefined) return found;
    const left = endsAt - clock.now();
    if (timeout !== undefined && left <= 0) {
      throw new TimeoutError(`Cannot wait longer for ${id}: it has not ended after ${timeout} s; it goes on`, {
        taskId: id,
        timeoutSeconds: timeout,
      });
    }
    await clock.poll(waitMs, left, signal);
  }
}

/** The value of an outcome, or the error to throw for it. */
export async function unwrap(
  engine: Engine,
  id: string,
  outcome: Result,
): Promise<{ readonly value: unknown } | { readonly error: Error }> {
  if (outcome.state === 'REVOKED') return { error: await revokedError(engine, id, outcome) };
  if (outcome.state === 'FAILURE') return { error: failedError(id, outcome, await loadValue(engine, outcome.value)) };
  if (outcome.ignored === true) return { value: undefined };
  if (isExpired(engine, outcome)) {
    const why = outcome.forgotten === true ? 'it was forgotten' : 'it was kept for its resultExpires and is gone';
    return { error: new UnknownResult(`Cannot read the value of ${id}: ${why}`, { taskId: id }) };
  }
  return { value: fromJson(await loadValue(engine, outcome.value), `the result of ${id}`) };
}

/** The state that a reader sees. */
export async function stateOf(engine: Engine, id: string): Promise<State> {
  const { outcome, cell } = await readVisible(engine, id);
  if (outcome !== undefined)
    return outcome.state === 'SUCCESS' && isExpired(engine, outcome) ? 'PENDING' : outcome.state;
  const progress = await engine.records.getProgress({ address: addressOf(id) });
  if (cell.next?.kind === 'retry') return 'RETRY';
  return progress?.state ?? 'PENDING';
}

// --- internal ---

function isExpired({ clock }: Engine, { expiresAt, forgotten }: Result): boolean {
  return forgotten === true || (expiresAt !== undefined && expiresAt * 1000 <= clock.now());
}

function failedError(id: string, outcome: Result, record: Json): TaskFailedError {
  const error = fromFailure(record);
  const { errorType, task, stack } = isPlainObject(record) ? record : {};
  const args = 'args' in error && Array.isArray(error.args) ? { args: error.args } : {};
  return new TaskFailedError(error.message, {
    errorType: typeof errorType === 'string' ? errorType : error.name,
    taskId: id,
    failedTaskId: outcome.failedId ?? id,
    failedTask: typeof task === 'string' ? task : '',
    ...compact({ remoteStack: typeof stack === 'string' ? stack : undefined }),
    ...args,
    cause: error,
  });
}

async function revokedError(engine: Engine, id: string, outcome: Result): Promise<TaskRevokedError> {
  const record = await loadValue(engine, outcome.value);
  const reason = isPlainObject(record) && typeof record['reason'] === 'string' ? record['reason'] : 'revoked';
  const where = outcome.failedId === undefined || outcome.failedId === id ? '' : ` with ${outcome.failedId}`;
  return new TaskRevokedError(`Cannot give a value of ${id}: it was ${reason}${where}`, { taskId: id, reason });
}
