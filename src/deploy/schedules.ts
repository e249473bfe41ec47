import { ConfigurationError } from '../core/errors/caller.ts';
import type { ScheduleData } from '../core/types/schedules.ts';
import type { HandlerFile } from './handler-file.ts';
import type { Routes, UsableHandler } from './routes.ts';

/** A schedule, and the handler whose queue its messages go to. */
export interface QueuedSchedule extends ScheduleData {
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
  return [...found.values()].map(({ schedule, file }) => ({ ...schedule, queue: queueOf(schedule, file, routes) }));
}

// --- internal ---

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
