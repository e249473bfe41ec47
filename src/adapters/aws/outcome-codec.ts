import type {
  Cell,
  FinalState,
  Leaf,
  NextAttempt,
  Outcome,
  Owner,
  Rerun,
  RunFacts,
  Value,
} from '../../core/protocol/outcome.ts';
import { compact } from '../../core/values/compact.ts';
import { MAX_DEPTH, parseJson } from '../../core/values/json.ts';
import type { Json } from '../../core/values/json.ts';
import { readNumber, readText } from './attributes.ts';
import type { Item } from './attributes.ts';
import { decodeMemberRun, decodeRun, decodeSize, encodeMemberRun, encodeRun } from './run-codec.ts';
import type { DatedRun } from './run-codec.ts';

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
 * | `n` | how many members the group has, and steps the chain around it: in a leaf or a node |
 * | `e` | in a node: how many members below it failed |
 * | `k` | in a leaf: the set of its members' task names |
 * | `d` | in a node: the set of its children that are complete, counted from its first |
 *
 * In a leaf the attributes of a member end in its slot: `o0` … `o7`.
 */

/**
 * The text of an outcome.
 *
 * @param isMember whether it is a slot of a leaf, which keeps the names of tasks apart.
 */
export function encodeOutcome(outcome: Outcome, isMember = false): string {
  const { state, value, failures, failedId, ignored, expiresAt, children, added, run } = outcome;
  const short: ShortOutcome = {
    // First, and only of what is no success: a leaf can be counted without reading its values.
    ...(state === 'SUCCESS' ? compact({ x: failures }) : { s: LETTERS[state] }),
    ...shortOwner(outcome, run && { run, expiresAt }, isMember),
    ...shortValue(value),
    ...compact({
      f: failedId,
      i: ignored ? 1 : undefined,
      e: run === undefined ? expiresAt : undefined,
      c: children,
      a: added && ([added.join, added.n] as const),
      p: run?.call && shortValue(run.call),
    }),
  };
  return JSON.stringify(short);
}

/**
 * The outcome that {@link encodeOutcome} wrote.
 *
 * @param names the names of tasks that its leaf keeps, of a member.
 */
export function decodeOutcome(text: string, names?: readonly string[]): Outcome {
  const short = read<ShortOutcome>(text, 'an outcome');
  const { by, run, expiresAt = short.e } = longOwner(short, names);
  return {
    ...by,
    state: STATES[short.s ?? 'S'],
    value: longValue(short),
    ...compact({
      failures: short.x,
      failedId: short.f,
      ignored: short.i ? true : undefined,
      expiresAt,
      children: short.c,
      added: short.a === undefined ? undefined : { join: short.a[0], n: short.a[1] },
      run: withCall(run, short),
    }),
  };
}

/**
 * The text of a rerun; the attempt that it made is an attribute of its own.
 *
 * @param isMember as of {@link encodeOutcome}.
 */
export function encodeRerun(rerun: Rerun & Owner, isMember = false): string {
  const { run } = rerun;
  const owner = {
    ...shortOwner(rerun, run && { run }, isMember),
    ...(run?.call === undefined ? {} : { p: shortValue(run.call) }),
  };
  if (rerun.kind === 'replace') return JSON.stringify({ ...owner, ...shortValue(rerun.plan) } satisfies ShortRerun);
  const error = rerun.error === undefined ? {} : shortValue(rerun.error);
  const given = rerun.given === undefined ? {} : { g: shortValue(rerun.given) };
  return JSON.stringify({ ...owner, b: rerun.notBefore, ...error, ...given } satisfies ShortRerun);
}

/** The rerun that {@link encodeRerun} wrote. */
export function decodeRerun(text: string, attempt: number, names?: readonly string[]): NextAttempt {
  const short = read<ShortRerun>(text, 'a rerun');
  const { by, run } = longOwner(short, names);
  const made = { ...by, attempt, ...compact({ run: withCall(run, short) }) };
  if (!('b' in short)) return { kind: 'replace', plan: longValue(short), ...made };
  const error = hasValue(short) ? { error: longValue(short) } : {};
  const given = short.g === undefined ? {} : { given: longValue(short.g) };
  return { kind: 'retry', notBefore: short.b, ...error, ...given, ...made };
}

export function encodeClaim({ mid, token, until }: NonNullable<Cell['claim']>): string {
  return JSON.stringify({ ...shortOwner({ mid, token }), u: until });
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
  const names = slot === undefined ? undefined : (item['k']?.SS ?? []);
  return compact({
    outcome:
      outcome === undefined
        ? undefined
        : { ...decodeOutcome(outcome, names), ...compact({ forgotten: `g${end}` in item ? true : undefined }) },
    next: attempt !== undefined && rerun !== undefined ? decodeRerun(rerun, attempt, names) : undefined,
    starts: item[`s${end}`]?.SS,
    claim: claim === undefined ? undefined : decodeClaim(claim),
  });
}

