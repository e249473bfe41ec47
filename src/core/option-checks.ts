/** What the values of options must be, whoever gives them: code, or signature JSON. */

/** The longest time that an option may say, in seconds: 100 years. */
const MOST_SECONDS = 3_155_760_000;

/** What SQS takes as a MessageGroupId. */
const TENANT = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** What is expected of a value, and whether it is that. */
export interface OptionCheck {
  readonly is: (value: unknown) => boolean;
  /** As in *Cannot use countdown as …*. */
  readonly want: string;
}

/** A span of time. */
export const SECONDS: OptionCheck = { is: isSeconds, want: 'a number of seconds, at least 0 and at most 100 years' };
/** A time limit. */
export const LIMIT: OptionCheck = { is: (value) => isSeconds(value) && value > 0, want: 'a number of seconds above 0' };
/** How many retries. */
export const RETRIES: OptionCheck = {
  is: (value) => value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0),
  want: 'a whole number of at least 0, or null for no end',
};
/** A name that is not empty. */
export const TEXT: OptionCheck = {
  is: (value) => typeof value === 'string' && value !== '',
  want: 'a text that is not empty',
};
/** Whose work it is. */
export const TENANT_NAME: OptionCheck = {
  is: (value) => typeof value === 'string' && TENANT.test(value),
  want: 'a name of 1 to 128 letters, digits and punctuation (an SQS MessageGroupId)',
};
/** Yes or no. */
export const FLAG: OptionCheck = { is: (value) => typeof value === 'boolean', want: 'true or false' };

/** Whether a value is a span of time that an option may have. */
export function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_SECONDS;
}
