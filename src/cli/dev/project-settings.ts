import { projectRoot } from '../../deploy/bundling/project-file.ts';
import { findHandlers } from '../../deploy/handler-file.ts';
import { readLocalSettings } from '../../deploy/local-settings.ts';
import { checkNamed } from '../../deploy/serverless-variables.ts';
import type { LocalOptions } from '../../local/local-options.ts';
import type { Output } from '../output.ts';
import { developerEnvironment } from './env-files.ts';

/** The options that choose a project and its stage. */
export interface ProjectChoice {
  readonly handlersDir: string;
  readonly service?: string | undefined;
  readonly stage?: string | undefined;
}

/**
 * Reads what the embedded cloud follows of a project: `serverless.yml`, `.env`, `.env.local` and the shell's variables.
 *
 * @throws ConfigurationError if a setting is unknown or wrong
 */
export async function localOptionsOf(
  { handlersDir, service, stage }: ProjectChoice,
  output: Pick<Output, 'note'>,
): Promise<
  Pick<
    LocalOptions,
    'handlersDir' | 'service' | 'stage' | 'configs' | 'standard' | 'providerEnvironment' | 'environment'
  >
> {
  const root = projectRoot(handlersDir);
  const environment = developerEnvironment(root);
  const read = await readLocalSettings(root, { service, stage, environment });
  const { unknown, environment: providerEnvironment, ...settings } = read;
  const handlers = await findHandlers(handlersDir);
  checkNamed(
    settings.configs,
    handlers.map(({ name }) => name),
  );
  for (const variable of unknown.filter((one) => !/^\$\{(self|param|opt)\b/.test(one)))
    output.note(
      `${variable} of serverless.yml has no value on this machine. Set the variable that has it in .env.local.`,
    );
  return { ...settings, handlersDir, providerEnvironment, environment };
}
