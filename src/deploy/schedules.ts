import { ConfigurationError } from '../core/errors/caller.ts';
import { highQueueName, isHigh } from '../core/protocol/priority.ts';
import type { HighTasks } from '../core/protocol/priority.ts';
import type { ScheduleData } from '../core/types/schedules.ts';
import type { HandlerFile } from './handler-file.ts';
import type { Routes, UsableHandler } from './routes.ts';

/** A schedule, and the handler whose queue its messages go to. */
export interface QueuedSchedule extends ScheduleData {
  /** The handler's name, or the one of its queue for high priority. */
  readonly queue: string;
}

/**
 * Returns the schedules of all handlers. A module that several handlers import makes its schedules in each of them: the same
 * schedule counts once.
 *
 * @param handlers the files of those that are loaded
 * @throws ConfigurationError if two schedules have one name, or no handler runs a task of one
 */
export function schedulesOf(
  loaded: readonly UsableHandler[],
  handlers: readonly HandlerFile[],
  routes: Routes,
  high: HighTasks = {},
): readonly QueuedSchedule[] {
  const fileOf = (name: string): string => handlers.find((handler) => handler.name === name)?.file ?? name;
  const found = new Map<string, { readonly schedule: ScheduleData; readonly file: string }>();
  for (const { name, schedules } of loaded) {
    for (const schedule of schedules) {
      const other = found.get(schedule.name);
      if (other !== undefined && JSON.stringify(other.schedule) !== JSON.stringify(schedule))
        throw new ConfigurationError(
          `Cannot use the schedule "${schedule.name}" of ${fileOf(name)}: ${other.file} has another one of that name. Rename one of them`,
        );
      found.set(schedule.name, { schedule, file: fileOf(name) });
    }
  }
  return [...found.values()].map(({ schedule, file }) => ({
    ...schedule,
    queue: highIfWanted(schedule, queueOf(schedule, file, routes), high),
  }));
}

// --- internal ---

/** Returns the queue for high priority beside a queue, if the schedule is for it and there is one. */
function highIfWanted({ first: { task, priority } }: ScheduleData, queue: string, high: HighTasks): string {
  const isWanted = priority === undefined ? high[queue]?.includes(task) === true : isHigh(priority);
  return isWanted && high[queue] !== undefined ? highQueueName(queue) : queue;
}

function queueOf({ name, tasks, first }: ScheduleData, file: string, routes: Routes): string {
  const unknown = tasks.find((task) => !Object.hasOwn(routes, task));
  if (unknown !== undefined)
    throw new ConfigurationError(
      `Cannot use the schedule "${name}" of ${file}: no handler runs its task "${unknown}". Name it in app.handler(…)`,
    );
  const { queue = routes[first.task] ?? '' } = first;
  if (Object.values(routes).includes(queue)) return queue;
  throw new ConfigurationError(
    `Cannot use the schedule "${name}" of ${file}: no handler has the queue "${queue}". Queues are ${[...new Set(Object.values(routes))].join(', ')}`,
  );
}
