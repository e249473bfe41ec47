import { isJoinFrame } from '../../core/protocol/frames.ts';
import type { RunMessage } from '../../core/protocol/message.ts';
import type { TaskPlan } from '../../core/protocol/plan.ts';
import type { Request } from '../../core/types/context.ts';
import type { Attempt } from '../../core/types/events.ts';

/** How a task's function is called for each item of its argument. */
export interface Batch {
  /** With the item, or with its elements. */
  readonly each: 'map' | 'starmap';
  /** The value has what became of each item. */
  readonly collect: boolean;
  readonly concurrency: number;
  readonly progress: boolean;
}

/** One call of a task's function, as its context describes it. */
export interface TaskCall extends Omit<Request, 'workflowId' | 'stampedHeaders' | 'eta' | 'expires'> {
  /** The members whose values it gets as its input, as far as they are known. */
  readonly members?: readonly Attempt[] | undefined;
  /** The headers for what follows from it, which code around it adds. */
  readonly carried: Record<string, string>;
  readonly notBefore: number | null;
  readonly expires: number | null;
  /** Absent of a call that is not for items. */
  readonly batch: Batch | undefined;
  /** No types have checked its arguments. */
  readonly isUntyped: boolean;
  readonly maxRetries: number | null | undefined;
  /** It may be a second run. */
  readonly isAgain: boolean;
  /** The message that its launches descend from; for a direct call, that of the task it is made in, if any. */
  readonly message: RunMessage | undefined;
}

/** The call that a message asks for, with its loaded arguments. */
export function callOf(
  message: RunMessage,
  given: Pick<TaskCall, 'args' | 'kwargs' | 'headers' | 'stamps' | 'members' | 'isAgain'>,
): TaskCall {
  const { id, frames, sig } = message;
  const join = frames.find(isJoinFrame);
  return {
    ...given,
    id,
    rootId: message.root ?? id,
    parentId: message.parent ?? null,
    groupId: join?.join ?? null,
    groupIndex: join?.x ?? null,
    retries: retriesOf(message),
    carried: {},
    notBefore: message.notBefore ?? null,
    expires: message.expires ?? null,
    batch: batchOf(sig),
    isUntyped: sig.untyped === true,
    maxRetries: sig.options?.maxRetries,
    calledDirectly: false,
    message,
  };
}

/** Returns how a plan's function is called for its items; undefined for a plan without. */
export function batchOf({ each, collect, concurrency = 1, progress }: TaskPlan): Batch | undefined {
  return each && { each, collect: collect === true, concurrency, progress: progress === true };
}

/** A call in process, without a message. */
export function directCall(
  id: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  around: Partial<TaskCall> = {},
): TaskCall {
  return {
    id,
    rootId: id,
    parentId: null,
    groupId: null,
    groupIndex: null,
    retries: 0,
    args,
    kwargs,
    headers: {},
    carried: {},
    stamps: {},
    notBefore: null,
    expires: null,
    batch: undefined,
    isUntyped: false,
    maxRetries: undefined,
    calledDirectly: true,
    isAgain: false,
    message: undefined,
    ...around,
  };
}

/** Returns the number of retries before a message: a replacement counts from there. */
function retriesOf({ base, try: attempt }: Pick<RunMessage, 'base' | 'try'>): number {
  const replacedAt = /!(\d+)$/.exec(base)?.[1];
  return attempt - (replacedAt === undefined ? 0 : Number(replacedAt));
}
