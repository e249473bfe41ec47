import { isChordalError } from '../errors/caller.ts';
import { isRefusal } from '../errors/refusal.ts';
import { WorkerLostError } from '../errors/task.ts';
import { reasonOf } from '../text/describe.ts';
import { lacksItsTenant } from './baggage.ts';
import { hasTime } from './batch-order.ts';
import type { TimeFacts } from './batch-order.ts';
import { tooLate, unknownTask } from './delivery-errors.ts';
import { ACK, DEPLOY_RECEIVES, forMoreTime, RETURN, whileDeployed } from './disposition.ts';
import type { Disposition } from './disposition.ts';
import { begunAgain, forwarded, movedOn } from './forward.ts';
import { workflowOf } from './ids.ts';
import { MAX_STARTS } from './limits.ts';
import type { NewerMessage } from './message-codec.ts';
import type { Message, RunMessage } from './message.ts';
import type { Cell, Owner, Rerun, Result, Standing } from './outcome.ts';
import { decidedBy, ownershipOf, revokedBecause } from './outcome.ts';
import { placeOf, placeProblem, waitsLong } from './places.ts';
import type { NoPlace, Place, PlacedTask } from './places.ts';
import { isRevoked, whyRevoked } from './revocation.ts';

/** The part of a task that decides how its deliveries go. */
export interface DeliveredTask extends PlacedTask {
  readonly options: PlacedTask['options'] & { readonly acksLate?: boolean };
}

/** Everything a worker knows of a delivery before it asks the store. */
export interface DeliveryFacts<M extends Message = Message, T extends DeliveredTask = DeliveredTask> {
  readonly message: M;
  readonly by: Owner;
  /** How often the message has been received, this time included. */
  readonly receives: number;
  /** Epoch ms. */
  readonly now: number;
  /** Epoch ms at which the message was sent, where its queue says so. */
  readonly sentAt?: number | undefined;
  /** Whether the message was sent before a purge of its task or its queue. Default false. */
  readonly isPurged?: boolean;
  /** The tasks registered in this function. */
  readonly tasks: ReadonlyMap<string, T>;
  /** Whether its task is not among them, and this release leads it to another queue. Default false. */
  readonly isElsewhere?: boolean;
  /** Revoked scopes of the workflows in the batch. */
  readonly revoked: readonly string[];
  /** Epoch ms of the message's slot, if its task has a rate limit. */
  readonly slotAt?: number | undefined;
  readonly time: TimeFacts;
  /** It has a place of its concurrency key. */
  readonly hasPlace?: true;
  /** The reason why the message is in the dead-letter queue, if it was received from there. */
  readonly dead?: string | undefined;
}

/** The next action of a delivery. */
export type Next<T = DeliveredTask> =
  /** Read the committed state at the message's address; count this start in the same write. */
  | { readonly kind: 'check'; readonly isCounted: boolean }
  /** Take a place of its concurrency key; without one the message waits. */
  | { readonly kind: 'place'; readonly task: T; readonly place: Place }
  /** Take the claim of an `acksLate: false` task. */
  | { readonly kind: 'claim'; readonly task: T }
  /** Run the task's function. */
  | { readonly kind: 'run'; readonly task: T }
  /** Commit a decision; an error is a failure of the task. */
  | { readonly kind: 'commit'; readonly decision: Result | Rerun | Error }
  /** Perform the decision of this message; a resumed delivery marks all its messages. */
  | { readonly kind: 'continue'; readonly isResumed: boolean }
  /** Send the same message again, to arrive later. */
  | { readonly kind: 'forward'; readonly message: RunMessage }
  /** Start a canvas, or a range of a group's members. */
  | { readonly kind: 'expand' }
  /** Carry out a revocation. */
  | { readonly kind: 'revoke' }
  /** Close a window of debounced calls, if it is due; or whatever its time. */
  | { readonly kind: 'close'; readonly isForced: boolean }
  | { readonly kind: 'end'; readonly disposition: Disposition };

