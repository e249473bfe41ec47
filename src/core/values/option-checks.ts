/** The checks of the values of options, from code or from signature JSON. */
import { InvalidOptions } from '../errors/caller.ts';
import { describe } from '../text/describe.ts';
import { nearest } from '../text/did-you-mean.ts';
import { LOG_LEVELS, logLevelOf } from '../text/log-levels.ts';
import { mismatch } from '../text/mismatch.ts';
import { compact } from './compact.ts';
import { isPlainObject } from './json.ts';

/** The longest time that an option may give, in seconds: 100 years. */
const MOST_SECONDS = 3_155_760_000;

/** The last millisecond of the year 9999. */
const LAST_DATE_MS = 253_402_300_799_999;

/** The pattern of a MessageGroupId that SQS accepts. */
const TENANT = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** The check of a value, and the description of the expected value. */
export interface OptionCheck {
  readonly is: (value: unknown) => boolean;
  /** As in *Cannot use countdown: expected …*. */
  readonly want: string;
}

/** A span of time. */
export const SECONDS: OptionCheck = { is: isSeconds, want: 'a number of seconds, at least 0 and at most 100 years' };
/**
 * A span of time from now; one below 0 is already over, as in Celery. It is usually computed from a time that may be
 * past.
 */
export const FROM_NOW: OptionCheck = { is: isFromNow, want: 'a number of seconds, at most 100 years ahead or ago' };
/** A time limit. */
export const LIMIT: OptionCheck = { is: (value) => isSeconds(value) && value > 0, want: 'a number of seconds above 0' };
/** A whole number. */
export const WHOLE: OptionCheck = { is: Number.isSafeInteger, want: 'a whole number' };
/** A number of retries. */
export const RETRIES: OptionCheck = {
  is: (value) => value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0),
  want: 'a whole number of at least 0, or null for no end',
};
/** A name that is not empty. */
export const TEXT: OptionCheck = {
  is: (value) => typeof value === 'string' && value !== '',
  want: 'a text that is not empty',
};
/** The name of a tenant. */
export const TENANT_NAME: OptionCheck = {
  is: (value) => typeof value === 'string' && TENANT.test(value),
  want: 'a name of 1 to 128 letters, digits and punctuation (an SQS MessageGroupId)',
};
/** The most characters of a key: three bytes each are far from the most of a table's key. */
const MAX_KEY = 256;
/** A key that users make: of a tenant, an account or a resource. */
export const KEY: OptionCheck = textUpTo(MAX_KEY);
/** The most places of a key: their item grows by one KB, and each write by one unit, with some forty of them. */
const MAX_PLACES = 1000;
/** A number of places. */
export const PLACES: OptionCheck = {
  is: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= MAX_PLACES,
  want: `a whole number from 1 to ${MAX_PLACES}`,
};
/** No longer than the items of a workflow live. */
const MOST_WINDOW_SECONDS = 14 * 86_400;
/** The time for which a key of calls holds. */
export const WINDOW_SECONDS: OptionCheck = {
  is: (value) => isSeconds(value) && value > 0 && value <= MOST_WINDOW_SECONDS,
  want: `a number of seconds above 0 and at most ${MOST_WINDOW_SECONDS}, which is 14 days`,
};
/** A window whose last call runs. Its parts are checked where it is read. */
export const DEBOUNCE: OptionCheck = { is: isPlainObject, want: '{ key, seconds, maxSeconds? }' };
/** A window whose first call runs. Its parts are checked where it is read. */
export const THROTTLE: OptionCheck = { is: isPlainObject, want: '{ key, seconds }' };
/** Any number. */
export const NUMBER: OptionCheck = { is: Number.isFinite, want: 'a number' };
/** An object. */
export const OBJECT: OptionCheck = { is: isPlainObject, want: 'an object' };
/** Signatures, which are checked where they are read. */
export const SIGNATURES: OptionCheck = { is: () => true, want: 'a signature or a list of them' };
/** A schema of any library. */
export const SCHEMA: OptionCheck = {
  is: (value) => typeof value === 'object' && value !== null && '~standard' in value,
  want: 'a Standard Schema',
};
/** Error classes. */
export const ERRORS: OptionCheck = {
  is: (value) => Array.isArray(value) && value.every((type) => typeof type === 'string' || typeof type === 'function'),
  want: 'a list of error classes or their names',
};
/** A log level. */
export const LOG_LEVEL: OptionCheck = {
  is: (value) => logLevelOf(value) !== undefined,
  want: `one of ${LOG_LEVELS.join(', ')}`,
};
/** Yes or no. */
export const FLAG: OptionCheck = { is: (value) => typeof value === 'boolean', want: 'true or false' };

