import type { LogLevel } from '../core/text/log-levels.ts';
import { isPlainObject } from '../core/values/json.ts';
import { LOG_LEVEL, TEXT } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';

/** Where an app's table, bucket and queues are. Each can also come from the environment, which it wins over. */
export interface CloudSettings {
  /** The name of the table. Default: `CHORDAL_TABLE`. */
  readonly table?: string;
  /** The name of the bucket. Default: `CHORDAL_BUCKET`. */
  readonly bucket?: string;
  /** What the names of its queues begin with. Default: `<service>-<stage>-` if both are given, else `CHORDAL_QUEUE_PREFIX`. */
  readonly queuePrefix?: string;
  /** The service that runs its tasks. Default: `CHORDAL_SERVICE`. */
  readonly service?: string;
  /** The stage of that service. Default: `CHORDAL_STAGE`. */
  readonly stage?: string;
  /** Which queue carries each task's messages. Default: `CHORDAL_ROUTES`, or what was built into the function. */
  readonly routes?: Readonly<Record<string, string>>;
  /** The role that EventBridge Scheduler sends with. Default: `CHORDAL_SCHEDULER_ROLE`; without one long delays are made of short ones. */
  readonly schedulerRole?: string;
  /** The group of its schedules. Default: `CHORDAL_SCHEDULER_GROUP`, or `default`. */
  readonly schedulerGroup?: string;
  /** What is logged on stderr. Default: `CHORDAL_LOG_LEVEL`, or `info`. */
  readonly logLevel?: LogLevel;
}

/** What these settings must be. */
export const CLOUD_SETTINGS: { readonly [Key in keyof CloudSettings]-?: OptionCheck } = {
  table: TEXT,
  bucket: TEXT,
  queuePrefix: { is: (value) => typeof value === 'string', want: 'a text' },
  service: TEXT,
  stage: TEXT,
  routes: {
    is: (value) => isPlainObject(value) && Object.values(value).every((queue) => TEXT.is(queue)),
    want: 'an object of queues by the names of their tasks',
  },
  schedulerRole: TEXT,
  schedulerGroup: TEXT,
  logLevel: LOG_LEVEL,
};
