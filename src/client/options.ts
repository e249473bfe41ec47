import type { LaterArguments } from '../core/canvas/later-arguments.ts';
import type { CallOptions } from '../core/canvas/signature.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { checksOf } from '../core/protocol/options.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { compact, mapRecord } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkLimits, checkOptions, isDate, optionsObject } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { readOnce, splitOnce } from './call-once.ts';
import type { OnceGiven } from './call-once.ts';
import { isSignature, partOf } from './caller.ts';

/**
 * Reads the options of a signature.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: the message names it and the expected value.
 */
export function readOptions(options: unknown): CallOptions {
  const given = optionsObject(options, 'the options of a signature');
  const misplaced = Object.keys(given).find((name) => Object.hasOwn(ONCE, name));
  if (misplaced !== undefined)
    throw new InvalidOptions(
      `Cannot use ${misplaced} as an option of a signature: it decides whether one call sends. Give it to applyAsync().`,
    );
  return readChecked(given, CHECKS);
}

/** The options of `applyAsync`, by what they are for. */
export interface ApplyOptions extends LaterArguments {
  /** Those of the signature. */
  readonly options: CallOptions;
  /** Those that decide whether the call starts a workflow. */
  readonly once: OnceGiven;
}

/**
 * Reads the arguments and options of `applyAsync`.
 *
 * @throws InvalidOptions as {@link readOptions} and {@link readOnce} do.
 */
export function readApplyOptions(options: unknown): ApplyOptions {
  if (Array.isArray(options))
    throw new InvalidOptions(
      `Cannot use the options of a call: ${mismatch('an object', describe(options))}. Give the arguments in them: { args: […] }.`,
    );
  const { args = [], kwargs = {}, ...others } = optionsObject(options, 'the options of a call');
  if (!Array.isArray(args))
    throw new InvalidOptions(`Cannot use args: ${mismatch(ARGUMENTS.args.want, describe(args))}`);
  if (!isPlainObject(kwargs))
    throw new InvalidOptions(`Cannot use kwargs: ${mismatch(ARGUMENTS.kwargs.want, describe(kwargs))}`);
  const { once, rest } = splitOnce(others);
  const read = readChecked(rest, APPLY_CHECKS);
  return { args, kwargs, options: read, once: readOnce(once, read) };
}

// --- internal ---

const LINKS: OptionCheck = {
  is: (value) => isSignature(value) || (Array.isArray(value) && value.every(isSignature)),
  want: 'a signature or a list of them',
};
const CHECKS: Readonly<Record<string, OptionCheck>> = {
  ...checksOf('call'),
  link: LINKS,
  linkError: LINKS,
};
const ARGUMENTS = {
  args: { is: Array.isArray, want: 'a list of arguments' },
  kwargs: { is: isPlainObject, want: 'an object of keyword arguments' },
} as const;
const ONCE = checksOf('applyAsync');
const APPLY_CHECKS: Readonly<Record<string, OptionCheck>> = { ...ARGUMENTS, ...CHECKS, ...ONCE };

function readChecked(
  given: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, OptionCheck>>,
): CallOptions {
  checkOptions(given, checks);
  const { link, linkError, ...rest } = given;
  const read = {
    ...mapRecord(rest, (value) => copyOf(value)),
    ...compact({
      link: link === undefined ? undefined : linksOf(link),
      linkError: linkError === undefined ? undefined : linksOf(linkError),
    }),
  } as CallOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  return read;
}

/** A signature does not change when its caller sets a date, or a header, that it was given. */
function copyOf(value: unknown): unknown {
  if (isDate(value)) return new Date(value);
  return isPlainObject(value) ? { ...value } : value;
}

function linksOf(value: unknown): NonNullable<CallOptions['link']> {
  return [value]
    .flat()
    .filter(isSignature)
    .map((callback) => partOf(callback, 'a callback'));
}
