import {
  DATE,
  DEBOUNCE,
  EXPIRES,
  FROM_NOW,
  NUMBER,
  OBJECT,
  SIGNATURES,
  TENANT_NAME,
  TEXT,
  THROTTLE,
  WINDOW_SECONDS,
} from '../values/option-checks.ts';
import { isWorkflowId } from './ids.ts';
import type { Option } from './option.ts';
import { PRIORITY, SENT_PRIORITY } from './priority.ts';
import { SENT_STAMPS, STAMPS } from './stamps.ts';

/** The first rows of the table of options: where and when a call runs, what travels with it, and whether it starts anything. */
export const CALL_OPTIONS: Readonly<Record<string, Option>> = {
  countdown: {
    scopes: ['call'],
    check: FROM_NOW,
    celery: 'countdown',
    wire: FROM_NOW,
    doc: 'Earliest start, in seconds from now. With an `eta` too, the later one counts. Below 0: at once.',
  },
  eta: { scopes: ['call'], check: DATE, celery: 'eta', wire: NUMBER, doc: 'Earliest start.' },
  expires: {
    scopes: ['call'],
    check: EXPIRES,
    celery: 'expires',
    wire: NUMBER,
    doc: 'Latest start, as a time or in seconds: of a chain, group or chord from the call; of a step or a callback from when it is sent. After it the task is revoked; below 0 it is too late.',
  },
  taskId: {
    scopes: ['call'],
    check: {
      is: (value) => typeof value === 'string' && isWorkflowId(value),
      want: 'an id of 1 to 100 of A-Z a-z 0-9 _ : -',
    },
    celery: 'task_id',
    // Inside a canvas Celery's ids may be any text, and are not used; the id of the whole is checked when it is sent.
    celeryCheck: TEXT,
    doc: 'The id of the whole canvas. A second use of it starts nothing new, and is refused for another canvas. Default: a UUID of version 8.',
  },
  queue: {
    scopes: ['task', 'external', 'call'],
    check: TEXT,
    celery: 'queue',
    wire: TEXT,
    doc: 'The queue to send to.',
  },
  priority: {
    scopes: ['task', 'call'],
    check: PRIORITY,
    celery: 'priority',
    celeryCheck: SENT_PRIORITY,
    wire: SENT_PRIORITY,
    default: 'normal',
    doc: '`high`: it goes to a queue of its own beside the queue, with pollers of its own. `normal`: it does not. Numbers as in Celery: above 5 is high.',
  },
  tenant: {
    scopes: ['call'],
    check: TENANT_NAME,
    celery: 'tenant',
    wire: TENANT_NAME,
    doc: 'The SQS MessageGroupId: tenants share a queue fairly.',
  },
  headers: {
    scopes: ['call'],
    check: OBJECT,
    celery: 'headers',
    wire: OBJECT,
    doc: 'Custom headers. They travel with retries, replacements and callbacks.',
  },
  stamps: {
    scopes: ['call'],
    check: STAMPS,
    celery: 'stamps',
    celeryCheck: SENT_STAMPS,
    wire: SENT_STAMPS,
    doc: 'Stamps by their names, as `stamp()` sets them. They travel as headers do, and `revokeByStamp` finds tasks by them. A stamp that stands stays.',
  },
  link: { scopes: ['call'], check: SIGNATURES, celery: 'link', doc: 'Callbacks: started once with the value.' },
  linkError: {
    scopes: ['call'],
    check: SIGNATURES,
    celery: 'link_error',
    doc: 'Error callbacks: started once with the failure.',
  },
  dedupKey: {
    scopes: ['applyAsync'],
    check: TEXT,
    doc: 'Sending again under the same key starts nothing new, and answers with the same id.',
  },
  dedupFor: {
    scopes: ['applyAsync'],
    check: WINDOW_SECONDS,
    default: 86_400,
    doc: 'Seconds for which the `dedupKey` holds, from the call or from the latest `eta` in the canvas.',
  },
  debounce: {
    scopes: ['applyAsync'],
    check: DEBOUNCE,
    doc: 'Of the calls with one key, only the last runs: `seconds` after it was made, at the latest `maxSeconds` after the first.',
  },
  throttle: {
    scopes: ['applyAsync'],
    check: THROTTLE,
    doc: 'Of the calls with one key, only the first in so many `seconds` runs, at once.',
  },
};
