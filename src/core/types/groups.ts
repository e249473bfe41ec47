/** Groups and chords. */
import type { Group, Joined } from './canvas.ts';
import type { Fit, Known, MissingOf, NoSignature } from './fit.ts';
import type { MemberOutcome } from './member-outcome.ts';
import type { ChordOptions, ModeOf, OnMemberFailure } from './options.ts';
import type { AnySignature, DoesNotFit, HasFacts, ResultOf } from './signature.ts';

/**
 * The type of `group`: the members run at once, and the value is the list of their values, in order. For an array or
 * another iterable the value is an array, for a tuple a tuple. A group among the members is taken apart.
 *
 * @example
 * group([add.s(1, 2), log.s('a')]); // Group<[], [number, string]>
 * group(range(10).map((i) => add.s(i, i))); // Group<[], number[]>
 */
export interface GroupFunction {
  <const Members extends Iterable<AnySignature>>(members: Members): Grouped<Members>;
  /** Refuses members that are not signatures, with a sentence. */
  <const Members extends Iterable<unknown>>(members: Members & NoMembers<Members>): Grouped<Members>;
}

/** The sentence for members that are not all signatures. */
export type NoMembers<Members> = Members extends Iterable<infer Member> ? NoMember<Member> : never;

/** The sentence for a member that is not a signature. */
export type NoMember<Member> = unknown extends Member ? unknown : NoSignature<Member, 'a member of the group'>;

/** The type of a group of these members: it takes the arguments that all of them take. */
export type Grouped<
  Members,
  R extends readonly unknown[] = [],
  Missing extends readonly unknown[] = [],
  Keywords = object,
  Also extends readonly unknown[] = readonly unknown[],
> = Members extends readonly [infer Member, ...infer Others]
  ? Member extends HasFacts<
      infer M extends readonly unknown[],
      infer Value,
      infer K,
      infer A extends readonly unknown[],
      never
    >
    ? Grouped<
        Others,
        Member extends Flat<infer Values> ? [...R, ...Values] : [...R, Value],
        SharedArgs<Missing, Also, M, A>,
        SharedKeywords<Keywords, K>,
        SharedAlso<Also, A>
      >
    : Grouped<Others, [...R, unknown], Missing, Keywords, Also>
  : Members extends readonly []
    ? Group<Missing, R, Keywords, Also>
    : Members extends Iterable<infer Member>
      ? Group<
          SharedArgs<Missing, Also, ArgsOfAll<Member>, AlsoOfAll<Member>>,
          [...R, ...ItemOf<Member>[]],
          SharedKeywords<Keywords, KeywordsOfAll<Member>>,
          SharedAlso<Also, AlsoOfAll<Member>>
        >
      : never;

/** The header of a chord: a group, an iterable, or one signature, which is its only member. */
export type Header = AnySignature | readonly AnySignature[] | Iterable<AnySignature>;

/**
 * The type of `chord`: the body is called with the list of the header's values. `chord(header)` returns a function that
 * takes the body; it builds, and sends nothing.
 *
 * @example
 * chord([add.s(1, 2), add.s(3, 4)], tsum.s()); // Signature<[], number, 'chord'>
 */
export interface ChordFunction {
  <const H extends Header, const Body, Options extends ChordOptions = object>(
    header: H,
    body: ChordBody<H, Body, ModeOf<Options>>,
    options?: Options,
  ): Chorded<H, Body>;
  <const H extends Header>(header: H): HeaderFunction<H>;
}

/** The function that `chord(header)` returns. */
export type HeaderFunction<H extends Header> = <const Body, Options extends ChordOptions = object>(
  body: ChordBody<H, Body, ModeOf<Options>>,
  options?: Options,
) => Chorded<H, Body>;

/** The type of a chord of this header and body: it takes the arguments of the header, and ends as the body does. */
export type Chorded<H, Body> = Joined<HeaderGroup<H>, Body, 'chord'>;

/** `Body` if it can take the list of the header's values, and otherwise the problem. */
export type ChordBody<H, Body, Mode extends OnMemberFailure> =
  Fit<HeaderValue<ResultOf<HeaderGroup<H>>, Mode>, Body, 'the body', 'what the header returns'> extends infer Problem
    ? [Problem] extends [never]
      ? Body
      : Problem
    : never;

// --- parts of the types above ---

/** A chord's header as a group: one signature is a group of one. */
export type HeaderGroup<H> = H extends AnySignature ? Grouped<[H]> : Grouped<H>;

/** The list that a chord's body is called with: values, or with `collect` an outcome for each member. */
export type HeaderValue<Values, Mode extends OnMemberFailure> = Mode extends 'collect'
  ? { [I in keyof Values]: MemberOutcome<Known<Values[I]>> }
  : Values;

/** The arguments that both lack, or that one lacks and the other may be given. */
export type SharedArgs<Missing extends readonly unknown[], Also, M extends readonly unknown[], A> = [M] extends [never]
  ? [DoesNotFit<'the members of this group lack different arguments'>]
  : Missing extends M | A
    ? Missing
    : M extends Missing | Also
      ? M
      : Missing['length'] extends M['length']
        ? { [I in keyof Missing]: Missing[I] & (I extends keyof M ? M[I] : never) }
        : [DoesNotFit<'the members of this group lack different arguments'>];

/** The arguments that both take beyond those that they lack. */
export type SharedAlso<Also, A> = [Also] extends [A] ? Also : [A] extends [Also] ? A : never;

/** Keyword arguments that both take; `object`, the ignored ones of an immutable signature, has no keys. */
export type SharedKeywords<Keywords, K> = [keyof Keywords] extends [never]
  ? K
  : [keyof K] extends [never]
    ? Keywords
    : [Keywords] extends [K]
      ? Keywords
      : Keywords & K;

/** A group, whose members are those of the group it is in. */
export type Flat<Values extends readonly unknown[]> = HasFacts<never, Values, never, never, 'flat'>;

/** The type of a member's value; of a group in a group, that of its members. */
export type ItemOf<Member> = Member extends Flat<infer Values> ? Values[number] : ResultOf<Member>;

/** The arguments of different signatures in one array: those that one of them lacks and all others take too. */
export type ArgsOfAll<Member, Args = MissingOf<Member>> = Args extends readonly unknown[]
  ? [Refusing<Member, Args>] extends [never]
    ? Args
    : never
  : never;

/** The arguments that every signature in an array takes beyond those that it lacks. */
export type AlsoOfAll<Member, Args = AlsoOf<Member>> = Args extends readonly unknown[]
  ? [
      Member extends HasFacts<never, unknown, never, infer Also, never> ? (Args extends Also ? never : Member) : never,
    ] extends [never]
    ? Args
    : never
  : never;

/** The keyword arguments that every signature in an array takes. */
export type KeywordsOfAll<Member> = [Member] extends [HasFacts<never, unknown, infer Keywords, never, never>]
  ? Keywords
  : object;

/** Those of the signatures that do not take these arguments. */
export type Refusing<Member, Args> =
  Member extends HasFacts<infer Missing, unknown, never, infer Also, never>
    ? Args extends Missing | Also
      ? never
      : Member
    : never;

/** The arguments that a signature takes beyond those that it lacks. */
export type AlsoOf<Member> =
  Member extends HasFacts<never, unknown, never, infer Also, never> ? Also : readonly unknown[];
