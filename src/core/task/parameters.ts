import { InvalidArguments } from '../errors/caller.ts';
import { listParameters } from './parameters-source.ts';

/** What a task's function takes, read from its source. */
export interface Parameters {
  /** Parameters before the first with a default, or the rest parameter. */
  readonly required: number;
  /** Parameters for positional arguments: all but the keyword arguments' and a rest parameter. */
  readonly slots: number;
  /** The last parameter is an object with the default `{}`, for keyword arguments. */
  readonly kwargs: boolean;
  /** There is a rest parameter: no argument is surplus, and there are no keyword arguments. */
  readonly rest: boolean;
}

/** A call of a task. `parameters` is undefined where the task's function is not known or cannot be read; then nothing is checked. */
export interface Call {
  readonly task: string;
  readonly parameters: Parameters | undefined;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** A task's function, whatever it takes. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * Reads what a function takes from its source; minifying changes nothing about it. `bound` leaves out the first parameter, a bound task's
 * context. Undefined for what cannot be read: native and bound functions, proxies, classes.
 *
 * @example
 * readParameters((x, y, { debug = false } = {}) => x + y, { bound: false }); // { required: 2, slots: 2, kwargs: true, rest: false }
 */
export function readParameters(fn: AnyFunction, { bound }: { readonly bound: boolean }): Parameters | undefined {
  const all = listParameters(Function.prototype.toString.call(fn));
  if (all === undefined) return undefined;
  const list = bound && all[0]?.rest === false ? all.slice(1) : all;
  const rest = list.at(-1)?.rest ?? false;
  const kwargs = !rest && isObject(list.at(-1)?.initial);
  const firstOptional = list.findIndex((parameter) => parameter.rest || parameter.initial !== undefined);
  return {
    required: firstOptional === -1 ? list.length : firstOptional,
    slots: list.length - (rest || kwargs ? 1 : 0),
    kwargs,
    rest,
  };
}

/**
 * Checks that a call fits its task. A partial call may have fewer arguments than are required: the first ones are given later.
 *
 * @throws InvalidArguments for a missing or a surplus argument, and for keyword arguments that the task does not take.
 *
 * @example
 * checkArguments({ task: 'add', parameters, args: [1] });
 * // InvalidArguments: Cannot call add as add(1): it takes 2 arguments: current value is 1
 */
export function checkArguments(call: Call & { readonly partial?: boolean }): void {
  const { task, parameters, args, kwargs, partial = false } = call;
  if (parameters === undefined) return;
  const problem = problemWith(parameters, args.length, hasKeys(kwargs), partial);
  if (problem !== undefined)
    throw new InvalidArguments(`Cannot call ${task} as ${callText(call)}: ${problem}`, { task });
}

/**
 * The arguments to call a task's function with, without a context: keyword arguments go behind the last slot, the gap filled with undefined.
 * Where the parameters are not known they go last.
 *
 * @throws InvalidArguments as {@link checkArguments} does.
 *
 * @example
 * bindArguments({ task: 'add', parameters, args: [1, 2], kwargs: { debug: true } }); // [1, 2, undefined, { debug: true }]
 */
export function bindArguments(call: Call): readonly unknown[] {
  checkArguments(call);
  const { parameters, args, kwargs } = call;
  if (!hasKeys(kwargs)) return args;
  const gap = Math.max(0, (parameters?.slots ?? 0) - args.length);
  return [...args, ...Array.from({ length: gap }, () => undefined), kwargs];
}

/**
 * The arguments of a partial signature with those that are given later: these go first, and their keyword arguments win.
 *
 * @example
 * bindPartial({ args: [1] }, { args: [10], kwargs: { debug: true } }); // { args: [10, 1], kwargs: { debug: true } }
 */
export function bindPartial(own: Given, later: Given): Required<Given> {
  return { args: [...(later.args ?? []), ...(own.args ?? [])], kwargs: { ...own.kwargs, ...later.kwargs } };
}

/** Positional and keyword arguments, as given at one time. */
export interface Given {
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/**
 * Whether so many positional arguments complete a signature: none is missing.
 *
 * @example
 * completes({ required: 2, slots: 3, kwargs: false, rest: false }, 1); // false
 */
export function completes(parameters: Parameters | undefined, given: number): boolean {
  return parameters === undefined || given >= parameters.required;
}

/**
 * Whether so many positional arguments can be given: none is surplus.
 *
 * @example
 * accepts({ required: 2, slots: 3, kwargs: false, rest: false }, 4); // false
 */
export function accepts(parameters: Parameters | undefined, given: number): boolean {
  return parameters === undefined || parameters.rest || given <= parameters.slots;
}

// --- internal ---

/**
 * An expression that begins with a brace is an object, also in parentheses, which minifying takes away. Tools that count
 * coverage write `{}` as `(count(), {})`.
 */
function isObject(initial: string | undefined): boolean {
  return initial !== undefined && (/^\(*\{.*\}\)*$/s.test(initial) || /^\(.*,\{\}\)$/s.test(initial));
}

function hasKeys(kwargs: Call['kwargs']): kwargs is Readonly<Record<string, unknown>> {
  return kwargs !== undefined && Object.keys(kwargs).length > 0;
}

function problemWith(parameters: Parameters, given: number, named: boolean, partial: boolean): string | undefined {
  const { required, slots, kwargs, rest } = parameters;
  const isExact = required === slots && !rest;
  if (named && !kwargs) return 'it takes no keyword arguments: give arguments by position';
  if (!accepts(parameters, given)) {
    const hint = kwargs ? '; give keyword arguments as kwargs({…})' : '';
    return `it takes ${isExact ? '' : 'at most '}${countText(slots)}: current value is ${given}${hint}`;
  }
  if (partial || completes(parameters, given)) return undefined;
  return `it takes ${isExact ? '' : 'at least '}${countText(required)}: current value is ${given}`;
}

function countText(count: number): string {
  return count === 1 ? '1 argument' : `${count} arguments`;
}

/** The call as one would write it; objects are only hinted at, for they may be large or secret. */
function callText({ task, args, kwargs }: Call): string {
  const shown = args.slice(0, 8).map(argumentText);
  if (args.length > shown.length) shown.push('…');
  if (hasKeys(kwargs)) shown.push(`kwargs({ ${Object.keys(kwargs).slice(0, 8).join(', ')} })`);
  return `${task}(${shown.join(', ')})`;
}

function argumentText(value: unknown): string {
  if (typeof value === 'string')
    return value.length <= 20 ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, 20)).slice(0, -1)}…"`;
  if (Array.isArray(value)) return value.length === 0 ? '[]' : '[…]';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return '{…}';
  return String(value);
}
