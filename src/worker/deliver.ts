import { isChordalError, NotRegistered } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { TimeLimitExceeded, WorkerLostError } from '../core/errors/task.ts';
import { addressOf } from '../core/protocol/address.ts';
import type { Flow } from '../core/protocol/effect.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import type { ExpandMessage, Message, RunMessage } from '../core/protocol/message.ts';
import { LIFETIME_MS } from '../core/protocol/new-message.ts';
import { revokedBecause } from '../core/protocol/outcome.ts';
import { startRanges, startWhole } from '../core/protocol/start.ts';
import { dispatch } from '../engine/dispatch.ts';
import type { Outbox } from '../engine/dispatch.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { interpret } from '../engine/interpret.ts';
import { reasonOf } from '../engine/redact.ts';
import { limitsOf } from '../engine/task/limits.ts';
import type { Delivery } from '../ports/broker.ts';
import { claimRun } from './claim.ts';
import { commit, excusing, failed, settledBefore } from './commit.ts';
import type { Work } from './commit.ts';
import { ACK, flowOf, RETURN_WHILE_DEPLOYED } from './delivery.ts';
import type { Manner, Disposition } from './delivery.ts';
import { revokeScope, revokedScope } from './revocations.ts';
import { runToDecision } from './run.ts';

/** What a batch knows of a delivery before it starts. */
export interface Prepared {
  readonly delivery: Delivery;
  readonly message: Message;
  /** The revoked scopes that were read for the batch. */
  readonly revoked: readonly string[];
  /** Epoch ms of its slot, if its task has a rate limit. */
  readonly slotAt?: number;
  /** Time left in this sandbox, in ms. */
  readonly remainingMs: () => number;
}

/** Receives of a message with a task that is not known here before it is given up: deploys overlap. */
const UNKNOWN_RECEIVES = 3;

/** Whether a message may have been worked on before, so that it looks before it runs. */
export function isPossibleDuplicate({ delivery, message }: Pick<Prepared, 'delivery' | 'message'>): boolean {
  return delivery.receives > 1 || message.again === true;
}

/** Works on one message, as far as it goes. Whatever throws, the message comes back. */
export async function deliver(engine: Engine, outbox: Outbox, prepared: Prepared): Promise<Disposition> {
  const { message, revoked } = prepared;
  if (message.kind === 'revoke') return revokeScope(engine, outbox, message);
  if (revoked.includes(workflowOf(message.id))) return ACK;
  if (message.kind === 'expand') {
    return expand(engine, outbox, message, { again: isPossibleDuplicate(prepared), mayWait: mayWaitAgain(prepared) });
  }
  return run(engine, outbox, prepared, message);
}

/** Starts a canvas, or a range of a group's members; received again, all that it sends is marked. */
export async function expand(
  engine: Engine,
  outbox: Outbox,
  message: ExpandMessage,
  manner: Manner,
): Promise<Disposition> {
  const flow = flowOf(engine, message, manner);
  const { id, base, links = [], sig: plan, in: input, frames, lo, hi } = message;
  const at = { id, base, links, attempt: message.try };
  try {
    if (lo === undefined || hi === undefined) {
      await interpret(engine, outbox, flow, startWhole(flow, { at, plan, input, frames }));
    } else if ('par' in plan) {
      await interpret(engine, outbox, flow, startRanges(flow, { at, plan, input, frames }, { lo, hi }));
    } else return { kind: 'deadLetter', reason: 'InvalidMessage: Cannot expand a range of what is no group' };
    return ACK;
  } catch (error) {
    if (
      !isChordalError(error) ||
      isRefusal(error) ||
      (manner.mayWait && isChordalError(error, 'CHORDAL_NOT_REGISTERED'))
    )
      throw error;
    return { kind: 'deadLetter', reason: reasonOf(error) };
  }
}

// --- internal ---

function mayWaitAgain({ delivery }: Prepared): boolean {
  return delivery.receives < UNKNOWN_RECEIVES;
}

