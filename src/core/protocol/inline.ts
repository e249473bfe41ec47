import { withOwn } from './baggage.ts';
import type { TimeFacts } from './batch-order.ts';
import { isPossibleDuplicate } from './delivery.ts';
import type { DeliveredTask, DeliveryFacts } from './delivery.ts';
import type { Draft, RunMessage } from './message.ts';
import type { Cell, Owner } from './outcome.ts';
import { decidedBy, ownershipOf } from './outcome.ts';
import { placeOf } from './places.ts';

/** A message that runs one task, before it has its nonce. */
export type RunDraft = Extract<Draft, { readonly kind: 'run' }>;

/** The part of a task that decides whether it may run where the step before it ran. */
export interface InlineTask extends DeliveredTask {
  readonly options: DeliveredTask['options'] & {
    readonly inline?: boolean;
    readonly rateLimit?: string | number;
  };
}

/** Everything a worker knows when one message is all that follows from what it has committed. */
export interface InlineFacts<T extends InlineTask = InlineTask> extends Pick<
  DeliveryFacts<RunMessage, T>,
  'message' | 'receives' | 'dead' | 'tasks'
> {
  /** Whether the message would go to the queue that the delivery came from. */
  readonly isOwnQueue: boolean;
  /** The steps that the delivery has run, the received one included, and the most that it may run. */
  readonly steps: number;
  readonly maxSteps: number;
  /** The time left, and the time to find before the step is started. */
  readonly time: Pick<TimeFacts, 'leftMs' | 'neededMs'>;
}

/**
 * Returns whether a message may belong to the delivery that decided what it follows from: the first attempt of a task.
 * The item of an id keeps only its latest rerun, so that a message could not find an earlier one of its own again.
 */
export function isFirstRun(draft: Draft): draft is RunDraft {
  // @defect inline-is-a-first-attempt
  return draft.kind === 'run' && draft.try === 0;
}

/**
 * Returns whether a message that is all that follows from a commit runs in the same delivery instead of being sent. It
 * does if its task says so, nothing delays or limits it, and the delivery is the first one that works on its message.
 */
export function mayRunInline<T extends InlineTask>(draft: RunDraft, facts: InlineFacts<T>): boolean {
  const { message, receives, dead, tasks, steps, maxSteps, time } = facts;
  // A task that kills its sandbox is then alone in it, and counted, at its second start.
  // @defect only-the-first-delivery-runs-inline
  if (dead !== undefined || isPossibleDuplicate({ receives, message })) return false;
  if (steps >= maxSteps || time.leftMs < time.neededMs) return false;
  const task = tasks.get(draft.sig.task);
  return task !== undefined && isWanted(draft, task) && isUnlimited(draft, task) && isHere(draft, facts);
}

/** Returns whether a task asks to be run where the step before it ran: the call decides, then the task. */
export function isWanted({ sig }: RunDraft, task: InlineTask | undefined): boolean {
  return sig.options?.inline ?? task?.options.inline ?? false;
}

/**
 * Judges the step behind what a message has decided, when the message comes back. The message goes on from what it has
 * decided there, too; it stops where another message has; and hands over what is undecided.
 */
export function onNextStep(
  cell: Cell,
  message: Pick<RunMessage, 'mid' | 'try'>,
  by: Owner,
): 'goOn' | 'stop' | 'handOver' {
  // @defect resume-finds-its-steps
  if (decidedBy(cell, message) !== undefined) return 'goOn';
  return ownershipOf(cell, message.try, by) === 'undecided' ? 'handOver' : 'stop';
}

// --- internal ---

/** Returns whether nothing delays or limits a task: whatever does is kept by its queue, its slot, its place or its claim. */
function isUnlimited({ notBefore, again, sig }: RunDraft, task: InlineTask): boolean {
  const { rateLimit, acksLate } = task.options;
  const isFree = rateLimit === undefined && placeOf(sig, task) === undefined;
  return notBefore === undefined && again === undefined && isFree && acksLate !== false;
}

/** Returns whether a message would come back to this very function, for the same tenant. */
function isHere(draft: RunDraft, { message, isOwnQueue }: InlineFacts): boolean {
  return isOwnQueue && withOwn(draft, draft.sig.options).tenant === withOwn(message, message.sig.options).tenant;
}
