import { planOf } from '../canvas/normalise.ts';
import { printSignature } from '../canvas/print.ts';
import type { SignatureData } from '../canvas/signature.ts';
import { InvalidOptions } from '../errors/caller.ts';
import { elementsOf, firstTaskOf, isStoredItems } from '../protocol/plan.ts';
import type { Plan } from '../protocol/plan.ts';
import { cutTo, describe } from '../text/describe.ts';
import { mismatch } from '../text/mismatch.ts';
import type { CronTime, CrontabField, CrontabFields, ScheduleData, ScheduleOptions } from '../types/schedules.ts';
import { compact } from '../values/compact.ts';
import { isPlainObject } from '../values/json.ts';
import { checkedOptions, DATE, FLAG, isDate, TEXT } from '../values/option-checks.ts';
import type { OptionCheck } from '../values/option-checks.ts';
import { readCron, toEventBridge } from './cron.ts';
import { scheduleBody } from './schedule-message.ts';

/**
 * Reads a schedule, as a caller perhaps without the compiler gives it.
 *
 * @throws InvalidOptions, with the place of the fault in an expression; SerializationError or InvalidMessage for a canvas
 * that a message cannot have.
 */
export function readSchedule(name: unknown, when: unknown, data: SignatureData, options: unknown): ScheduleData {
  const named = readName(name);
  const given = checkedOptions<ScheduleOptions>(options, OPTIONS, `the schedule ${named}`);
  const { enabled = true, start, end, jitter = 0, catchUp = 'once' } = given;
  if (start !== undefined && end !== undefined && start >= end)
    throw new InvalidOptions(
      `Cannot use end of the schedule ${named}: ${mismatch(`a time after its start, ${start.toISOString()}`, end.toISOString())}`,
    );
  const plan = planOf(data);
  const first = firstTaskOf(plan);
  if (first === undefined)
    throw new InvalidOptions(`Cannot schedule ${named}: its canvas has no task. Give it one, or leave it out`);
  return compact({
    name: named,
    ...readTime(named, when),
    canvas: cutTo(printSignature(data), 300),
    start: start?.getTime(),
    end: end?.getTime(),
    jitterMinutes: jitter / 60,
    isEnabled: enabled,
    catchUp,
    tasks: [...new Set(tasksOf(plan))],
    first,
    body: scheduleBody(named, plan),
  });
}

/**
 * Returns the cron expression of Celery's fields.
 *
 * @throws InvalidOptions for a field that is unknown or of a wrong type; what is in it is read by `app.schedule`.
 */
export function cronOf(given: CrontabFields): CronTime {
  const fields = checkedOptions<CrontabFields>(given, CRONTAB, 'crontab()', 'the fields of crontab()');
  const { minute, hour, dayOfMonth, monthOfYear, dayOfWeek, timezone } = fields;
  const cron = [minute, hour, dayOfMonth, monthOfYear, dayOfWeek].map(fieldText).join(' ');
  return compact({ cron, timezone });
}

// --- internal ---

const SECONDS_A_DAY = 86_400;

const NAME = /^[A-Za-z0-9_-]{1,64}$/;

const OPTIONS: Readonly<Record<string, OptionCheck>> = {
  enabled: FLAG,
  start: DATE,
  end: DATE,
  jitter: {
    is: (value) => value === 0 || isMinutes(value, SECONDS_A_DAY),
    want: 'a number of seconds that is whole minutes, at most a day',
  },
  catchUp: { is: (value) => value === 'once' || value === 'none', want: "'once' or 'none'" },
};

const FIELD: OptionCheck = {
  is: (value) => isFieldPart(value) || (Array.isArray(value) && value.length > 0 && value.every(Number.isSafeInteger)),
  want: 'a whole number, a text as in cron without spaces, or a list of whole numbers',
};

const CRONTAB: Readonly<Record<string, OptionCheck>> = {
  minute: FIELD,
  hour: FIELD,
  dayOfWeek: FIELD,
  dayOfMonth: FIELD,
  monthOfYear: FIELD,
  timezone: TEXT,
};

