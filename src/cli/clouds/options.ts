import type { Command } from 'commander';
import { compact } from '../../core/values/compact.ts';
import { numberOption } from '../argument-values.ts';
import { UsageError } from '../errors.ts';

/** The cloud that a command talks to. */
export interface CloudOptions {
  readonly kind: 'environment' | 'local' | 'memory';
  readonly handlersDir: string;
  /** Where the embedded cloud keeps its state. Default: in memory. */
  readonly dataDir?: string;
}

/** The values of the options that {@link addCloudOptions} adds. */
export interface GivenCloud {
  readonly local?: boolean;
  readonly memory?: boolean;
  readonly handlers: string;
  readonly data?: string;
}

/** The values of the options that {@link addWaitOptions} adds. */
export interface GivenWait {
  readonly wait?: boolean;
  readonly timeout?: number;
}

/** How a command waits. */
export interface Waiting {
  readonly wait: boolean;
  readonly timeoutSeconds?: number;
}

/** Adds the option that names the folder of the handlers. */
export function addHandlersOption(command: Command): Command {
  return command.option('--handlers <dir>', 'folder of the handlers', 'handlers');
}

/**
 * Adds the options of a command that needs a cloud.
 *
 * @param hasMemory whether `--memory` is one of them: it makes no sense for a command that reads the results of earlier commands. Default true
 */
export function addCloudOptions(command: Command, { hasMemory = true }: { readonly hasMemory?: boolean } = {}): void {
  command.option('--local', 'run the handlers on an embedded cloud, for this command only');
  if (hasMemory) command.option('--memory', 'run the handlers in this process, with queues and table in memory');
  addHandlersOption(command).option('--data <dir>', 'with --local: keep the state of the cloud in this folder');
}

/** Adds the options of a command that can wait for a result. */
export function addWaitOptions(command: Command): void {
  command
    .option('--wait', 'wait for the end, and print the value or the error')
    .option(
      '--timeout <seconds>',
      'with --wait: stop waiting after this time; the tasks keep running',
      numberOption('timeout', { least: 0 }),
    );
}

/**
 * Reads whether to wait, and how long.
 *
 * @throws UsageError for a timeout without `--wait`
 */
export function readWait({ wait = false, timeout }: GivenWait): Waiting {
  if (timeout === undefined) return { wait };
  if (wait) return { wait, timeoutSeconds: timeout };
  throw new UsageError('Cannot use --timeout without --wait: the command does not wait. Add --wait.');
}

/**
 * Reads which cloud to use.
 *
 * @throws UsageError for two clouds at once, or a data folder for a cloud that keeps no data
 */
export function readCloudOptions({ local = false, memory = false, handlers, data }: GivenCloud): CloudOptions {
  if (local && memory)
    throw new UsageError('Cannot use both --local and --memory: each of them is a cloud. Choose one.');
  if (data !== undefined && !local)
    throw new UsageError('Cannot use --data without --local: only the embedded cloud keeps its state in a folder');
  const embedded = local ? 'local' : 'memory';
  return compact({ kind: local || memory ? embedded : 'environment', handlersDir: handlers, dataDir: data });
}
