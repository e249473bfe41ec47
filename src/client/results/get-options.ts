import type { GetOptions } from '../../core/types/results.ts';
import { checkedOptions, FLAG, isSeconds } from '../../core/values/option-checks.ts';
import type { OptionCheck } from '../../core/values/option-checks.ts';

/**
 * Reads how to wait for a value.
 *
 * @throws InvalidOptions if an option is unknown or has a wrong value: a timeout that is not a number would never end.
 */
export function readGetOptions(options: unknown = {}): GetOptions {
  return checkedOptions<GetOptions>(options, CHECKS, 'get()');
}

// --- internal ---

const CHECKS: Readonly<Record<string, OptionCheck>> = {
  timeout: {
    is: (value) => isSeconds(value) || value === Number.POSITIVE_INFINITY,
    want: 'a number of seconds of at least 0',
  },
  propagate: FLAG,
  signal: { is: (value) => value instanceof AbortSignal, want: 'an AbortSignal' },
};