function isFieldPart(value: unknown): boolean {
  return typeof value === 'string' ? /^\S+$/.test(value) : Number.isSafeInteger(value);
}

function fieldText(field: CrontabField = '*'): string {
  return typeof field === 'object' ? field.join(',') : String(field);
}

function readName(name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new InvalidOptions(
    `Cannot name a schedule ${describe(name)}: a name has 1 to 64 letters, digits, hyphens and underscores`,
  );
}

type Time = Pick<ScheduleData, 'expression' | 'timezone'>;

function readTime(name: string, when: unknown): Time {
  const given: Readonly<Record<string, unknown>> = isPlainObject(when) ? compact(when) : {};
  const { every, cron, at, timezone = 'UTC' } = given;
  const kinds = [every, cron, at].filter((value) => value !== undefined);
  const isKnown = Object.keys(given).every((key) => key in KINDS);
  if (kinds.length !== 1 || !isKnown || (cron === undefined && given['timezone'] !== undefined))
    throw new InvalidOptions(
      `Cannot schedule ${name} at ${describe(when)}: give { every: seconds }, { cron, timezone }, crontab({ … }) or { at: Date }`,
    );
  if (cron !== undefined) return { expression: cronExpression(name, cron), timezone: readZone(name, timezone) };
  if (at !== undefined) return { expression: atExpression(name, at), timezone: 'UTC' };
  return { expression: rateExpression(name, every), timezone: 'UTC' };
}

const KINDS = { every: true, cron: true, at: true, timezone: true };

/** EventBridge Scheduler takes expressions of at most 256 characters. */
const MOST_CHARACTERS = 256;

function cronExpression(name: string, cron: unknown): string {
  if (typeof cron !== 'string')
    throw new InvalidOptions(`Cannot schedule ${name}: its cron expression is ${describe(cron)}, not a text`);
  const expression = toEventBridge(readCron(cron, name));
  if (expression.length <= MOST_CHARACTERS) return expression;
  throw new InvalidOptions(
    `Cannot schedule ${name} at ${describe(cron)}: EventBridge Scheduler takes ${MOST_CHARACTERS} characters, and it has ${expression.length}. Make two schedules`,
  );
}

function atExpression(name: string, at: unknown): string {
  if (isDate(at)) return `at(${at.toISOString().slice(0, 19)})`;
  throw new InvalidOptions(`Cannot schedule ${name}: its time is ${describe(at)}, not a valid Date`);
}

function rateExpression(name: string, every: unknown): string {
  if (!isMinutes(every, 366 * SECONDS_A_DAY))
    throw new InvalidOptions(
      `Cannot schedule ${name} every ${describe(every)} seconds: EventBridge Scheduler counts in minutes. Give a multiple of 60, at most 366 days`,
    );
  const minutes = every / 60;
  return `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`;
}

function isMinutes(value: unknown, most: number): value is number {
  return typeof value === 'number' && value >= 60 && value <= most && value % 60 === 0;
}

/** Offsets such as `+02:00` are no names: EventBridge Scheduler refuses them. */
function readZone(name: string, zone: unknown): string {
  try {
    if (typeof zone === 'string' && /^[A-Za-z]/.test(zone))
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone === 'UTC' ? 'UTC' : zone;
  } catch {
    // It is not a name of this machine's zones.
  }
  throw new InvalidOptions(
    `Cannot schedule ${name} in the time zone ${describe(zone)}: there is none of that name. Give an IANA name, as Europe/Berlin`,
  );
}

function tasksOf(plan: Plan): readonly string[] {
  const links = (plan.links ?? []).flatMap((link) => tasksOf(link.plan));
  if ('task' in plan) return [plan.task, ...links];
  const items = elementsOf(plan);
  return [...(isStoredItems(items) ? [] : items.flatMap(tasksOf)), ...links];
}
