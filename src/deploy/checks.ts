import { ConfigurationError } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { LOG_LEVEL } from '../core/values/option-checks.ts';

/** A check of a setting: the expected value, and whether a value is one. */
export interface SettingCheck {
  readonly is: (value: unknown) => boolean;
  /** As in *timeout is a whole number from 1 to 900*. */
  readonly want: string;
}

/** Checks for a whole number between two others. */
export function whole(least: number, most: number): SettingCheck {
  return {
    is: (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most,
    want: `a whole number from ${least} to ${most}`,
  };
}

/** A list of texts. */
export const TEXTS: SettingCheck = {
  is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''),
  want: 'a list of texts',
};

/** An object whose values are texts. */
export const TEXT_VALUES: SettingCheck = {
  is: (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'string'),
  want: 'an object of texts',
};

/** An object. */
export const RECORD: SettingCheck = { is: isRecord, want: 'an object' };

/** The level of a log, or a function of CloudFormation. */
export const LEVEL: SettingCheck = {
  is: (value) => isRecord(value) || LOG_LEVEL.is(value),
  want: LOG_LEVEL.want,
};

/**
 * Checks the settings that a file has.
 *
 * @param place where they stand, as in `custom.functions.report of serverless.yml`
 * @throws ConfigurationError if one is unknown or has a wrong value: the message names it, the expected value, and the nearest right name
 */
export function checkSettings(
  given: unknown,
  checks: Readonly<Record<string, SettingCheck>>,
  place: string,
): asserts given is Readonly<Record<string, unknown>> {
  if (!isRecord(given)) throw new ConfigurationError(`Cannot use ${place}: ${mismatch('an object', describe(given))}`);
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
    if (check === undefined) throw unknownKey(key, Object.keys(checks), place);
    if (value !== undefined && !check.is(value)) {
      throw new ConfigurationError(`Cannot use ${key} of ${place}: ${mismatch(check.want, describe(value))}`);
    }
  }
}

/** Makes the error for an unknown name, with the nearest known one. */
export function unknownKey(key: string, known: readonly string[], place: string): ConfigurationError {
  const near = nearest(key, known);
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  return new ConfigurationError(
    `Cannot use ${key} of ${place}: there is no such setting.${hint} Known settings: ${known.join(', ')}.`,
  );
}

/** Returns whether a value is an object and not a list. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
