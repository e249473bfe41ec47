import type { FunctionConfig } from '../core/types/function-config.ts';
import type { Build } from './build.ts';
import type { FunctionOptions } from './project.ts';
import type { SystemHandler } from './system-handlers.ts';

/** The options of a build that another process makes: values alone. */
export interface WatchSettings {
  readonly handlersDir: string;
  readonly outDir: string;
  readonly systemHandlers: readonly SystemHandler[];
  /** Settings that go before those that the handlers export, by the handlers' names. Default: none. */
  readonly configs?: Readonly<Record<string, FunctionConfig>>;
  /** The settings of all functions. Default: none. */
  readonly standard?: FunctionOptions;
  /** Variables of all handlers. Those of a handler's configuration override them. Default: none. */
  readonly providerEnvironment?: Readonly<Record<string, string>>;
  /** Variables of all handlers that override both of these. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** An error that goes from one process to another. */
export interface SentError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** The messages of the process that builds. It waits for an answer to `build` before it builds again. */
export type FromBuilder =
  | { readonly type: 'started' }
  | { readonly type: 'first'; readonly build: Build }
  | { readonly type: 'unusable'; readonly error: SentError }
  | { readonly type: 'build'; readonly build: Build }
  | { readonly type: 'failed'; readonly error: SentError };

/** The messages to it. */
export type ToBuilder =
  | { readonly type: 'start'; readonly settings: WatchSettings }
  | { readonly type: 'used'; readonly error?: SentError };
