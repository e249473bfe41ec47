import type { Handler } from 'chordal';

/** Handlers that note how long the longest message is that they are given, in characters. */
export class LargestMessage {
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The same handler, watched. */
  watch(handler: Handler): Handler {
    return Object.assign(
      async (...[event, context]: Parameters<Handler>) => {
        for (const { body } of event.Records) this.#length = Math.max(this.#length, body.length);
        return handler(event, context);
      },
      { tasks: handler.tasks, timeLimits: handler.timeLimits },
    );
  }
}