/** Returns whether a message may have been worked on before: such a message is checked before it runs. */
export function isPossibleDuplicate({ receives, message }: Pick<DeliveryFacts, 'receives' | 'message'>): boolean {
  // @defect duplicates-are-checked
  return receives > 1 || message.again === true;
}

/** Returns whether a delivery may return to its queue because this release misses a task or a route: deploys overlap. */
export function mayWait({ receives, dead }: Pick<DeliveryFacts, 'receives' | 'dead'>): boolean {
  return dead === undefined && receives < DEPLOY_RECEIVES;
}

/** Judges an envelope as it was read. Answers undefined for one that this release can work on. */
export function onRead(read: Message | NewerMessage | Error, receives: number): Disposition | undefined {
  if (read instanceof Error) return { kind: 'deadLetter', reason: reasonOf(read) };
  if (!('newer' in read)) return undefined;
  const reason = `InvalidMessage: Cannot read version ${read.newer} of the envelope: this release knows older ones only. Deploy the release that wrote it.`;
  return receives < DEPLOY_RECEIVES ? whileDeployed(receives, reason) : { kind: 'deadLetter', reason };
}

/** Judges a delivery as it arrives. */
export function onArrival<T extends DeliveredTask>(facts: DeliveryFacts<Message, T>): Next<T> {
  const { message, revoked, dead } = facts;
  if (message.kind === 'revoke') return { kind: 'revoke' };
  if (message.kind === 'run' && message.window !== undefined) return onWindowArrival({ ...facts, message });
  // A dead message is settled even if its workflow is revoked: only its own record names the ids that wait for it.
  if (dead === undefined && message.kind === 'run' && !hasTime(facts))
    return { kind: 'end', disposition: forMoreTime(facts.receives) };
  if (dead === undefined && revoked.includes(workflowOf(message.id))) return { kind: 'end', disposition: ACK };
  if (message.kind === 'expand') return { kind: 'expand' };
  return onTaskArrival({ ...facts, message });
}

/** Judges a checked delivery by the committed state at its address. */
export function onFound<T extends DeliveredTask>(facts: DeliveryFacts<RunMessage, T>, { cell }: Standing): Next<T> {
  const { message, dead } = facts;
  const decided = onDecided(facts, cell);
  // @defect decided-ends
  if (decided !== undefined) return decided;
  if (dead !== undefined)
    return lost(
      message,
      `its message ended in the dead-letter queue: ${dead.replace(/\.$/, '')}. \`chordal dlq redrive\` submits it again`,
    );
  const starts = cell.starts?.length ?? 0;
  // @defect starts-are-limited
  if (isCounted(facts) && starts > MAX_STARTS)
    return lost(message, `${starts - 1} further starts have ended without an outcome, which is the most. ${WHY_ENDED}`);
  return onUndecided(facts);
}

/** Judges a delivery that has its place. Only now a possible duplicate counts its start: one that waits has none. */
export function onPlace<T extends DeliveredTask>(facts: DeliveryFacts<RunMessage, T>): Next<T> {
  const placed = { ...facts, hasPlace: true as const };
  // @defect starts-in-a-place-are-counted
  return isPossibleDuplicate(facts) && countsNow(placed) ? { kind: 'check', isCounted: true } : onUndecided(placed);
}

/** Returns the message of a delivery that finds no place, as it comes again: it is as old as it was. */
export function onNoPlace(facts: DeliveryFacts<RunMessage>, { afterMs, isNext }: NoPlace): RunMessage {
  const { now, sentAt } = facts;
  const { next: _next, ...message } = facts.message;
  // @defect waiting-keeps-mark
  const isDuplicate = isPossibleDuplicate(facts);
  // The task of a possible duplicate may run.
  const told = !isDuplicate && waitsLong(message, now) ? { told: true as const } : {};
  const next = isNext ? { next: true as const } : {};
  const waiting = { ...message, waits: message.waits ?? Math.round(now), ...told, ...next };
  return forwarded({ message: waiting, sentAt }, Math.round(now + afterMs), isDuplicate);
}

