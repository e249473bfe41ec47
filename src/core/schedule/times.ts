import type { ScheduleData } from '../types/schedules.ts';

/** Returns the time, in epoch ms, of a schedule that runs once; nothing for one that runs again and again. */
export function onlyRun(expression: string): number | undefined {
  const [, time] = /^at\((.+)\)$/.exec(expression) ?? [];
  return time === undefined ? undefined : Date.parse(`${time}Z`);
}

/** Returns the ms between two runs of an interval; nothing for other schedules. */
export function intervalOf(expression: string): number | undefined {
  const [, count] = /^rate\((\d+) minutes?\)$/.exec(expression) ?? [];
  return count === undefined ? undefined : Number(count) * 60_000;
}

/** Returns whether a schedule will not run any more after `now`, in epoch ms. */
export function isOver({ expression, end }: Pick<ScheduleData, 'expression' | 'end'>, now: number): boolean {
  return (onlyRun(expression) ?? Number.POSITIVE_INFINITY) < now || (end ?? Number.POSITIVE_INFINITY) < now;
}
