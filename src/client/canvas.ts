import { BATCH_OPTIONS } from '../core/canvas/batch.ts';
import { chainOf, chordOf, groupOf } from '../core/canvas/signature.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { TOLERANCE } from '../core/canvas/tolerance.ts';
import { InvalidCanvas, InvalidOptions } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { ChainFunction } from '../core/types/canvas.ts';
import type { ChordFunction, GroupFunction, Header } from '../core/types/groups.ts';
import type { ChordOptions } from '../core/types/options.ts';
import type { AnySignature } from '../core/types/signature.ts';
import { checkedOptions } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { dataOf, isSignature, partOf } from './caller.ts';
import type { RuntimeSignature } from './caller.ts';
import { currentApp } from './current-app.ts';
import { makeSignature } from './signature.ts';

/**
 * Steps that run one after another. Each is called with the value of the step before it.
 *
 * @param steps signatures and canvases, at least one.
 * @throws InvalidCanvas if there is no step, or one is not a signature.
 *
 * @example
 * ```ts
 * const result = await chain(add.s(1, 2), add.s(3)).delay();
 * await result.get(); // 6
 * ```
 */
export const chain = ((...steps: readonly AnySignature[]) =>
  // The public type says which steps fit.
  canvas('chain', steps, chainOf)) as unknown as ChainFunction;

/**
 * Members that run at once; the value is the list of theirs, in this order.
 *
 * @param members signatures and canvases: an array or any other iterable.
 * @throws InvalidCanvas if a member is not a signature.
 *
 * @example
 * ```ts
 * const result = await group(range(3).map((i) => add.s(i, i))).delay();
 * await result.get(); // [0, 2, 4]
 * ```
 */
export const group = ((members: Iterable<AnySignature>) =>
  // The public type lists the members' values.
  canvas('group', listOf(members), groupOf)) as unknown as GroupFunction;

/**
 * A header and a body, which is called with the list of the header's values. Without a body it returns a function that
 * takes one. Nothing is sent before `delay`.
 *
 * @param header the members: an iterable, a group, or one signature.
 * @param body the signature that is called with the list of their values.
 * @param options `onMemberFailure`: `'failFast'` (default) fails at once; `'collect'` runs the body with
 * `{ ok, value }` or `{ ok, error }` of each member. `tolerate`: the same, up to so many failures: `3`, or `'5%'`.
 * @throws InvalidCanvas if the body or a member is not a signature.
 * @throws InvalidOptions for an option that is unknown or wrong.
 *
 * @example
 * ```ts
 * const result = await chord([add.s(1, 1), add.s(2, 2)], tsum.s()).delay();
 * await result.get(); // 6
 * ```
 */
export const chord = ((header: Header, body?: AnySignature, options?: ChordOptions) => {
  const members = isSignature(header) ? [header] : listOf(header);
  const build = (last: AnySignature, how: ChordOptions = {}): RuntimeSignature =>
    canvas('chord', [...members, last], (all) => {
      const tail = all.at(-1);
      if (tail === undefined) throw new InvalidCanvas('Cannot make a chord: it has no body');
      return chordOf(all.slice(0, -1), tail, readHow(how));
    });
  return body === undefined ? build : build(body, options);
  // The public type says which body fits.
}) as unknown as ChordFunction;

// --- internal ---

function canvas(
  kind: string,
  parts: readonly AnySignature[],
  make: (data: readonly SignatureData[]) => SignatureData,
): RuntimeSignature {
  // The tail of a chain or a chord has the id of the whole, and may name it.
  const tail = kind === 'group' ? -1 : parts.length - 1;
  const data = make(
    parts.map((part, index) => (index === tail ? dataOf : partOf)(part, `part ${index + 1} of a ${kind}`)),
  );
  const signatures = parts.filter(isSignature);
  const first = signatures.find((part) => !isEmpty(part.data)) ?? signatures[0];
  return makeSignature(first?.caller ?? currentApp(), data);
}

/** Returns whether a canvas has no task, and so none that says which app it belongs to. */
function isEmpty(data: SignatureData): boolean {
  return data.kind === 'group' && data.members.length === 0;
}

const CHORD_OPTIONS: Readonly<Record<string, OptionCheck>> = {
  onMemberFailure: BATCH_OPTIONS.onMemberFailure,
  tolerate: TOLERANCE,
};

function readHow(how: ChordOptions): ChordOptions {
  const read = checkedOptions<ChordOptions>(how, CHORD_OPTIONS, 'a chord');
  if (read.tolerate !== undefined && read.onMemberFailure === 'failFast')
    throw new InvalidOptions(
      "Cannot use tolerate with onMemberFailure 'failFast': one that tolerates failures collects them. Leave one of them out.",
    );
  return read;
}

function listOf(members: unknown): readonly AnySignature[] {
  if (typeof members === 'object' && members !== null && Symbol.iterator in members)
    return [...(members as Iterable<AnySignature>)];
  throw new InvalidCanvas(
    `Cannot use the members of a canvas: ${mismatch('a list of signatures', isSignature(members) ? `the signature ${String(members)}. Put it in a list.` : describe(members))}`,
  );
}