/** Judges a delivery by the claim that stands; `now` is the time at which it was asked for. */
export function onClaim<T extends DeliveredTask>(
  facts: DeliveryFacts<RunMessage, T>,
  { cell }: Standing,
  { task, now }: { readonly task: T; readonly now: number },
): Next<T> {
  const { message, by } = facts;
  const decided = onDecided(facts, cell);
  if (decided !== undefined) return decided;
  const { claim } = cell;
  // @defect claim-is-of-a-delivery
  if (claim === undefined || (claim.mid === by.mid && claim.token === by.token)) return { kind: 'run', task };
  // Nothing is decided yet: another delivery of this message may still decide that it is revoked, and need the message.
  if (claim.mid !== by.mid || now < claim.until) return { kind: 'end', disposition: RETURN };
  return lost(message, `its only run ended without an outcome. ${WHY_ENDED}`);
}

/** Judges a delivery by the committed state after its commit. */
export function onCommit({ message, by }: DeliveryFacts<RunMessage>, { cell }: Standing): Next<never> {
  switch (ownershipOf(cell, message.try, by)) {
    case 'thisDelivery':
      return { kind: 'continue', isResumed: false };
    case 'otherMessage':
      // @defect losers-end
      return { kind: 'end', disposition: ACK };
    // Lost to another delivery of the same message: an acknowledgement would delete the owner's message.
    case 'sameMessage':
    case 'undecided':
      // @defect losers-to-their-own-message-return
      return { kind: 'end', disposition: RETURN };
  }
}

/**
 * Judges a run without a limit of its own that has used up its part of a sandbox's time: it is begun again in a whole one. The
 * received message returns, and comes first after some receives. A further step of the delivery has no message: one is sent.
 */
export function onCutShort(facts: DeliveryFacts<RunMessage>, step: number): Next<never> {
  if (step > 1) return { kind: 'forward', message: begunAgain(facts) };
  return { kind: 'end', disposition: forMoreTime(facts.receives) };
}

/**
 * Judges an expansion that threw: it is tried again, or its message cannot be processed, or, if it is dead already,
 * the canvas fails where it stands. Answers undefined for an error that says nothing of the message.
 */
export function onExpandError(facts: DeliveryFacts, error: unknown): Next<never> | undefined {
  if (!isChordalError(error) || isRefusal(error)) return undefined;
  if (mayWait(facts) && isChordalError(error, 'CHORDAL_NOT_REGISTERED')) return undefined;
  const reason = reasonOf(error);
  if (facts.dead === undefined) return { kind: 'end', disposition: { kind: 'deadLetter', reason } };
  return { kind: 'commit', decision: new WorkerLostError(`Cannot start ${facts.message.id}: ${reason}`) };
}

// --- internal ---

const WHY_ENDED =
  'The log of its function says why: a timeout, a lack of memory, an exit, or an error that nothing caught';

function onTaskArrival<T extends DeliveredTask>(facts: DeliveryFacts<RunMessage, T>): Next<T> {
  const { message, now, dead, revoked, isPurged = false } = facts;
  if (dead !== undefined) return { kind: 'check', isCounted: false };
  const other = onOtherRelease(facts);
  if (other !== undefined) return other;
  const due = dueAt(facts);
  const isDuplicate = isPossibleDuplicate(facts);
  if ((due > now || lacksItsTenant(message)) && !isPurged && !isRevoked(revoked, message))
    return { kind: 'forward', message: forwarded(facts, due, isDuplicate) };
  return isDuplicate ? { kind: 'check', isCounted: countsNow(facts) } : onUndecided(facts);
}

/**
 * Judges a message that this function cannot run as its release knows the task: it goes to the function that runs it, or waits, because
 * another release may know better. Answers undefined for any other message, and for one that has waited.
 */
