import { runTimes } from '../adapters/schedules/run-times.ts';
import { runSchedule } from '../client/run-schedule.ts';
import { intervalOf } from '../core/schedule/times.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { compact } from '../core/values/compact.ts';
import type { StandingSchedule } from '../ports/schedules.ts';
import type { OpenCloud } from './clouds/cloud.ts';
import type { Waiting } from './clouds/options.ts';
import { UsageError } from './errors.ts';
import { endingJson, endingOf, exitCodeOf } from './outcome-json.ts';
import type { Output } from './output.ts';

/** Prints a line for each schedule, and returns the exit code. */
export async function listSchedules(
  { engine, schedules }: Pick<OpenCloud, 'engine' | 'schedules'>,
  output: Output,
): Promise<number> {
  const all = await (await schedules()).list();
  for (const schedule of all) output.answer(scheduleJson(schedule, engine.clock.now()));
  if (all.length === 0) output.note('There are no schedules. `app.schedule(…)` in a file of the handlers makes one.');
  return 0;
}

/**
 * Has a schedule run from now on, or not.
 *
 * @throws UsageError if there is none of that name
 */
export async function enableSchedule(
  cloud: OpenCloud,
  name: string,
  isEnabled: boolean,
  output: Output,
): Promise<number> {
  const schedules = await cloud.schedules();
  if (!(await schedules.setEnabled({ name, isEnabled }))) throw unknown(name, await schedules.list());
  output.answer({ schedule: name, enabled: isEnabled });
  return 0;
}

/**
 * Starts the canvas of a schedule now, and prints the id of the workflow, or its end.
 *
 * @throws UsageError if there is none of that name
 */
export async function startSchedule(
  cloud: OpenCloud,
  name: string,
  { wait, timeoutSeconds }: Waiting,
  output: Output,
): Promise<number> {
  const all = await (await cloud.schedules()).list();
  const schedule = all.find((one) => one.name === name);
  if (schedule === undefined) throw unknown(name, all);
  const taskId = await runSchedule(cloud.engine, schedule);
  if (!wait) {
    output.answer({ taskId });
    await cloud.untilIdle();
    return 0;
  }
  const timeout = compact({ timeout: timeoutSeconds });
  const ending = await endingOf(cloud.app.asyncResult(taskId).get(timeout));
  output.answer(endingJson(ending));
  return exitCodeOf([ending]);
}

// --- internal ---

/** The next run of an interval without a start is not known: it counts from when the schedule was made. */
function scheduleJson(schedule: StandingSchedule, now: number): object {
  const { name, expression, timezone, canvas, isEnabled, start, end, queue } = schedule;
  const isKnown = start !== undefined || intervalOf(expression) === undefined;
  const next = isEnabled && isKnown ? runTimes(schedule, now)(now) : undefined;
  return compact({
    schedule: name,
    when: expression,
    timezone,
    canvas,
    enabled: isEnabled,
    queue,
    next: iso(next),
    start: iso(start),
    end: iso(end),
  });
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function unknown(name: string, all: readonly StandingSchedule[]): UsageError {
  const names = all.map((one) => one.name);
  const near = nearest(name, names);
  const known = names.length === 0 ? 'There are none' : `Known are ${names.join(', ')}`;
  return new UsageError(
    `Cannot find a schedule named ${name}. ${near === undefined ? known : `Did you mean ${near}? ${known}`}`,
  );
}
