import type { AppParts } from '../../client/app.ts';

/** A cloud that a command talks to, by an app that knows no task's code: where a task's messages go, the routes say. */
export interface OpenCloud extends AppParts {
  /** Whether it ends with this command, and all that it has not done with it. */
  readonly isEmbedded: boolean;
  /** Waits until nothing is queued, delayed or being worked on, or the limit is reached; on a cloud that is not embedded, for nothing. */
  readonly untilIdle: (limitMs?: number) => Promise<void>;
  close(): Promise<void>;
}

/** What a command needs of its cloud: to send, it must know each task's queue. */
export type Purpose = 'send' | 'read';
