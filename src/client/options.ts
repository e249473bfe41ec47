import type { LaterArguments } from '../core/canvas/later-arguments.ts';
import type { CallOptions } from '../core/canvas/signature.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { checksOf } from '../core/protocol/options.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkLimits, checkOptions, isDate, isSeconds, optionsObject, TEXT } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { isSignature, partOf } from './caller.ts';
import type { DedupOptions } from './caller.ts';

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

/**
 * Reads the arguments and options of `applyAsync`.
 *
 * @throws InvalidOptions as {@link readOptions} does, and for a dedupKey with a taskId: each makes the id.
 */
export function readApplyOptions(options: unknown): LaterArguments & CallOptions & DedupOptions {
  const { args = [], kwargs = {}, dedupKey, dedupFor, ...rest } = optionsObject(options, 'the options of a call');
  if (!Array.isArray(args))
    throw new InvalidOptions(`Cannot use args: ${mismatch('a list of arguments', describe(args))}`);
  if (!isPlainObject(kwargs))
    throw new InvalidOptions(`Cannot use kwargs: ${mismatch('an object of keyword arguments', describe(kwargs))}`);
  checkOptions({ dedupKey, dedupFor }, { dedupKey: TEXT, dedupFor: DEDUP_FOR });
  const read = readOptions(rest);
  if (dedupKey === undefined) {
    if (dedupFor === undefined) return { ...read, args, kwargs };
    throw new InvalidOptions(
      'Cannot use dedupFor without a dedupKey: it is the time for which the key holds. Give a dedupKey, or leave it out.',
    );
  }
  if (read.taskId !== undefined) {
    throw new InvalidOptions(
      'Cannot use a dedupKey and a taskId together: each of them makes the id. Give one of them.',
    );
  }
  // Both have been checked above.
  const once = compact({ dedupKey, dedupFor }) as DedupOptions;
  return { ...read, args, kwargs, ...once };
}

// --- internal ---

/** No longer than the items of a workflow live. */
const MOST_DEDUP_SECONDS = 14 * 86_400;
const DEDUP_FOR: OptionCheck = {
  is: (value) => isSeconds(value) && value > 0 && value <= MOST_DEDUP_SECONDS,
  want: `a number of seconds above 0 and at most ${MOST_DEDUP_SECONDS}, which is 14 days`,
};

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
