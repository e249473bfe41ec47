import { compact } from '../values/compact.ts';
import { isPlainObject } from '../values/json.ts';
import type { Json, JsonObject } from '../values/json.ts';
import { isInput, isPlan } from './message-shape.ts';
import type { Input, RunMessage } from './message.ts';
import type { TaskPlan } from './plan.ts';

/**
 * How a task was called, as its message says it: arguments that are stored as blocks, and the values of steps before it,
 * are named and not copied, so that it is small.
 */
export interface KeptCall {
  readonly sig: Pick<TaskPlan, 'task' | 'args' | 'kwargs' | 'stored' | 'immutable'>;
  readonly in?: Input;
}

/** Returns how the task of a message was called. */
export function keptCallOf({ sig, in: input }: Pick<RunMessage, 'sig' | 'in'>): KeptCall {
  const { task, args, kwargs, stored, immutable } = sig;
  // An immutable task does not see the value of the step before it.
  return compact({
    sig: compact({ task, args, kwargs, stored, immutable }),
    in: immutable === true ? undefined : input,
  });
}

/** Returns the JSON in which a call is kept; its parts are JSON. */
export function keptJson(call: KeptCall): Json {
  return call as unknown as JsonObject;
}

/** Returns the call that {@link keptJson} wrote; undefined for what is none. */
export function keptCallIn(json: Json): KeptCall | undefined {
  if (!isPlainObject(json)) return undefined;
  const { sig, in: input } = json;
  if (!isTaskPlan(sig)) return undefined;
  if (input === undefined) return { sig };
  return isInput(input) ? { sig, in: input } : undefined;
}

// --- internal ---

function isTaskPlan(value: unknown): value is TaskPlan {
  return isPlan(value) && 'task' in value;
}
