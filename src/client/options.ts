import type { LaterArguments } from '../core/canvas/later-arguments.ts';
import type { CallOptions } from '../core/canvas/signature.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { checksOf } from '../core/protocol/options.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { compact } from '../core/values/compact.ts';
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
  const given = optionsObject(options, 'the options of a call');
  checkOptions(given, CHECKS);
  const { link, linkError, ...rest } = given;
  const read = {
    ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, copyOf(value)])),
    ...compact({
      link: link === undefined ? undefined : linksOf(link),
      linkError: linkError === undefined ? undefined : linksOf(linkError),
    }),
  } as CallOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  return read;
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
  const { args = [], kwargs = {}, ...others } = optionsObject(options, 'the options of a call');
  if (!Array.isArray(args))
    throw new InvalidOptions(`Cannot use args: ${mismatch('a list of arguments', describe(args))}`);
  if (!isPlainObject(kwargs))
    throw new InvalidOptions(`Cannot use kwargs: ${mismatch('an object of keyword arguments', describe(kwargs))}`);
  const { once, rest } = splitOnce(others);
  const read = readOptions(rest);
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