async function run(engine: Engine, outbox: Outbox, prepared: Prepared, message: RunMessage): Promise<Disposition> {
  const { slotAt } = prepared;
  const suspect = isPossibleDuplicate(prepared);
  const task = engine.tasks.get(message.sig.task);
  const mayWait = mayWaitAgain(prepared);
  if (task === undefined && mayWait) return RETURN_WHILE_DEPLOYED;
  const now = engine.clock.now();
  const due = Math.max(message.notBefore ?? 0, slotAt ?? 0);
  if (due > now) return forward(engine, outbox, message, { suspect, due, hasSlot: slotAt !== undefined });
  const work = { engine, outbox, message, flow: flowOf(engine, message, { again: false, mayWait }) };
  if (suspect) {
    const verdict = await lookFirst(work, task);
    if (verdict !== undefined) return verdict;
  }
  return excusing(work, suspect, () => runOpen(work, task, prepared));
}

/** Runs a task whose attempt is open, unless it is too late for it, or not for this function, or not for this delivery. */
async function runOpen(work: Work, task: RegisteredTask | undefined, prepared: Prepared): Promise<Disposition> {
  const { engine, message, flow } = work;
  const scope = revokedScope(prepared.revoked, message.id);
  const isExpired = message.expires !== undefined && message.expires < flow.now;
  if (scope !== undefined || isExpired)
    return commit(work, revokedBecause(scope === undefined ? 'expired' : 'revoked'));
  if (task === undefined) return commit(work, await failed(work, unknownTask(engine, message)));
  if (isTooLate(flow)) return commit(work, await failed(work, tooLate(message)));
  if (task.options.acksLate === false) {
    const claimed = await claimRun(work, limitsOf(task, message, prepared.remainingMs()).hardMs);
    if (claimed !== undefined) return claimed;
  }
  return commit(
    work,
    await runToDecision(work, task, limitsOf(task, message, prepared.remainingMs()), isPossibleDuplicate(prepared)),
  );
}

/** The same message once more, with what is left of its delay. It is marked unless nobody can have worked on it yet. */
async function forward(
  engine: Engine,
  outbox: Outbox,
  message: RunMessage,
  { suspect, due, hasSlot }: { readonly suspect: boolean; readonly due: number; readonly hasSlot: boolean },
): Promise<Disposition> {
  const marks = { ...(suspect ? { again: true as const } : {}), ...(hasSlot ? { slot: true as const } : {}) };
  await dispatch(engine, outbox, [{ ...message, ...marks, notBefore: due }]);
  return ACK;
}

/**
 * Looks at what stands before a run that may be a second one, and counts its start in the same write. It answers
 * nothing if the task is to be run.
 */
async function lookFirst(work: Work, task: RegisteredTask | undefined): Promise<Disposition | undefined> {
  const { engine, message, flow } = work;
  const address = addressOf(message.id);
  const { token } = flow.by;
  const counts = task?.options.acksLate !== false;
  const standing = counts
    ? await engine.outcomes.countStart({ address, attempt: message.try, token, until: flow.until })
    : await engine.outcomes.read({ address });
  const settled = await settledBefore(work, standing);
  if (settled !== undefined) return settled;
  const starts = standing.cell.starts?.n ?? 0;
  if (!counts || starts <= engine.settings.maxStarts) return undefined;
  const error = new WorkerLostError(
    `Cannot run ${message.sig.task} (${message.id}) again: current value is ${starts - 1} starts that ended without an outcome`,
  );
  return commit(work, await failed(work, error));
}

/** The cells of the others in its group are gone, or about to go: the group would wait for them for ever. */
function isTooLate({ now, joinUntil }: Flow): boolean {
  return joinUntil !== undefined && joinUntil < now;
}

function tooLate({ sig, id }: RunMessage): TimeLimitExceeded {
  return new TimeLimitExceeded(
    `Cannot run ${sig.task} (${id}) any more as the group it is part of was kept for ${LIFETIME_MS / 86_400_000} days after its latest eta`,
  );
}

function unknownTask({ tasks }: Engine, { sig, id }: RunMessage): NotRegistered {
  const known = [...tasks.keys()];
  const text = `Cannot run ${id} as ${sig.task}: no task of that name is registered here, only ${known.join(', ')}`;
  return new NotRegistered(text, { task: sig.task, known });
}
