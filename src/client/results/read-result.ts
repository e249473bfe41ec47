import { TimeoutError, UnknownResult, WouldBlock } from '../../core/errors/result.ts';
import { addressOf } from '../../core/protocol/address.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { keptFor } from '../../core/protocol/lifetime.ts';
import { ANY_ATTEMPT } from '../../core/protocol/outcome.ts';
import type { Cell, NextAttempt, Outcome, Result } from '../../core/protocol/outcome.ts';
import { addressesAround, outcomeSeen, revokedWith } from '../../core/protocol/visible-outcome.ts';
import type { GetOptions, State } from '../../core/types/results.ts';
import { fromHere } from '../../core/values/from-here.ts';
import { fromJson } from '../../core/values/serializer.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadResult, loadValue } from '../../engine/inputs.ts';
import { currentRun } from '../../engine/task/context.ts';
import type { Progress } from '../../ports/records.ts';
import { failedError, revokedError } from './result-errors.ts';

/** The shortest and the longest waits between polls, and the longest for a reader that waits only briefly, in ms. */
const SHORTEST_WAIT_MS = 25;
const SHORT_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
/** How long a short time is, in ms. */
const SHORT_MS = 10_000;
/** Each wait as a part of the time waited so far: at first, and after a short time. */
const SHORT_PART = 1 / 4;
const LONG_PART = 1 / 20;

/** The outcome and the cell of an id, as a reader sees them. */
export interface Visible {
  readonly outcome: Outcome | undefined;
  readonly cell: Cell;
}

/**
 * Reads the outcome of an id and of everything that encloses it. If the id may still run while its workflow is revoked,
 * the first reader commits that it is revoked. A state that a reader has seen as final stays final.
 */
export async function readVisible(engine: Engine, id: string): Promise<Visible> {
  const cells = await fromHere(engine.outcomes.readMany({ addresses: addressesAround(id) }));
  const revoked = revokedWith(id, cells);
  if (revoked === undefined) return { outcome: outcomeSeen(id, cells), cell: cells[0] ?? {} };
  const { state, value, failedId = workflowOf(id) } = revoked;
  const { cell } = await engine.outcomes.commit({
    address: addressOf(id),
    attempt: ANY_ATTEMPT,
    decision: { state, value, failedId },
    by: { mid: engine.nonces.mid(), token: engine.nonces.token() },
    until: keptFor(engine.clock.now()),
  });
  return { outcome: cell.outcome, cell };
}

/**
 * Waits until `read` finds something: at once, then at intervals that grow with the time waited, so that it answers within 250 ms of
 * the end in the first 10 s, and later within a twentieth of the time waited, at most 5 s.
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
      `Cannot wait for ${id} inside the task ${run.call.message.id}: its worker would be blocked. Use a chain or a chord.`,
    );
  }
  const { clock } = engine;
  const startedAt = clock.now();
  const endsAt = timeout === undefined ? Number.POSITIVE_INFINITY : startedAt + timeout * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const found = await unlessAborted(read(), signal);
    if (found !== undefined) return found;
    const now = clock.now();
    const left = endsAt - now;
    if (timeout !== undefined && left <= 0) {
      throw new TimeoutError(
        `Cannot wait longer for ${id}: it has not ended after ${timeout} s. It goes on, unless no workflow has this id.`,
        {
          taskId: id,
          timeoutSeconds: timeout,
        },
      );
    }
    await clock.poll(waitAfter(now - startedAt), left, signal);
  }
}

/** Returns the value of an outcome, or the error to throw for it. */
export async function unwrap(
  engine: Engine,
  id: string,
  outcome: Result,
): Promise<{ readonly value: unknown } | { readonly error: Error }> {
  if (outcome.state === 'REVOKED') return { error: await revokedError(engine, id, outcome) };
  if (outcome.ignored === true) return { value: undefined };
  if (outcome.state === 'FAILURE') return { error: failedError(id, outcome, await loadValue(engine, outcome.value)) };
  if (isExpired(engine, outcome)) {
    const why = outcome.forgotten === true ? 'it was forgotten' : 'it was kept for its resultExpires and is gone';
    return { error: new UnknownResult(`Cannot read the value of ${id}: ${why}`, { taskId: id }) };
  }
  return { value: fromJson(await loadResult(engine, outcome.value), `the result of ${id}`) };
}

/** Returns the state that a reader sees. */
export async function stateOf(engine: Engine, id: string): Promise<State> {
  return stateIn(engine, id, await readVisible(engine, id));
}

/** The same for an id that has been read. */
export async function stateIn(engine: Engine, id: string, visible: Visible): Promise<State> {
  const { outcome } = visible;
  if (outcome !== undefined)
    return outcome.state === 'SUCCESS' && isExpired(engine, outcome) ? 'PENDING' : outcome.state;
  const progress = await readProgress(engine, id, visible);
  if (progress !== undefined) return progress.state;
  return retryIn(visible) === undefined ? 'PENDING' : 'RETRY';
}

/** Returns the report of a running task, unless an attempt before its last retry wrote it. */
export async function readProgress(engine: Engine, id: string, visible: Visible): Promise<Progress | undefined> {
  const note = await readNote(engine, id, visible);
  return note?.state === '' ? undefined : note;
}

/** Returns the report of a running task, or of one that waits for a place, or has waited; with the same exception. */
export async function readNote(engine: Engine, id: string, visible: Visible): Promise<Progress | undefined> {
  const note = await engine.records.getProgress({ address: addressOf(id) });
  const next = retryIn(visible);
  return note !== undefined && (note.attempt ?? 0) >= (next?.attempt ?? 0) ? note : undefined;
}

/** Returns the retry that an id waits for, or that runs. */
export function retryIn({ cell: { outcome, next } }: Visible): (NextAttempt & { readonly kind: 'retry' }) | undefined {
  return outcome === undefined && next?.kind === 'retry' ? next : undefined;
}

// --- internal ---

/** Waits for a look, but no longer than until the signal aborts: of a service that is silent, one look takes 20 s. */
async function unlessAborted<T>(look: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await look;
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([look, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Returns the wait until the next poll, which depends on the time waited so far. */
function waitAfter(waitedMs: number): number {
  const [part, most] = waitedMs < SHORT_MS ? [SHORT_PART, SHORT_WAIT_MS] : [LONG_PART, LONGEST_WAIT_MS];
  return Math.min(most, Math.max(SHORTEST_WAIT_MS, waitedMs * part));
}

function isExpired({ clock }: Engine, { expiresAt, forgotten }: Result): boolean {
  return forgotten === true || (expiresAt !== undefined && expiresAt * 1000 <= clock.now());
}
