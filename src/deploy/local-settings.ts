import type { FunctionConfig } from '../core/types/function-config.ts';
import { variablesOf } from './function-config.ts';
import type { FunctionOptions } from './project.ts';
import { ServerlessFile } from './serverless-file.ts';
import type { ServerlessFileOptions } from './serverless-file.ts';
import { readVariables } from './serverless-variables.ts';
import type { Given } from './serverless-variables.ts';
import { standardOptions } from './stack/settings.ts';

/** The settings of a project in `serverless.yml`, as far as they matter on this machine. */
export interface LocalSettings {
  readonly service: string;
  readonly stage: string;
  /** The settings of single functions, by their names: `custom.functions`. */
  readonly configs: Readonly<Record<string, FunctionConfig>>;
  /** The settings of all functions: the parameters `timeout`, `memory` and so on. */
  readonly standard: FunctionOptions;
  /** The variables of all functions: `provider.environment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The variables of the framework that have no value on this machine, as they are written. */
  readonly unknown: readonly string[];
}

/** The options of {@link readLocalSettings}. */
export interface LocalSettingsOptions extends ServerlessFileOptions {
  readonly service?: string | undefined;
}

/** Returns the stage of a project: the given one, else that of its `serverless.yml`, else `dev`. */
export function stageOf(root: string, options: ServerlessFileOptions): string {
  return options.stage ?? ServerlessFile.find(root, options)?.stage ?? 'dev';
}

/**
 * Reads the settings of a project from its `serverless.yml`; without one, the service is `chordal` and the stage `dev`.
 *
 * @throws ConfigurationError if a setting is unknown or wrong
 */
export async function readLocalSettings(root: string, options: LocalSettingsOptions): Promise<LocalSettings> {
  const file = ServerlessFile.find(root, options);
  if (file === undefined) {
    const { service = 'chordal', stage = 'dev' } = options;
    return { service, stage, configs: {}, standard: {}, environment: {}, unknown: [] };
  }
  const given = await readVariables({
    options: {},
    resolveVariable: async (expression) => file.valueOf(expression),
  });
  return {
    service: options.service ?? given.service,
    stage: given.stage,
    configs: given.functions,
    standard: standardOptions(given.settings),
    environment: textsOf(given),
    unknown: file.unknown,
  };
}

// --- internal ---

function textsOf({ provider: { environment } }: Given): Readonly<Record<string, string>> {
  const known = Object.entries(environment).filter(([, value]) => value !== null);
  return variablesOf({ environment: Object.fromEntries(known) });
}
