import { InvalidCanvas } from '../core/errors/caller.ts';
import type { Caller } from './caller.ts';

let current: Caller | undefined;

/** Makes an app the one that canvases without a task belong to: the last one made, as in Celery. */
export function setCurrentApp(caller: Caller): void {
  current = caller;
}

/** Returns the app that sends a canvas without a task, which is an empty group. */
export function currentApp(): Caller {
  if (current !== undefined) return current;
  throw new InvalidCanvas('Cannot make a canvas without a task: there is no app yet. Call createApp() first.');
}
