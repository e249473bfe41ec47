import { InvalidOptions, isChordalError } from '../core/errors/caller.ts';
import { isMadeHere, isStrangers, isWorkflowId } from '../core/protocol/ids.ts';
import { keptFor, lastStart } from '../core/protocol/lifetime.ts';
import { defaultOf } from '../core/protocol/options.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { sameCanvas } from '../core/protocol/same-canvas.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { Engine } from '../engine/engine.ts';
import type { Submission } from '../ports/records.ts';

/** The reason to send a canvas once: an id or a key of the caller's choice. */
export interface OnceOptions {
  readonly taskId?: string | undefined;
  readonly dedupKey?: string | undefined;
  /** Seconds for which the key holds. Default: a day. */
  readonly dedupFor?: number | undefined;
  readonly app: string;
  /** The caller may not be trusted with the workflows of others. Default false. */
  readonly isStranger?: boolean;
}

/** The note that a canvas is sent once: under which key, as which workflow, and for how long. */
export interface Note {
  readonly key: string;
  readonly workflow: string;
  readonly digest: string;
  /** Epoch ms. */
  readonly until: number;
  /** Epoch ms until which the values must be readable: as long as the key holds. */
  readonly keep?: number;
  /** The message that starts it, for callers with another canvas; absent: they are refused. */
  readonly message?: string;
  /** The option and the value of the caller, for errors. */
  readonly given: readonly [option: string, value: string];
}

/**
 * Returns the note of a canvas that is sent once; undefined for one without a `taskId` or `dedupKey`. The
 * keys of strangers are kept apart from those of the app's own code, so that strangers cannot change its workflows.
 *
 * @throws InvalidOptions if the id is none, or one that a caller may not choose.
 */
export function noteOf(
  { nonces, clock }: Engine,
  { taskId, dedupKey, dedupFor = DEDUP_SECONDS, app, isStranger = false }: OnceOptions,
  plan: Plan,
): Note | undefined {
  const given = taskId ?? dedupKey;
  if (given === undefined) return undefined;
  const start = lastStart(plan, clock.now());
  const digest = nonces.digest(`${isStranger ? 'submit' : ''}${JSON.stringify(sameCanvas(plan))}`);
  if (taskId !== undefined) {
    checkTaskId(taskId, isStranger);
    return { key: taskId, workflow: taskId, digest, until: keptFor(start), given: ['taskId', taskId] };
  }
  const keep = start + dedupFor * 1000;
  // A name of an app may contain the bar, so a stranger's key begins as no app's does.
  const text = isStranger ? JSON.stringify(['submit', app, given]) : `${app}|${given}`;
  const key = `d-${nonces.digest(text)}`;
  return { key, workflow: `d-${nonces.uuid(clock.now())}`, digest, until: keep, keep, given: ['dedupKey', given] };
}

/**
 * Sends a canvas unless it was sent under the same key before. Returns its workflow.
 *
 * @param send sends it; `isSecond` if an earlier caller may have sent a part of it, with the message that is kept.
 * @throws InvalidOptions if another canvas was sent under the key; the errors of `send`, which leave the key free if
 * nothing was sent.
 */
export async function sendOnce(
  engine: Engine,
  note: Note,
  send: (workflow: string, isSecond: boolean, message: string | undefined) => Promise<void>,
): Promise<string> {
  const { records } = engine;
  const { key } = note;
  const { state, workflow, message } = await openSubmission(engine, note);
  if (state === 'sent') return workflow;
  try {
    await send(workflow, state === 'unsent', message);
  } catch (error) {
    // A request without an answer may have sent a part: the next caller under the key sends the rest.
    const isUnsent = isChordalError(error) && !isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE');
    if (state === 'new' && isUnsent) await records.cancelSubmission({ key, workflow }).catch(() => undefined);
    throw error;
  }
  await records.closeSubmission({ key, workflow });
  return workflow;
}

// --- internal ---

/** How long a `dedupKey` holds by default: as long as results are kept by default. */
// The table has a number for it.
const DEDUP_SECONDS = defaultOf('dedupFor') as number;

/** The time to wait for another sender under the same key, and the interval between two looks, in ms. */
const OTHER_SENDER_MS = 5000;
const LOOK_MS = 250;

/**
 * Notes a submission. If another one is open, another caller may be sending it right now. After some seconds this
 * caller assumes that the other sender is dead, and continues.
 */
async function openSubmission(
  { records, clock }: Engine,
  { key, workflow, digest, until, message, given: [option, value] }: Note,
): Promise<Submission & { readonly state: 'new' | 'unsent' | 'sent' }> {
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const standing = await records.openSubmission({ key, workflow, digest, until, message });
    const { state } = standing;
    if (state === 'other') {
      throw new InvalidOptions(
        `Cannot use ${option} ${JSON.stringify(value)} for this canvas: another canvas was sent under it. Use another ${option}, or send the same tasks with the same arguments.`,
      );
    }
    if (state !== 'unsent' || waitedMs >= OTHER_SENDER_MS) return { ...standing, state };
    await clock.sleep(LOOK_MS);
  }
}

function checkTaskId(taskId: string, isStranger: boolean): void {
  const shown = JSON.stringify(taskId);
  if (!isWorkflowId(taskId))
    throw new InvalidOptions(`Cannot use a taskId: ${mismatch('1 to 100 of A-Z a-z 0-9 _ : -', shown)}`);
  if (isMadeHere(taskId))
    throw new InvalidOptions(
      `Cannot use ${shown} as a taskId: ids of this form are those of workflows that were sent without one. Use a name of your own; to read a result, use asyncResult.`,
    );
  if (isStrangers(taskId) && !isStranger)
    throw new InvalidOptions(
      `Cannot use ${shown} as a taskId: the name space "submit:" is that of the function submit. Use another name.`,
    );
}
