import type { Cell, FinalState, Leaf, NextAttempt, Outcome, Owner, Rerun, Value } from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
import { MAX_DEPTH, parseJson } from '../../core/values/json.ts';
import type { Json } from '../../core/values/json.ts';
import { readNumber, readText } from './attributes.ts';
import type { Item } from './attributes.ts';

/**
 * How outcomes are written in the table: short, so that a leaf of 8 members with small values stays below 1 KB, one
 * write unit.
 *
 * | attribute | holds |
 * | --- | --- |
 * | `o` | the outcome, as JSON with keys of one letter |
 * | `g` | that its value is forgotten |
 * | `r`, `d` | the next attempt, and the rerun that made it |
 * | `s` | the set of tokens that have counted a start |
 * | `c` | the claim |
 * | `l`, `f` | child and mid last written, and whether one failed: in a leaf or a node |
 * | `d` | in a node: the set of its children that are complete, counted from its first |
 *
 * In a leaf the attributes of a member end in its slot: `o0` … `o7`.
 */

/** The text of an outcome. */
export function encodeOutcome(outcome: Outcome): string {
  const { state, value, failedId, ignored, expiresAt, children, added } = outcome;
  const short: ShortOutcome = {
    ...shortOwner(outcome),
    s: LETTERS[state],
    ...shortValue(value),
    ...compact({
      f: failedId,
      i: ignored ? 1 : undefined,
      e: expiresAt,
      c: children,
      a: added && ([added.join, added.n] as const),
    }),
  };
  return JSON.stringify(short);
}

/** The outcome that {@link encodeOutcome} wrote. */
export function decodeOutcome(text: string): Outcome {
  const short = read<ShortOutcome>(text, 'an outcome');
  return {
    ...longOwner(short),
    state: STATES[short.s],
    value: longValue(short),
    ...compact({
      failedId: short.f,
      ignored: short.i ? true : undefined,
      expiresAt: short.e,
      children: short.c,
      added: short.a === undefined ? undefined : { join: short.a[0], n: short.a[1] },
    }),
  };
}

/** The text of a rerun; the attempt that it made is an attribute of its own. */
export function encodeRerun(rerun: Rerun & Owner): string {
  const owner = shortOwner(rerun);
  if (rerun.kind === 'replace') return JSON.stringify({ ...owner, ...shortValue(rerun.plan) } satisfies ShortRerun);
  const error = rerun.error === undefined ? {} : shortValue(rerun.error);
  return JSON.stringify({ ...owner, b: rerun.notBefore, ...error } satisfies ShortRerun);
}

/** The rerun that {@link encodeRerun} wrote. */
export function decodeRerun(text: string, attempt: number): NextAttempt {
  const short = read<ShortRerun>(text, 'a rerun');
  const made = { ...longOwner(short), attempt };
  if (!('b' in short)) return { kind: 'replace', plan: longValue(short), ...made };
  const error = hasValue(short) ? { error: longValue(short) } : {};
  return { kind: 'retry', notBefore: short.b, ...error, ...made };
}

export function encodeClaim({ mid, token, until }: NonNullable<Cell['claim']>): string {
  return JSON.stringify({ m: mid, t: token, u: until });
}

export function encodeLast({ mid, child }: NonNullable<Leaf['last']>): string {
  return `${child}:${mid}`;
}

/** The cell of a task's item, or of a slot of a leaf. */
export function cellOf(item: Item, slot: number | undefined): Cell {
  const end = slot ?? '';
  const outcome = readText(item, `o${end}`);
  const attempt = readNumber(item, `r${end}`);
  const rerun = readText(item, `d${end}`);
  const claim = readText(item, `c${end}`);
  return compact({
    outcome:
      outcome === undefined
        ? undefined
        : { ...decodeOutcome(outcome), ...compact({ forgotten: `g${end}` in item ? true : undefined }) },
    next: attempt !== undefined && rerun !== undefined ? decodeRerun(rerun, attempt) : undefined,
    starts: item[`s${end}`]?.SS,
    claim: claim === undefined ? undefined : decodeClaim(claim),
  });
}

/** Returns the progress of a leaf. */
export function leafOf(item: Item): Leaf {
  const filled = Object.keys(item).filter((name) => /^o[0-7]$/.test(name)).length;
  return { filled, failed: 'f' in item, ...lastOf(item, 0) };
}

/** Returns the progress of the node whose first child is `firstChild`. */
export function nodeOf(item: Item, firstChild: number): Leaf {
  return { filled: item['d']?.NS?.length ?? 0, failed: 'f' in item, ...lastOf(item, firstChild) };
}

// --- internal ---

interface ShortOwner {
  readonly m: string;
  readonly t: string;
}
type ShortValue = { readonly v: Json } | { readonly r: string } | { readonly j: readonly [string, number, Spliced?] };
/** The mark of a group that is part of another: 2 if that one collects. */
type Spliced = 1 | 2;
type ShortOutcome = ShortOwner &
  ShortValue & {
    readonly s: 'S' | 'F' | 'R';
    readonly f?: string;
    readonly i?: 1;
    readonly e?: number;
    readonly c?: Outcome['children'];
    readonly a?: readonly [string, number];
  };
type ShortRetry = { readonly b: number } & (ShortValue | object);
type ShortRerun = ShortOwner & (ShortRetry | ShortValue);

const LETTERS: Readonly<Record<FinalState, 'S' | 'F' | 'R'>> = { SUCCESS: 'S', FAILURE: 'F', REVOKED: 'R' };
const STATES: Readonly<Record<'S' | 'F' | 'R', FinalState>> = { S: 'SUCCESS', F: 'FAILURE', R: 'REVOKED' };

function shortOwner({ mid, token }: Owner): ShortOwner {
  return { m: mid, t: token };
}

function longOwner({ m, t }: ShortOwner): Owner {
  return { mid: m, token: t };
}

function shortValue(value: Value): ShortValue {
  if ('inline' in value) return { v: value.inline };
  if ('ref' in value) return { r: value.ref };
  const { join, n, splice, collect } = value;
  return { j: splice ? [join, n, collect ? 2 : 1] : [join, n] };
}

function longValue(short: ShortValue): Value {
  if ('v' in short) return { inline: short.v };
  if ('r' in short) return { ref: short.r };
  const [join, n, splice] = short.j;
  return compact({ join, n, splice: splice ? true : undefined, collect: splice === 2 ? true : undefined });
}

function hasValue(short: object): short is ShortValue {
  return 'v' in short || 'r' in short || 'j' in short;
}

function decodeClaim(text: string): NonNullable<Cell['claim']> {
  const { u, ...owner } = read<ShortOwner & { readonly u: number }>(text, 'a claim');
  return { ...longOwner(owner), until: u };
}

function lastOf(item: Item, firstChild: number): Pick<Leaf, 'last'> {
  const text = readText(item, 'l');
  if (text === undefined) return {};
  const colon = text.indexOf(':');
  return { last: { mid: text.slice(colon + 1), child: firstChild + Number(text.slice(0, colon)) } };
}

function read<Short>(text: string, what: string): Short {
  // The text read here was written by the functions above. A value in it nests two levels less than the text.
  return parseJson(text, what, MAX_DEPTH + 2) as Short;
}
