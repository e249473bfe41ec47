/** Which step can follow which, and the sentences for those that cannot. */
import type { FailureInfo } from './failure-info.ts';
import type { AnySignature, DoesNotFit, HasFacts, ResultOf } from './signature.ts';

/**
 * `All` if each step fits the one before; otherwise the steps, with the problem in place of the first that does not.
 * `Before` is the step before `Rest`: perhaps one of several.
 */
export type ChainSteps<All, Rest, Done extends readonly unknown[] = [], Before = never> = Rest extends readonly [
  infer Next,
  ...infer Others,
]
  ? [Before] extends [never]
    ? ChainSteps<All, Others, [...Done, SignatureIn<Next, StepName<[...Done, Next]['length']>>], Next>
    : Fit<ResultOf<Before>, Next, StepName<[...Done, Next]['length']>, Returned<Before>> extends infer Problem
      ? [Problem] extends [never]
        ? ChainSteps<All, Others, [...Done, Next], Next>
        : [...Done, Problem, ...Others]
      : never
  : Rest extends readonly []
    ? Done extends readonly []
      ? All
      : Done
    : SpreadSteps<All, Rest, Done, Before>;

/** `Next` if it can follow `Before`, and otherwise the problem. */
export type NextStep<Before, Next> =
  Fit<ResultOf<Before>, Next, 'step 2', Returned<Before>> extends infer Problem
    ? [Problem] extends [never]
      ? Next
      : Problem
    : never;

/** `Callback` if it can be called with the value of `Before`, and otherwise the problem. */
export type NextCallback<Before, Callback> =
  Fit<ResultOf<Before>, Callback, 'the callback', `what the signature${Named<Before>} returns`> extends infer Problem
    ? [Problem] extends [never]
      ? Callback
      : Problem
    : never;

/** `Callback` if it can be called with a failure, and otherwise the problem. */
export type ErrorCallback<Callback> = [Fit<AnyFailure, Callback, '', ''>] extends [never]
  ? Callback
  : Fit<FailureInfo, Callback, 'the error callback', 'the failure'>;

/** A failure as it is compared: the arguments of the task that failed may be of any type. */
export type AnyFailure = {
  readonly [Field in keyof FailureInfo]: Field extends 'args' | 'kwargs' ? never : FailureInfo[Field];
};

/**
 * Never if `Next` can be called with a value of type `Value`, and otherwise the problem. A value of unknown type fits
 * wherever a value does, and a signature of unknown types takes any value.
 */
export type Fit<Value, Next, Place extends string, Source extends string> =
  Next extends HasFacts<infer Missing extends readonly unknown[], unknown, never, infer Also, never>
    ? [Value] extends Missing | Also
      ? never
      : [Known<Value>] extends Missing | Also
        ? never
        : Misfit<Value, Missing, Also, `${Place}${Named<Next>}`, Source>
    : NoSignature<Next, Place>;

/**
 * `Part` if it is a signature, and otherwise a signature that names the problem. Both take a part whose type is a parameter of
 * a function that is bound to signatures: the compiler does not decide then.
 */
export type SignatureIn<Part, Place extends string> = [Part] extends [AnySignature]
  ? Part
  : Part & AnySignature & { readonly '~problem'?: NoSignature<Part, Place> };

/** Never if `Part` is a signature, and otherwise the problem. */
export type NoSignature<Part, Place extends string> = unknown extends Part
  ? never
  : Part extends AnySignature
    ? never
    : Part extends readonly unknown[]
      ? DoesNotFit<`${Place} is a list: spread it with ...`>
      : DoesNotFit<`${Place}${Named<Part>} is not a signature: use .s() to make one of a task`>;

/** A value as it is compared: an unknown value, or an unknown item of a list, counts as anything. */
export type Known<Value> = unknown extends Value
  ? never
  : Value extends readonly unknown[]
    ? { [I in keyof Value]: Known<Value[I]> }
    : Value;

/** The steps that a chain may begin with: several, if it begins with an array of any length. */
export type FirstStep<Steps, Next = never> = Steps extends readonly [infer First, ...unknown[]]
  ? First
  : Steps extends readonly [...infer Others, infer Last]
    ? FirstStep<Others, Last>
    : Steps extends readonly (infer Step)[]
      ? OneOf<Step | Next>
      : never;

