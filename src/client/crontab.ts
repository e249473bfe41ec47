import { cronOf } from '../core/schedule/schedule.ts';
import type { CronTime, CrontabFields } from '../core/types/schedules.ts';

/**
 * Returns the time of a schedule from the fields of Celery's `crontab`.
 *
 * @param fields the fields that are not `*`, and the time zone.
 * @throws InvalidOptions for a field that is unknown, or neither a number, a text nor a list of numbers.
 *
 * @example
 * ```ts
 * app.schedule('weekly', crontab({ minute: 30, hour: 7, dayOfWeek: 'monday' }), log.s('a new week'));
 * crontab({ minute: 0, hour: '8-18' }).cron; // '0 8-18 * * *'
 * ```
 */
export function crontab(fields: CrontabFields = {}): CronTime {
  return cronOf(fields);
}