function onOtherRelease(facts: DeliveryFacts<RunMessage>): Next<never> | undefined {
  const { message, tasks, receives, isElsewhere = false } = facts;
  const { sig, id } = message;
  const task = tasks.get(sig.task);
  const problem = task === undefined ? unknownTask(sig.task, id, [...tasks.keys()]) : placeProblem(sig, task);
  if (problem === undefined || whyRevoked(facts) !== undefined) return undefined;
  const moved = isElsewhere ? movedOn(facts, dueAt(facts), isPossibleDuplicate(facts)) : undefined;
  if (moved !== undefined) return { kind: 'forward', message: moved };
  return mayWait(facts) ? { kind: 'end', disposition: whileDeployed(receives, reasonOf(problem)) } : undefined;
}

/** Returns the epoch ms before which a message is not worked on. */
function dueAt({ message, slotAt = 0 }: DeliveryFacts<RunMessage>): number {
  return Math.max(message.notBefore ?? 0, slotAt);
}

/** Judges the message that ends a window. A revocation or a dead letter ends the window at once: it has no other message. */
function onWindowArrival(facts: DeliveryFacts<RunMessage>): Next<never> {
  const { message, revoked, now, dead } = facts;
  if (dead !== undefined || isRevoked(revoked, message)) return { kind: 'close', isForced: true };
  if ((message.notBefore ?? 0) <= now) return { kind: 'close', isForced: false };
  return { kind: 'forward', message: forwarded(facts, message.notBefore ?? 0, isPossibleDuplicate(facts)) };
}

/** Judges a delivery whose attempt may have been decided: the owner resumes, every other message stops. */
function onDecided({ message, by }: DeliveryFacts<RunMessage>, cell: Cell): Next<never> | undefined {
  // @defect decided-is-resumed
  if (decidedBy(cell, message) !== undefined) return { kind: 'continue', isResumed: true };
  return ownershipOf(cell, message.try, by) === 'undecided' ? undefined : { kind: 'end', disposition: ACK };
}

/** Judges a delivery whose attempt is undecided. */
function onUndecided<T extends DeliveredTask>(facts: DeliveryFacts<RunMessage, T>): Next<T> {
  const { message, tasks, now, hasPlace = false } = facts;
  const { sig, id, frames, until } = message;
  const reason = whyRevoked(facts);
  if (reason !== undefined) return { kind: 'commit', decision: revokedBecause(reason, sig.task) };
  const task = tasks.get(sig.task);
  if (task === undefined) return { kind: 'commit', decision: unknownTask(sig.task, id, [...tasks.keys()]) };
  // The cells of the other members are gone, or about to go: the group would wait for them forever.
  // @defect members-start-before-items-end
  if (frames.some((frame) => 'join' in frame) && until < now) return { kind: 'commit', decision: tooLate(message) };
  const problem = placeProblem(sig, task);
  if (problem !== undefined) return { kind: 'commit', decision: problem };
  const place = placeOf(sig, task);
  if (place !== undefined && !hasPlace) return { kind: 'place', task, place };
  return { kind: task.options.acksLate === false ? 'claim' : 'run', task };
}

/** Returns whether this start is counted with the check: a task that needs a place has not started before it has one. */
function countsNow(facts: DeliveryFacts<RunMessage>): boolean {
  const { tasks, message, hasPlace = false } = facts;
  const task = tasks.get(message.sig.task);
  // @defect waiting-is-no-start
  return isCounted(facts) && (hasPlace || task === undefined || placeOf(message.sig, task) === undefined);
}

/** Returns whether starts are counted: a task that starts once by its claim, or waits for an answer, has none to count. */
function isCounted({ tasks, message: { sig, asked } }: DeliveryFacts<RunMessage>): boolean {
  // @defect claims-are-not-counted
  return asked === undefined && tasks.get(sig.task)?.options.acksLate !== false;
}

function lost({ sig, id }: RunMessage, reason: string): Next<never> {
  return { kind: 'commit', decision: new WorkerLostError(`Cannot run ${sig.task} (${id}): ${reason}.`) };
}