/** The steps that a chain may end with: several, if it ends with an array of any length. */
export type LastStep<Steps, Before = never> = Steps extends readonly [...unknown[], infer Last]
  ? Last
  : Steps extends readonly [infer First, ...infer Others]
    ? LastStep<Others, First>
    : Steps extends readonly (infer Step)[]
      ? Before | Step
      : never;

// --- parts of the types above ---

/**
 * The rest of a chain that goes on with an array of steps. The compiler knows neither their number nor, if they differ, their
 * order: one of them must fit the step before them, and different ones are followed by anything.
 */
export type SpreadSteps<
  All,
  Rest,
  Done extends readonly unknown[],
  Before,
  After extends readonly unknown[] = [],
> = Rest extends readonly [...infer Others, infer Last]
  ? SpreadSteps<All, Others, Done, Before, [Last, ...After]>
  : Rest extends readonly (infer Step)[]
    ? SpreadFit<Done, Before, Step, After> extends infer Problem
      ? [Problem] extends [never]
        ? ChainSteps<All, After, [...Done, ...Rest], IsUnion<Step> extends true ? AnySignature : Before | Step>
        : [...Done, ...Problem[], ...After]
      : never
    : never;

/** Never if an array of steps can follow `Before`; of equal steps that are a whole chain, if they can follow each other. */
export type SpreadFit<Done, Before, Step, After> = [Step] extends [AnySignature]
  ? Done extends readonly []
    ? true extends IsUnion<Step> | (After extends readonly [] ? false : true)
      ? never
      : Fit<ResultOf<Step>, Step, 'each step', 'what the step before it returns'>
    : true extends CanFollow<Before, Step>
      ? never
      : Fit<ResultOf<Before>, Step, 'each step', 'what the step before it returns'>
  : NoSignature<Step, 'each step'>;

/** The steps themselves if they lack the same arguments; else a signature of unknown types. */
export type OneOf<Step> = IsUnion<MissingOf<Step>> extends true ? AnySignature : Step;

/** The number of a step, where it is known. */
export type StepName<Length> = number extends Length ? 'a later step' : `step ${Length & number}`;

/** The sentence that says why a signature cannot take a value, with both types. */
export type Misfit<
  Value,
  Missing extends readonly unknown[],
  Also,
  Who extends string,
  Source extends string,
> = Missing extends readonly []
  ? [Also] extends [never]
    ? DoesNotFit<`${Who} has all its arguments and cannot take ${Source}: use .si()`, { got: Value }>
    : DoesNotFit<`${Who} cannot take ${Source}`, { got: Value; takes: FirstOf<Also> }>
  : Missing extends readonly [unknown]
    ? DoesNotFit<`${Who} cannot take ${Source}`, { got: Value; takes: Missing[0] }>
    : DoesNotFit<`${Who} needs more arguments than ${Source}`, { got: [Value]; takes: Missing }>;

/** The words for the value of the step before, with the name of its task. */
export type Returned<S> = `what the step before it${Named<S>} returns`;

/** The type of the first element of a list. */
export type FirstOf<List> = List extends readonly [infer First, ...unknown[]]
  ? First
  : List extends readonly (infer Item)[]
    ? Item
    : never;

/** A step's or a body's name in brackets, where it is known. */
export type Named<S> = S extends { readonly name: infer Name extends string }
  ? string extends Name
    ? ''
    : ` (${Name})`
  : '';

/** The arguments that a signature lacks. */
export type MissingOf<S> = S extends HasFacts<infer Missing, unknown, never, never, never> ? Missing : [];

/** Whether a step can follow `Before`; of several steps, both true and false. */
export type CanFollow<Before, Step> = Step extends unknown
  ? [Fit<ResultOf<Before>, Step, '', ''>] extends [never]
    ? true
    : false
  : never;

/** Whether a type is a union. */
export type IsUnion<T, Each = T> = T extends unknown ? ([Each] extends [T] ? false : true) : never;
