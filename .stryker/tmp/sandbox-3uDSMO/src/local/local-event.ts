/** What happens in the embedded cloud, for whoever watches it. */
export type LocalEvent =
  /** A line that a function has printed. */
  | {
      readonly type: 'log';
      readonly functionName: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  /** A batch was processed; `problem` says why all of it failed. */
  | {
      readonly type: 'batch';
      readonly functionName: string;
      readonly messages: number;
      readonly failed: number;
      readonly durationMs: number;
      readonly problem?: string;
    }
  /** The handlers were built anew, and run from now on. */
  | { readonly type: 'built'; readonly handlers: readonly string[]; readonly warnings: readonly string[] }
  /** The handlers could not be built or used; those from before go on. */
  | { readonly type: 'build-failed'; readonly error: unknown }
  /** Something of the cloud itself has failed. */
  | { readonly type: 'trouble'; readonly message: string; readonly error?: unknown };

/** Takes what happens in the embedded cloud. */
export type OnLocalEvent = (event: LocalEvent) => void;
