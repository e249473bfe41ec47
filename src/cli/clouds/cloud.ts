import { setTimeout as delay } from 'node:timers/promises';
import { makeApp, makeConf } from '../../client/app.ts';
import type { AppParts } from '../../client/app.ts';
import type { Runtime } from '../../engine/make-engine.ts';
import type { Schedules } from '../../ports/schedules.ts';

/** A cloud that a command talks to. Its app has no tasks: the routes say which queue a task is sent to. */
export interface OpenCloud extends Pick<AppParts, 'app' | 'engine'> {
  /** Whether the cloud, with all unfinished work, ends with the command. */
  readonly isEmbedded: boolean;
  /** Resolves with the reason if an embedded cloud ends by itself. */
  readonly died?: Promise<Error>;
  /** Waits until nothing is queued, delayed or running, or until the limit. Returns at once if the cloud is not embedded. */
  readonly untilIdle: (limitMs?: number) => Promise<void>;
  /** Returns the schedules of the cloud. */
  readonly schedules: () => Promise<Schedules>;
  close(): Promise<void>;
}

/** The use of a cloud. A command that sends must know each task's queue. */
export type Purpose = 'send' | 'read';

/** Returns the schedules of the cloud that the environment names by then. */
export async function environmentsSchedules(): Promise<Schedules> {
  const { environmentSchedules } = await import('../../runtime/schedules.ts');
  return environmentSchedules(process.env);
}

/** Makes the app of the command line, which has no tasks. */
export function clientApp(runtime: Runtime): Pick<AppParts, 'app' | 'engine'> {
  const { app, engine } = makeApp('chordal', makeConf({}), runtime);
  return { app, engine };
}

/** Makes a function that waits until a condition holds or a limit, in milliseconds, is reached. */
export function poll(holds: () => Promise<boolean>): (limitMs?: number) => Promise<void> {
  return async (limitMs = Number.POSITIVE_INFINITY) => {
    const endsAt = performance.now() + limitMs;
    while (performance.now() < endsAt && !(await holds())) await delay(EVERY_MS);
  };
}

// --- internal ---

const EVERY_MS = 20;
