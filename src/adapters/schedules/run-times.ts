import { Cron } from 'croner';
import { fromEventBridge } from '../../core/schedule/cron.ts';
import { intervalOf, onlyRun } from '../../core/schedule/times.ts';
import type { ScheduleData } from '../../core/types/schedules.ts';

/** Returns the first time of a run after `after`; nothing if there is none. All in epoch ms. */
export type RunTimes = (after: number) => number | undefined;

/**
 * Returns the times of a schedule, as EventBridge Scheduler has them. A time that a change of the clocks skips is left out,
 * and one that comes twice counts once.
 *
 * @param since epoch ms: when the schedule was made, from where an interval without a start counts
 */
export function runTimes(
  { expression, timezone, start, end }: Pick<ScheduleData, 'expression' | 'timezone' | 'start' | 'end'>,
  since: number,
): RunTimes {
  const next = timesOf(expression, timezone, start ?? since);
  return (after) => {
    const time = next(Math.max(after, (start ?? Number.NEGATIVE_INFINITY) - 1));
    return time === undefined || time > (end ?? Number.POSITIVE_INFINITY) ? undefined : time;
  };
}

// --- internal ---

function timesOf(expression: string, timezone: string, from: number): RunTimes {
  const at = onlyRun(expression);
  if (at !== undefined) return (after) => (at > after ? at : undefined);
  const interval = intervalOf(expression);
  if (interval !== undefined)
    return (after) => from + Math.max(0, Math.floor((after - from) / interval) + 1) * interval;
  return cronTimes(new Cron(fromEventBridge(expression) ?? '', { timezone, paused: true, mode: '5-part' }));
}

function cronTimes(cron: Cron): RunTimes {
  return (after) => {
    let next = cron.nextRun(new Date(after));
    // The library moves a time that a change of the clocks skips; the Scheduler leaves it out.
    while (next !== null && !cron.match(next)) next = cron.nextRun(next);
    return next?.getTime();
  };
}
