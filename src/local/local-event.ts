import type { ObservedDecision, ObservedRun } from '../ports/system.ts';

/** An event of the embedded cloud. */
export type LocalEvent =
  /** A function printed a line. */
  | {
      readonly type: 'log';
      readonly functionName: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
      /** The run of a task that printed it; absent if it was printed beside one. */
      readonly run?: ObservedRun;
    }
  /** The function of a task was called, at `startedAt` (epoch ms). */
  | ({ readonly type: 'began'; readonly functionName: string; readonly startedAt: number } & ObservedRun)
  /** The call of a task's function has ended without a decision: it was cut short, or its sandbox has died. */
  | ({ readonly type: 'undecided'; readonly functionName: string } & ObservedRun)
  /** An attempt of a task was decided. */
  | ({ readonly type: 'task'; readonly functionName: string } & ObservedRun & ObservedDecision)
  /** A function was given messages. */
  | { readonly type: 'received'; readonly functionName: string; readonly bodies: readonly string[] }
  /** A batch was processed. `problem` says why the whole batch failed. */
  | {
      readonly type: 'batch';
      readonly functionName: string;
      readonly messages: number;
      readonly failed: number;
      readonly durationMs: number;
      readonly problem?: string;
    }
  /** The handlers were built again, and the new build runs now. */
  | { readonly type: 'built'; readonly handlers: readonly string[]; readonly warnings: readonly string[] }
  /** The handlers could not be built or used. The previous build keeps running. */
  | { readonly type: 'build-failed'; readonly error: unknown }
  /** An operation of the cloud itself failed, or messages are left that no function receives. */
  | { readonly type: 'trouble'; readonly message: string; readonly error?: unknown };

/** Receives the events of the embedded cloud. */
export type OnLocalEvent = (event: LocalEvent) => void;
