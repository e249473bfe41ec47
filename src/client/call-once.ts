import { InvalidOptions } from '../core/errors/caller.ts';
import { checksOf } from '../core/protocol/options.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { ApplyOptions } from '../core/types/options.ts';
import { compact } from '../core/values/compact.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkOptions, isSeconds, textUpTo, WINDOW_SECONDS } from '../core/values/option-checks.ts';

/** The options that decide whether a call starts a workflow, or answers with one that an earlier call has started. */
export type OnceGiven = Pick<ApplyOptions, 'dedupKey' | 'dedupFor' | 'debounce' | 'throttle'>;

/** Splits the options of a call into those that decide whether it starts a workflow, and the rest. */
export function splitOnce(options: Readonly<Record<string, unknown>>): {
  readonly once: Readonly<Record<string, unknown>>;
  readonly rest: Readonly<Record<string, unknown>>;
} {
  const { dedupKey, dedupFor, debounce, throttle, ...rest } = options;
  return { once: compact({ dedupKey, dedupFor, debounce, throttle }), rest };
}

/**
 * Reads the options that decide whether a call starts a workflow.
 *
 * @param rest the other options of the call, as they were read.
 * @throws InvalidOptions for a wrong value, and for options that exclude each other.
 */
export function readOnce(once: Readonly<Record<string, unknown>>, rest: object): OnceGiven {
  const { debounce, throttle } = once;
  checkOptions(once, CHECKS);
  if (isPlainObject(debounce)) checkWindow('debounce', debounce);
  if (isPlainObject(throttle)) checkWindow('throttle', throttle);
  if (once['dedupFor'] !== undefined && once['dedupKey'] === undefined)
    throw new InvalidOptions(
      'Cannot use dedupFor without a dedupKey: it is the time for which the key holds. Give a dedupKey, or leave it out.',
    );
  const [first, second] = [
    ...MAKE_IDS.filter((name) => once[name] !== undefined),
    ...('taskId' in rest ? ['taskId'] : []),
  ];
  if (first !== undefined && second !== undefined)
    throw new InvalidOptions(
      `Cannot use a ${first} and a ${second} together: each of them makes the id. Give one of them.`,
    );
  return once;
}

/** Returns whether an option makes the id of the workflow, so that one inside the canvas does not count. */
export function makesId(once: OnceGiven): boolean {
  return MAKE_IDS.some((name) => once[name] !== undefined);
}

/**
 * Refuses a time of a call that has one of its window.
 *
 * @throws InvalidOptions if there is one.
 */
export function mustHaveNoTime(
  { debounce, throttle }: Pick<OnceGiven, 'debounce' | 'throttle'>,
  { countdown, eta }: { readonly countdown?: number | undefined; readonly eta?: Date | undefined },
): void {
  const option = debounce === undefined ? 'throttle' : 'debounce';
  if ((debounce ?? throttle) === undefined || (countdown ?? eta) === undefined) return;
  const time = countdown === undefined ? 'an eta' : 'a countdown';
  const why =
    option === 'debounce' ? 'it runs its seconds after the last call' : 'the first call of its seconds runs at once';
  throw new InvalidOptions(`Cannot use ${option} with ${time}: ${why}. Leave one of them out.`);
}

// --- internal ---

const CHECKS = checksOf('applyAsync');
const MAKE_IDS = ['dedupKey', 'debounce', 'throttle'] as const;
const MOST_KEY = 1000;
const KEY = textUpTo(MOST_KEY);
const PARTS = { debounce: ['key', 'seconds', 'maxSeconds'], throttle: ['key', 'seconds'] };

function checkWindow(name: 'debounce' | 'throttle', value: Readonly<Record<string, unknown>>): void {
  const known = PARTS[name];
  const surplus = Object.keys(value).find((part) => !known.includes(part));
  if (surplus !== undefined)
    throw new InvalidOptions(`Cannot use ${name}.${surplus}: there is no such part. Known parts: ${known.join(', ')}.`);
  const { key, seconds, maxSeconds } = value;
  const parts = [
    ['key', key, KEY],
    ['seconds', seconds, WINDOW_SECONDS],
    ...(maxSeconds === undefined ? [] : [['maxSeconds', maxSeconds, WINDOW_SECONDS] as const]),
  ] as const;
  for (const [part, given, { is, want }] of parts)
    if (!is(given)) throw new InvalidOptions(`Cannot use ${name}.${part}: ${mismatch(want, describe(given))}`);
  if (isSeconds(maxSeconds) && isSeconds(seconds) && maxSeconds < seconds)
    throw new InvalidOptions(
      `Cannot use debounce.maxSeconds of ${maxSeconds}: it is less than the ${seconds} seconds of each call. Give at least as many.`,
    );
}
