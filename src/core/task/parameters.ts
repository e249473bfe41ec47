import { InvalidArguments } from '../errors/caller.ts';
import { listParameters } from './parameters-source.ts';

/** The parameters of a task's function, read from its source. */
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

/** A call of a task. */
export interface Call {
  readonly task: string;
  /** Undefined where the task's function is not known or cannot be read: then nothing is checked. */
  readonly parameters: Parameters | undefined;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether the call comes by name or from JSON, without types that check it: then a missing argument is refused. Types
   * allow an optional parameter, `z?: number`, to be left out, and the function's source does not show it.
   */
  readonly isUntyped?: boolean;
  /** Whether the call was sent, and may be older than these parameters. Default false. */
  readonly isSent?: boolean;
}

/** A task's function, with any parameters. */
export type AnyFunction = (...args: never[]) => unknown;

/**
 * Reads the parameters of a function from its source; minification does not change them. `bound` leaves out the first parameter, a bound task's
 * context. Undefined for a function that cannot be read: native and bound functions, proxies, classes.
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
 * Checks that a call fits its task.
 *
 * @throws InvalidArguments for a surplus argument, for keyword arguments that the task does not take, and for a missing argument of
 * an untyped call.
 *
 * @example
 * checkArguments({ task: 'add', parameters, args: [1], isUntyped: true });
 * // InvalidArguments: Cannot call add(1): add takes 2 arguments, not 1. …
 */
export function checkArguments(call: Call): void {
  const { task, parameters, isSent = false } = call;
  const problem = parameters && problemWith(call, parameters);
  const hint = isSent ? ' If the task has changed since it was called, call it again.' : '';
  if (problem !== undefined) throw new InvalidArguments(`Cannot call ${callText(call)}: ${problem}${hint}`, { task });
}

/**
 * Returns the message of {@link InvalidArguments} for a log, which shows no argument: without the call, and without what a
 * schema says of its values. Empty if it says nothing else.
 *
 * @example
 * withoutArguments({ task: 'add', message: 'Cannot call add("secret"): add takes 2 arguments, not 1. …' });
 * // 'Cannot call add: add takes 2 arguments, not 1.'
 */
export function withoutArguments({ task, message }: Pick<InvalidArguments, 'task' | 'message'>): string {
  const refused = `Cannot call ${task}: its arguments do not pass its input schema`;
  if (message.startsWith(refused)) return refused;
  const start = message.lastIndexOf(`: ${task} takes `);
  const [problem] = (start !== -1 && PROBLEM.exec(message.slice(start + 2 + task.length))) || [];
  return problem === undefined ? '' : `Cannot call ${task}: ${task}${problem}`;
}

/**
 * Returns the arguments to call a task's function with, without a context: keyword arguments go behind the last slot,
 * the gap filled with undefined. Where the parameters are not known they go last.
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

// --- internal ---

/** The beginning of {@link problemWith} behind the name of the task, without any value of a caller. */
const PROBLEM = /^ takes (?:no keyword arguments|(?:at least |at most )?\d+ arguments?, not \d+)\./;

/**
 * Returns whether an expression is an object: it begins with a brace, even in parentheses, which minifying removes.
 * Tools that count coverage write `{}` as `(count(), {})`.
 */
function isObject(initial: string | undefined): boolean {
  return initial !== undefined && (/^\(*\{.*\}\)*$/s.test(initial) || /^\(.*,\{\}\)$/s.test(initial));
}

function hasKeys(kwargs: Call['kwargs']): kwargs is Readonly<Record<string, unknown>> {
  return kwargs !== undefined && Object.keys(kwargs).length > 0;
}

function problemWith(
  { task, args, kwargs: named, isUntyped = false }: Call,
  { required, slots, kwargs, rest }: Parameters,
): string | undefined {
  const given = args.length;
  const isExact = required === slots && !rest;
  if (hasKeys(named) && !kwargs) return `${task} takes no keyword arguments. Give arguments by position.`;
  if (!rest && given > slots) {
    const hint = kwargs ? ' Give keyword arguments as kwargs({…}).' : '';
    return `${task} takes ${isExact ? '' : 'at most '}${countText(slots)}, not ${given}.${hint}`;
  }
  if (!isUntyped || given >= required) return undefined;
  const hint = 'A parameter that callers by name or JSON may leave out has a default: z = undefined.';
  return `${task} takes ${isExact ? '' : 'at least '}${countText(required)}, not ${given}. ${hint}`;
}

function countText(count: number): string {
  return count === 1 ? '1 argument' : `${count} arguments`;
}

/** Returns the call as a person would write it. Objects are only hinted at, because they may be large or secret. */
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
