import type { JournalMode } from '../core/text/journal-modes.ts';
import type { Routes } from '../deploy/routes.ts';
import type { WatchSettings } from '../deploy/watch-messages.ts';
import type { CloudPorts } from './cloud.ts';
import type { AwsClients } from './host.ts';
import type { OnLocalEvent } from './local-event.ts';

/** The options of {@link startLocal}. */
export interface LocalOptions extends Omit<WatchSettings, 'outDir' | 'systemHandlers'> {
  readonly service: string;
  readonly stage: string;
  /** A folder for the state of the cloud. Default: memory. */
  readonly dataDir?: string;
  /** Fixed ports. Default: any free ports. */
  readonly ports?: CloudPorts;
  /** The calls that the journal lists, unless the app says otherwise. Default: as everywhere. */
  readonly journal?: JournalMode;
  /** Where AWS clients of the functions' own code go. Default: to this cloud. */
  readonly aws?: AwsClients;
  /** The access key that it accepts. Default: a new secret. */
  readonly accessKey?: string;
  /** The folder of the build, which this process alone uses. Default: a temporary one. */
  readonly outDir?: string;
  /** Whether to build and deploy anew when a file of the handlers changes. Default false. */
  readonly watch?: boolean;
  /** Whether a debugger may be attached: functions and tasks then have no time limits. Default false. */
  readonly isDebugged?: boolean;
  readonly onEvent: OnLocalEvent;
}

/** A project that runs in this process. */
export interface LocalCloud {
  /** The environment that another process needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** The handler of each task, as last built. */
  readonly routes: Routes;
  /** Resolves with the reason if an emulator ends by itself. Only `stop` can be called then. */
  readonly died: Promise<Error>;
  /** Returns whether nothing is queued, delayed or running. */
  isIdle(): Promise<boolean>;
  /** Builds and deploys again. */
  reload(): Promise<void>;
  /**
   * Stops everything and removes temporary files.
   *
   * @param drainMs how long to wait for running batches. Default 5000
   */
  stop(drainMs?: number): Promise<void>;
}
