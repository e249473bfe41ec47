import type { Priority } from './priority.ts';
import type { Complete } from './signature.ts';

/**
 * The time of a schedule: an interval, a cron expression, what {@link CrontabFields} say, or one point in time.
 *
 * @example
 * ```ts
 * const nightly: ScheduleTime = { cron: '0 3 * * *', timezone: 'Europe/Berlin' };
 * app.schedule('nightly', nightly, log.s('it is three'));
 * app.schedule('often', { every: 300 }, log.s('five minutes have passed'));
 * app.schedule('once', { at: new Date('2027-01-01T00:00:00Z') }, log.s('a new year'));
 * ```
 */
export type ScheduleTime =
  | {
      /** Seconds from one run to the next: a whole number of minutes. */
      readonly every: number;
    }
  | CronTime
  | {
      /** The time of the only run. */
      readonly at: Date;
    };

/**
 * A cron expression in a time zone.
 *
 * @example
 * ```ts
 * const workdays: CronTime = { cron: '30 8 * * MON-FRI', timezone: 'America/New_York' };
 * app.schedule('workdays', workdays, log.s('good morning'));
 * ```
 */
export interface CronTime {
  /**
   * Minute, hour, day of the month, month, day of the week: numbers, names, lists, ranges and steps; `L` is the last day of
   * a month, `5L` its last Friday and `1#2` its second Monday.
   */
  readonly cron: string;
  /** The IANA name of the zone in which the expression is read. Default `UTC`. */
  readonly timezone?: string;
}

/**
 * The fields of Celery's `crontab`; a field that is not given is `*`.
 *
 * @example
 * ```ts
 * const fields: CrontabFields = { minute: 0, hour: [6, 18], dayOfWeek: 'mon,fri' };
 * crontab(fields).cron; // '0 6,18 * * mon,fri'
 * ```
 */
export interface CrontabFields {
  /** The minutes: 0 to 59. */
  readonly minute?: CrontabField;
  /** The hours: 0 to 23. */
  readonly hour?: CrontabField;
  /** The days of the week: 0 (Sunday) to 6, or names. */
  readonly dayOfWeek?: CrontabField;
  /** The days of the month: 1 to 31. */
  readonly dayOfMonth?: CrontabField;
  /** The months: 1 to 12, or names. */
  readonly monthOfYear?: CrontabField;
  /** The IANA name of the zone. Default `UTC`. */
  readonly timezone?: string;
}

/** A number, a text as in cron, or a list of numbers. */
export type CrontabField = number | string | readonly number[];

/**
 * The options of a schedule.
 *
 * @example
 * ```ts
 * const options: ScheduleOptions = { start: new Date('2026-06-01T00:00:00Z'), jitter: 600, catchUp: 'none' };
 * app.schedule('hourly', { every: 3600 }, log.s('an hour has passed'), options);
 * ```
 */
export interface ScheduleOptions {
  /** Whether it runs. Default true. */
  readonly enabled?: boolean;
  /** The time before which nothing runs. Default: none; an interval then counts from when the schedule is made, and a deployment also runs it then. */
  readonly start?: Date;
  /** The time after which nothing runs. Default: none. */
  readonly end?: Date;
  /** Seconds by which a run may be late at random, so that not all schedules start at once: whole minutes. Default 0. */
  readonly jitter?: number;
  /**
   * The action for a run that could not start in time: start it up to a day late, several missed runs once (`once`), or
   * leave it out (`none`). Default `once`.
   */
  readonly catchUp?: 'once' | 'none';
}

/** Adds a schedule to an app: the method `schedule`. */
export type ScheduleFunction = (
  name: string,
  when: ScheduleTime,
  signature: Complete<unknown>,
  options?: ScheduleOptions,
) => void;

/** A schedule as plain data, in the terms of EventBridge Scheduler: what a deployment makes of it. */
export interface ScheduleData {
  /** The name of the schedule. */
  readonly name: string;
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  readonly expression: string;
  /** The IANA name of the zone of the expression. */
  readonly timezone: string;
  /** The canvas, as a person would write it. */
  readonly canvas: string;
  /** Epoch ms before which nothing runs. */
  readonly start?: number;
  /** Epoch ms after which nothing runs. */
  readonly end?: number;
  /** Minutes by which a run may be late. */
  readonly jitterMinutes: number;
  /** Whether it runs. */
  readonly isEnabled: boolean;
  /** The treatment of a run that could not start in time. */
  readonly catchUp: 'once' | 'none';
  /** The names of all tasks in the canvas. */
  readonly tasks: readonly string[];
  /** The first task, and its queue and priority if the signature names them. */
  readonly first: { readonly task: string; readonly queue?: string; readonly priority?: Priority };
  /** The message of each run, with the Scheduler's attributes in it: `<aws.scheduler.scheduled-time>`. */
  readonly body: string;
}