/** A point in time. A year of five digits is no time for EventBridge Scheduler, nor for an ISO 8601 text of most readers. */
export const DATE: OptionCheck = { is: isDate, want: 'a valid Date up to the year 9999' };

/** A latest start. */
export const EXPIRES: OptionCheck = {
  is: (value) => isFromNow(value) || isDate(value),
  want: `${FROM_NOW.want}, or ${DATE.want}`,
};
/** How the waits between retries grow. */
export const BACKOFF: OptionCheck = {
  is: (value) => typeof value === 'boolean' || isSeconds(value),
  want: 'true, false, or a number of seconds',
};
/** A queue keeps a message for ten days; the answer of a Python worker needs some of them. */
const MOST_TIMEOUT_SECONDS = 604_800;
/** The time for an answer. */
export const ANSWER_TIME: OptionCheck = {
  is: (value) => isSeconds(value) && value >= 1 && value <= MOST_TIMEOUT_SECONDS,
  want: `a number of seconds, at least 1 and at most ${MOST_TIMEOUT_SECONDS}`,
};
/** A rate, which is read where it is used. */
export const RATE: OptionCheck = {
  is: (value) => typeof value === 'string' || typeof value === 'number',
  want: "'10/s', '100/m', '1000/h' or a number a second",
};

/** The check of a text of at most so many characters. */
export function textUpTo(most: number): OptionCheck {
  return {
    is: (value) => typeof value === 'string' && value !== '' && value.length <= most,
    want: `a text of 1 to ${most} characters`,
  };
}

/** Returns the check of a whole number that is at least `least`. */
export function wholeFrom(least: number): OptionCheck {
  return {
    is: (value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= least,
    want: `${WHOLE.want} of at least ${least}`,
  };
}

/**
 * Returns the options that a caller gave, perhaps without the compiler, if they are an object. Undefined options count
 * as not given: they do not replace a default.
 *
 * @param as the use of the value, for the message: *the options of a call*.
 * @throws InvalidOptions if it is not an object.
 */
export function optionsObject(value: unknown, as: string): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value)) throw new InvalidOptions(`Cannot use ${as}: ${mismatch('an object', describe(value))}`);
  return compact(value);
}

/**
 * Checks options; undefined ones are ignored.
 *
 * @param of the owner of the options, for the message, as in *Cannot use countdown of add: …*. Default: no owner is
 * named.
 * @throws InvalidOptions if one is unknown or has a wrong value: the message names it and the expected value.
 */
export function checkOptions(
  options: Readonly<Record<string, unknown>>,
  checks: Readonly<Record<string, OptionCheck>>,
  of = '',
): void {
  const whose = of === '' ? '' : ` of ${of}`;
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) {
      const known = Object.keys(checks);
      const near = nearest(key, known);
      const meant = near === undefined ? '' : ` Did you mean ${near}?`;
      throw new InvalidOptions(
        `Cannot use ${key} as an option${whose}: there is no such option.${meant} Known options: ${known.join(', ')}.`,
      );
    }
    if (!check.is(value))
      throw new InvalidOptions(`Cannot use ${key}${whose}: ${mismatch(check.want, describe(value))}`);
  }
}

/**
 * Reads options that a caller gave, perhaps without the compiler, and checks each of them.
 *
 * @param of their owner, for messages.
 * @param as the use of the value, for a message. Default: the options of the owner.
 * @throws InvalidOptions if the value is not an object, or an option is unknown or has a wrong value.
 */
export function checkedOptions<Options extends object>(
  value: unknown,
  checks: Readonly<Record<string, OptionCheck>>,
  of: string,
  as = `the options of ${of}`,
): Options {
  const given = optionsObject(value, as);
  checkOptions(given, checks, of);
  // Each value has passed the check of its name.
  return given as Options;
}

/**
 * Refuses a soft limit that would never be noticed; both in seconds.
 *
 * @throws InvalidOptions if the soft limit is not below the hard one.
 */
export function checkLimits(soft: number | undefined, hard: number | undefined): void {
  if (soft === undefined || hard === undefined || soft < hard) return;
  throw new InvalidOptions(`Cannot use softTimeLimit: ${mismatch(`less than timeLimit (${hard} s)`, `${soft} s`)}`);
}

/** Returns whether a value is a Date that is a time, up to the year 9999. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date && value.getTime() <= LAST_DATE_MS;
}

/** Returns whether a value is a span of time that an option may have. */
export function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_SECONDS;
}

/** Returns whether a value is a span of time from now that an option may have. */
function isFromNow(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= MOST_SECONDS;
}
