import type { CloudSettings } from '../core/types/app.ts';
import { isPlainObject } from '../core/values/json.ts';
import { LOG_LEVEL, TEXT } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';

/** The checks of these settings. */
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
  celeryResults: TEXT,
  logLevel: LOG_LEVEL,
};
