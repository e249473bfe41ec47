import type { LocalEvent } from '../../local/local-event.ts';

/** Remembers when the tasks that run now have begun, from the events of an embedded cloud. */
export class RunningTasks {
  readonly #startedAt = new Map<string, number>();

  /** Takes note of an event, and returns whether a task has begun or ended with it. */
  note(event: LocalEvent): boolean {
    if (event.type === 'began') this.#startedAt.set(event.id, event.startedAt);
    else if (event.type === 'task' || event.type === 'undecided') this.#startedAt.delete(event.id);
    else return false;
    return true;
  }

  /** Returns when a task has begun that runs now, in epoch ms. */
  startOf(id: string): number | undefined {
    return this.#startedAt.get(id);
  }
}
