import { setTimeout as delay } from 'node:timers/promises';
import { makeApp, makeConf } from '../../client/app.ts';
import type { AppParts } from '../../client/app.ts';
import type { Runtime } from '../../engine/make-engine.ts';

/** A cloud that a command talks to. Its app has no tasks: the routes say which queue a task is sent to. */
export interface OpenCloud extends AppParts {
  /** Whether the cloud, with all unfinished work, ends with the command. */
  readonly isEmbedded: boolean;
  /** Waits until nothing is queued, delayed or running, or until the limit. Returns at once if the cloud is not embedded. */
  readonly untilIdle: (limitMs?: number) => Promise<void>;
  close(): Promise<void>;
}

/** The use of a cloud. A command that sends must know each task's queue. */
export type Purpose = 'send' | 'read';

/** Makes the app of the command line, which has no tasks. */
export function clientApp(runtime: Runtime): AppParts {
  return makeApp('chordal', makeConf({}), runtime);
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
