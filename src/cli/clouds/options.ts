import { readNumber } from '../arguments.ts';
import { UsageError } from '../usage-error.ts';

/** Which cloud a command talks to. */
export interface CloudOptions {
  readonly kind: 'environment' | 'local' | 'memory';
  readonly handlersDir: string;
  /** Where the embedded cloud keeps its state; absent: in memory. */
  readonly dataDir?: string;
}

/** An option that is there or not. */
export interface FlagDefinition {
  readonly type: 'boolean';
  readonly description: string;
}

/** An option with a value. */
export interface ValueDefinition {
  readonly type: 'string';
  readonly valueHint: string;
  readonly description: string;
}

/** The options of every command that needs a cloud. */
export const cloudArguments: {
  readonly local: FlagDefinition;
  readonly memory: FlagDefinition;
  readonly handlers: ValueDefinition & { readonly default: string };
  readonly data: ValueDefinition;
  readonly verbose: FlagDefinition;
} = {
  local: { type: 'boolean', description: 'Run the handlers on an embedded cloud for this one command' },
  memory: { type: 'boolean', description: 'Run the handlers in this process, on queues and a table in memory' },
  handlers: { type: 'string', valueHint: 'dir', description: 'The folder of the handlers', default: 'handlers' },
  data: { type: 'string', valueHint: 'dir', description: 'With --local: keep the state of the cloud in this folder' },
  verbose: { type: 'boolean', description: 'Show where an error happened' },
};

/** The options of every command that can wait. */
export const waitArguments: { readonly wait: FlagDefinition; readonly timeout: ValueDefinition } = {
  wait: { type: 'boolean', description: 'Wait for the end, and print the value or the error' },
  timeout: { type: 'string', valueHint: 'seconds', description: 'Wait no longer than this; the tasks go on' },
};

/** What {@link cloudArguments} were given. */
export interface GivenCloud {
  readonly local?: boolean | undefined;
  readonly memory?: boolean | undefined;
  readonly handlers: string;
  readonly data?: string | undefined;
}

/** How a command waits. */
export interface Waiting {
  readonly wait: boolean;
  readonly timeoutSeconds?: number;
}

/**
 * Reads whether to wait, and how long.
 *
 * @throws UsageError for a limit that is none, or that nothing waits for
 */
export function readWait({
  wait = false,
  timeout,
}: {
  readonly wait?: boolean | undefined;
  readonly timeout?: string | undefined;
}): Waiting {
  const timeoutSeconds = readNumber('timeout', timeout, { least: 0 });
  if (timeoutSeconds === undefined) return { wait };
  if (wait) return { wait, timeoutSeconds };
  throw new UsageError('Cannot use --timeout without --wait: nothing is waited for');
}

/**
 * Reads which cloud is meant.
 *
 * @throws UsageError for two clouds at once, or a folder for what is not kept
 */
export function readCloudOptions({ local = false, memory = false, handlers, data }: GivenCloud): CloudOptions {
  if (local && memory) throw new UsageError('Cannot use --local and --memory at once: choose one');
  if (data !== undefined && !local)
    throw new UsageError('Cannot use --data without --local: only the embedded cloud keeps its state there');
  const embedded = local ? 'local' : 'memory';
  return {
    kind: local || memory ? embedded : 'environment',
    handlersDir: handlers,
    ...(data !== undefined && { dataDir: data }),
  };
}
