import { ownTaskId } from '../core/canvas/own-task-id.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidCanvas, InvalidOptions } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { AnySignature } from '../core/types/signature.ts';
import type { OnceGiven } from './call-once.ts';

/** The parts of an app that a signature needs. */
export interface Caller {
  /** Runs it in this process. */
  runHere(data: SignatureData): Promise<unknown>;
  /** Sends it, and answers with its handle. */
  send(data: SignatureData, options: OnceGiven & { readonly taskId?: string }): Promise<unknown>;
}

/** A signature, with the parts of it that this library uses itself. The public types have all of them, and their arguments and results. */
export interface RuntimeSignature extends AnySignature {
  (...later: readonly unknown[]): Promise<unknown>;
  readonly caller: Caller;
  delay(...later: readonly unknown[]): Promise<unknown>;
  applyAsync(options?: object): Promise<unknown>;
}

/** Returns whether a value is a signature or a canvas. */
export function isSignature(value: unknown): value is RuntimeSignature {
  return typeof value === 'function' && 'data' in value && 'caller' in value;
}

/**
 * Returns the data of a signature. A caller without the compiler may have given something else.
 *
 * @param as its use, for the message: *part 2 of a chain*.
 * @throws InvalidCanvas if it is not a signature.
 */
export function dataOf(value: unknown, as: string): SignatureData {
  if (isSignature(value)) return value.data;
  const hint =
    typeof value === 'function'
      ? '. Use .s() to make one of a task.'
      : Array.isArray(value)
        ? '. Spread a list of them with ...'
        : '';
  throw new InvalidCanvas(`Cannot use ${as}: ${mismatch('a signature', describe(value))}${hint}`);
}

/**
 * Returns the data of a signature that becomes a part of a canvas, but not its tail.
 *
 * @throws InvalidCanvas if it is not a signature, InvalidOptions if it asks for an id of its own.
 */
export function partOf(value: unknown, as: string): SignatureData {
  const data = dataOf(value, as);
  mustNotBeNamed(data, as);
  return data;
}

/**
 * Refuses an id that would be ignored: the ids inside a canvas are made from the id of the whole.
 *
 * @throws InvalidOptions if the signature, or its tail, asks for one.
 */
export function mustNotBeNamed(data: SignatureData, as: string): void {
  const taskId = ownTaskId(data);
  if (taskId === undefined) return;
  throw new InvalidOptions(
    `Cannot use the taskId ${describe(taskId)} of ${as}: the ids inside a canvas are made from the id of the whole. Set it on the whole, or on its last step or body.`,
  );
}