/** Returns the progress of a leaf. */
export function leafOf(item: Item): Leaf {
  const outcomes = Object.keys(item).filter((name) => /^o[0-7]$/.test(name));
  const failed = 'f' in item;
  const failures = failed ? outcomes.reduce((sum, name) => sum + failuresIn(readText(item, name) ?? ''), 0) : 0;
  return { filled: outcomes.length, failed, ...failuresOf(failures), ...sizeOf(item), ...lastOf(item, 0) };
}

/** Returns the progress of the node whose first child is `firstChild`. */
export function nodeOf(item: Item, firstChild: number): Leaf {
  const filled = item['d']?.NS?.length ?? 0;
  const failures = readNumber(item, 'e') ?? 0;
  return { filled, failed: 'f' in item, ...failuresOf(failures), ...sizeOf(item), ...lastOf(item, firstChild) };
}

// --- internal ---

/** How the text of an outcome begins that is no success, and that of a group with members that have failed. */
const UNSUCCESSFUL = '{"s":';
const FAILURES_INSIDE = /^\{"x":(\d+)/;

function failuresIn(text: string): number {
  return text.startsWith(UNSUCCESSFUL) ? 1 : Number(FAILURES_INSIDE.exec(text)?.[1] ?? 0);
}

/**
 * `<token> <mid>`, or each apart. In a leaf the facts of the run are inside: `<token>.<facts> <mid>`, as a further key
 * would take seven bytes of each of eight members.
 */
interface ShortOwner {
  readonly m: string;
  readonly t?: string;
  readonly k?: string;
}
/** How its task was called, of a task that keeps that. */
interface ShortCall {
  readonly p?: ShortValue;
}
type ShortValue = { readonly v: Json } | { readonly r: string } | { readonly j: readonly [string, number, Spliced?] };
/** The mark of a group that is part of another: 2 if that one collects. */
type Spliced = 1 | 2;
type ShortOutcome = ShortOwner &
  ShortCall &
  ShortValue & {
    readonly s?: 'S' | 'F' | 'R';
    readonly x?: number;
    readonly f?: string;
    readonly i?: 1;
    readonly e?: number;
    readonly c?: Outcome['children'];
    readonly a?: readonly [string, number];
  };
type ShortRetry = { readonly b: number; readonly g?: ShortValue } & (ShortValue | object);
type ShortRerun = ShortOwner & ShortCall & (ShortRetry | ShortValue);

const LETTERS: Readonly<Record<FinalState, 'S' | 'F' | 'R'>> = { SUCCESS: 'S', FAILURE: 'F', REVOKED: 'R' };
const STATES: Readonly<Record<'S' | 'F' | 'R', FinalState>> = { S: 'SUCCESS', F: 'FAILURE', R: 'REVOKED' };

function shortOwner({ mid, token }: Owner, dated?: DatedRun, isMember = false): ShortOwner {
  const isPlain = /^[\w-]*$/.test(token);
  if (dated === undefined) return isPlain ? { m: `${token} ${mid}` } : { m: mid, t: token };
  if (isMember && isPlain) return { m: `${token}.${encodeMemberRun(dated)} ${mid}` };
  const k = isMember ? encodeMemberRun(dated) : encodeRun(dated);
  return isPlain ? { m: `${token} ${mid}`, k } : { m: mid, t: token, k };
}

interface LongOwner extends Partial<DatedRun> {
  readonly by: Owner;
}

function longOwner({ m, t, k }: ShortOwner, names?: readonly string[]): LongOwner {
  const space = m.indexOf(' ');
  const head = t === undefined ? m.slice(0, space) : t;
  const dot = t === undefined ? head.indexOf('.') : -1;
  const by = { mid: t === undefined ? m.slice(space + 1) : m, token: dot < 0 ? head : head.slice(0, dot) };
  const facts = dot < 0 ? k : head.slice(dot + 1);
  if (facts === undefined) return { by };
  return { by, ...(names === undefined ? decodeRun(facts) : decodeMemberRun(facts, names)) };
}

function withCall(run: RunFacts | undefined, { p }: ShortCall): RunFacts | undefined {
  return run === undefined || p === undefined ? run : { ...run, call: longValue(p) };
}

function failuresOf(failures: number): Pick<Leaf, 'failures'> {
  return failures === 0 ? {} : { failures };
}

function sizeOf(item: Item): Pick<Leaf, 'size'> {
  const text = readText(item, 'n');
  return text === undefined ? {} : { size: decodeSize(text) };
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
  return { ...longOwner(owner).by, until: u };
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
