import { InvalidOptions } from '../errors/caller.ts';
import { describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';

/** The limit of a task whose own was lifted at run time. */
export const NO_LIMIT = '0';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/**
 * Returns the ms between two starts under a rate limit; undefined for no limit.
 *
 * @param limit as in Celery: `'10/s'`, `'100/m'`, `'1000/h'`, or a number a second.
 * @throws InvalidOptions if it is none of these.
 */
export function rateInterval(limit: string | number | undefined, task: string): number | undefined {
  if (limit === undefined) return undefined;
  const [, count, unit = 's'] = /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(String(limit)) ?? [];
  const perSecond = Number(count) / (UNIT_SECONDS[unit] ?? 1);
  if (perSecond > 0) return 1000 / perSecond;
  throw new InvalidOptions(
    `Cannot limit the rate of ${task}: ${mismatch("'10/s', '100/m', '1000/h' or a number a second", describe(limit))}`,
  );
}
