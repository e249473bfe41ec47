import { keptCallIn } from '../core/protocol/kept-call.ts';
import type { KeptCall } from '../core/protocol/kept-call.ts';
import type { Value } from '../core/protocol/outcome.ts';
import { messageOf } from '../core/text/describe.ts';
import type { Json, JsonObject } from '../core/values/json.ts';
import type { Engine } from './engine.ts';
import { loadArguments, loadValue } from './inputs.ts';

/** How a task was called: with its arguments as JSON, or why they cannot be shown. */
export type ShownCall =
  | { readonly task: string; readonly args: readonly Json[]; readonly kwargs: JsonObject }
  | { readonly task: string; readonly unread: string };

type Reader = Pick<Engine, 'outcomes' | 'payloads' | 'clock'>;

/** Reads the arguments of a call, those kept elsewhere too. Never throws for arguments that are gone. */
export async function readCall(reader: Reader, { sig, in: input }: KeptCall): Promise<ShownCall> {
  const { task } = sig;
  if (input !== undefined && 'join' in input && input.n > MOST_VALUES)
    return { task, unread: `They are the values of the ${input.n} members of ${input.join}.` };
  try {
    return { task, ...(await loadArguments(reader, sig, input)) };
  } catch (error) {
    return { task, unread: messageOf(error) };
  }
}

/** The same of a call that was kept beside an outcome; undefined for what is none. */
export async function readKeptCall(reader: Reader, kept: Value): Promise<ShownCall | undefined> {
  // One that was kept elsewhere may be gone before the outcome is.
  const json = await loadValue(reader, kept).catch(() => null);
  const call = keptCallIn(json);
  return call && readCall(reader, call);
}

// --- internal ---

/** The members of a group whose values are still read as arguments. */
const MOST_VALUES = 1000;
