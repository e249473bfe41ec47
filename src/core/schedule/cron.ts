import { InvalidOptions } from '../errors/caller.ts';

/**
 * Cron expressions: read field by field as crontab(5) has them, and written as EventBridge Scheduler and as cron libraries
 * take them. Lists, ranges and steps become one canonical form, so that both sides read the same times.
 */

/** The fields of a cron expression, in a form that every reader takes. */
export interface CronFields {
  readonly minute: string;
  readonly hour: string;
  readonly dayOfMonth: string;
  readonly month: string;
  readonly dayOfWeek: string;
}

/**
 * Reads a cron expression of five fields.
 *
 * @param of the owner of the expression, for the message.
 * @throws InvalidOptions that names the field, the value in it and what was expected.
 *
 * @example
 * readCron('0 3 * * 1-5', 'nightly').dayOfWeek; // 'MON-FRI'
 */
export function readCron(text: string, of: string): CronFields {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length)
    throw wrong(
      of,
      text,
      `it has ${parts.length === 1 ? '1 field' : `${parts.length} fields`}, and five are expected: minute, hour, day of the month, month, day of the week`,
    );
  const read = FIELDS.map((field, index) => readField(field, parts[index] ?? '', (why) => wrong(of, text, why)));
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = read;
  if (dayOfMonth !== '*' && dayOfWeek !== '*')
    throw wrong(
      of,
      text,
      `it has a day of the month (${dayOfMonth}) and a day of the week (${dayOfWeek}), and EventBridge Scheduler takes one of them. Make two schedules, or test the day in the task`,
    );
  return { minute, hour, dayOfMonth, month, dayOfWeek };
}

/** Returns the expression that EventBridge Scheduler takes: six fields, and `?` in the place of the unused day. */
export function toEventBridge({ minute, hour, dayOfMonth, month, dayOfWeek }: CronFields): string {
  const [day, weekday] = dayOfWeek === '*' ? [dayOfMonth, '?'] : ['?', shifted(dayOfWeek, 1)];
  return `cron(${[minute, hour, day, month, weekday, '*'].join(' ')})`;
}

/** Returns the five fields of an expression of {@link toEventBridge}, as cron libraries take them; or nothing. */
export function fromEventBridge(expression: string): string | undefined {
  const [, fields = ''] = /^cron\((.+)\)$/.exec(expression) ?? [];
  const [minute, hour, day, month, weekday] = fields.split(' ');
  if (weekday === undefined) return undefined;
  const plain = (field: string | undefined): string => (field === '?' ? '*' : (field ?? '*'));
  return [minute, hour, plain(day), month, shifted(plain(weekday), -1)].join(' ');
}

// --- internal ---

/** A field of a cron expression: its name, its least and largest value, and its names for them. */
interface Field {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const WEEKDAY: Field = { name: 'day of the week', least: 0, most: 6, names: DAYS };
const DAY: Field = { name: 'day of the month', least: 1, most: 31, names: [] };
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  DAY,
  { name: 'month', least: 1, most: 12, names: MONTHS },
  WEEKDAY,
];

type Refuse = (why: string) => InvalidOptions;

function wrong(of: string, text: string, why: string): InvalidOptions {
  return new InvalidOptions(`Cannot schedule ${of} at ${JSON.stringify(text)}: ${why}.`);
}

function readField(field: Field, text: string, refuse: Refuse): string {
  const upper = text.toUpperCase();
  if (field === DAY && upper === 'L') return 'L';
  if (field === WEEKDAY) {
    const special = /^(\w+?)(#[1-5]|L)$/.exec(upper);
    if (special?.[1] !== undefined) return `${valueOf(field, special[1], text, refuse)}${special[2]}`;
  }
  const values = new Set(upper.split(',').flatMap((item) => valuesOf(field, item, refuse)));
  const all = Array.from({ length: field.most - field.least + 1 }, (_, index) => field.least + index);
  const chosen = all.filter((value) => values.has(value));
  return chosen.length === all.length ? '*' : printed(field, chosen);
}

/** Returns the values of one item of a list: `5`, `MON-FRI`, `*`, or one of these with a step, as `10-50/20`. */
function valuesOf(field: Field, item: string, refuse: Refuse): readonly number[] {
  const [range = '', step, more] = item.split('/');
  const size = field.most - field.least + 1;
  const by = step === undefined ? 1 : Number(step);
  if (more !== undefined || (step !== undefined && !/^\d+$/.test(step)) || by < 1 || by > size)
    throw refuse(`its ${field.name} ${JSON.stringify(item)} has a step that is not a number from 1 to ${size}`);
  const [first, last] = endsOf(field, item, { range, isStepped: step !== undefined }, refuse);
  // A week goes on after its last day: FRI-MON.
  const length = (last - first + size) % size;
  const offsets = Array.from({ length: Math.floor(length / by) + 1 }, (_, index) => index * by);
  return offsets.map((offset) => ((first - field.least + offset) % size) + field.least);
}

function endsOf(
  field: Field,
  item: string,
  { range, isStepped }: { readonly range: string; readonly isStepped: boolean },
  refuse: Refuse,
): readonly [number, number] {
  if (range === '*') return [field.least, field.most];
  const [from = '', to, beyond] = range.split('-');
  if (beyond !== undefined) throw refuse(unexpected(field, item));
  const first = valueOf(field, from, item, refuse);
  if (to === undefined) return [first, isStepped ? field.most : first];
  // Sunday is 0 and 7: 0-7 is each day, and 7-7 one.
  if (field === WEEKDAY && first === 0 && Number(to) === 7 && Number(from) !== 7) return [field.least, field.most];
  const last = valueOf(field, to, item, refuse);
  if (last < first && field !== WEEKDAY)
    throw refuse(`its ${field.name} ${JSON.stringify(item)} is a range that ends before it begins`);
  return [first, last];
}

function valueOf(field: Field, text: string, item: string, refuse: Refuse): number {
  // Celery takes names in full, cron their first three letters.
  const named = field.names.findIndex(
    (name) => name === text || (text.length > 3 && LONG_NAMES.get(name)?.startsWith(text) === true),
  );
  if (named >= 0) return named + field.least;
  const value = /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (field === WEEKDAY && value === 7) return 0;
  if (value >= field.least && value <= field.most) return value;
  throw refuse(unexpected(field, item));
}

/** The names that begin with the same three letters are the same. */
const LONG_NAMES: ReadonlyMap<string, string> = new Map(
  'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY JANUARY FEBRUARY MARCH APRIL JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'
    .split(' ')
    .map((name) => [name.slice(0, 3), name]),
);

function unexpected({ name, least, most, names }: Field, item: string): string {
  const named = names.length === 0 ? '' : `, or ${names[0]} to ${names.at(-1)}`;
  return `its ${name} ${JSON.stringify(item)} is not a number from ${least} to ${most}${named}, a list, a range or a step of these`;
}

/** Writes values as short as every reader takes them: runs as ranges, and weekdays by name, since readers count them differently. */
function printed(field: Field, values: readonly number[]): string {
  const name = (value: number): string => (field === WEEKDAY ? (DAYS[value] ?? '') : String(value));
  const runs: [number, number][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === value - 1) run[1] = value;
    else runs.push([value, value]);
  }
  return runs
    .map(([from, to]) => (from === to ? name(from) : `${name(from)}${to === from + 1 ? ',' : '-'}${name(to)}`))
    .join(',');
}

/** Counts the number of a weekday in `5L` or `5#2` from 1 instead of 0, or back. */
function shifted(weekday: string, by: number): string {
  return weekday.replace(/^\d(?=L|#)/, (day) => String(Number(day) + by));
}
