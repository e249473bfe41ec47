import { InvalidOptions } from '../core/errors.ts';
import { isWorkflowId } from '../core/ids.ts';
import { isPlainObject } from '../core/json.ts';
import { FLAG, isSeconds, LIMIT, RETRIES, SECONDS, TENANT_NAME, TEXT } from '../core/option-checks.ts';
import type { OptionCheck } from '../core/option-checks.ts';
import type { CallOptions, LaterArguments } from '../core/signature.ts';
import { isSignature } from './runtime-signature.ts';

/**
 * Reads the options of a signature.
 *
 * @throws InvalidOptions if one is unknown or has a wrong value: it says which, and what was expected.
 */
export function readOptions(options: object): CallOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  for (const [key, value] of given) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (check === undefined)
      throw new InvalidOptions(
        `Cannot use ${key} as an option: there is none of that name; known are ${Object.keys(CHECKS).join(', ')}`,
      );
    if (!check.is(value))
      throw new InvalidOptions(`Cannot use ${key} as ${check.want}: current value is ${show(value)}`);
  }
  const { link, linkError, ...rest } = Object.fromEntries(given);
  const read = {
    ...rest,
    ...(link === undefined ? {} : { link: linksOf(link) }),
    ...(linkError === undefined ? {} : { linkError: linksOf(linkError) }),
    // Each has been checked above against what its name stands for.
  } as CallOptions;
  checkLimits(read.softTimeLimit, read.timeLimit);
  return read;
}

/** Reads what `applyAsync` was given: arguments and options. */
export function readApplyOptions(options: object): LaterArguments & CallOptions & { readonly dedupKey?: string } {
  const { args = [], kwargs = {}, dedupKey, ...rest } = options as Record<string, unknown>;
  if (!Array.isArray(args))
    throw new InvalidOptions(`Cannot use args as a list of arguments: current value is ${show(args)}`);
  if (!isPlainObject(kwargs))
    throw new InvalidOptions(`Cannot use kwargs as an object of keyword arguments: current value is ${show(kwargs)}`);
  if (dedupKey !== undefined && (typeof dedupKey !== 'string' || dedupKey === '')) {
    throw new InvalidOptions(`Cannot use dedupKey as a text that is not empty: current value is ${show(dedupKey)}`);
  }
  return { ...readOptions(rest), args, kwargs, ...(dedupKey === undefined ? {} : { dedupKey }) };
}

/** Refuses a soft limit that would never be noticed. */
export function checkLimits(soft: number | undefined, hard: number | undefined): void {
  if (soft === undefined || hard === undefined || soft < hard) return;
  throw new InvalidOptions(
    `Cannot use softTimeLimit as a limit below timeLimit (${hard} s): current value is ${soft} s`,
  );
}

// --- internal ---

const LINKS: OptionCheck = {
  is: (value) => isSignature(value) || (Array.isArray(value) && value.every(isSignature)),
  want: 'a signature or a list of them',
};
const CHECKS: Readonly<Record<string, OptionCheck>> = {
  countdown: SECONDS,
  eta: { is: isDate, want: 'a valid Date' },
  expires: {
    is: (value) => isSeconds(value) || isDate(value),
    want: 'a number of seconds of at least 0, or a valid Date',
  },
  taskId: {
    is: (value) => typeof value === 'string' && isWorkflowId(value),
    want: 'an id: 1 to 100 of A-Z a-z 0-9 _ : -',
  },
  queue: TEXT,
  tenant: TENANT_NAME,
  headers: { is: isPlainObject, want: 'an object' },
  link: LINKS,
  linkError: LINKS,
  ignoreResult: FLAG,
  maxRetries: RETRIES,
  timeLimit: LIMIT,
  softTimeLimit: LIMIT,
};

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function linksOf(value: unknown): NonNullable<CallOptions['link']> {
  return [value]
    .flat()
    .filter(isSignature)
    .map(({ data }) => data);
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 100));
  return typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'an object') : String(value);
}
