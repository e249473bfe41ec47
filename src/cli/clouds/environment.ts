import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { temporaryFolder } from '../../local/temporary-folder.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import type { Environment } from '../../runtime/variables.ts';
import { runningDevEnv } from '../dev/place.ts';
import { clientApp, environmentsSchedules } from './cloud.ts';
import type { OpenCloud, Purpose } from './cloud.ts';
import type { CloudOptions } from './options.ts';

/**
 * Opens the cloud that the environment names.
 *
 * @throws ConfigurationError if the environment is incomplete, its table cannot be read, or the routes are unknown; nothing has been sent then
 */
export async function openEnvironmentCloud({ handlersDir }: CloudOptions, purpose: Purpose): Promise<OpenCloud> {
  const { CHORDAL_TABLE: table = '' } = process.env;
  // Without a word about a cloud, it is the one that runs in this project.
  if (table === '') Object.assign(process.env, await runningDevEnv(handlersDir));
  // Checks the environment, without a request.
  environmentRuntime().ports();
  const isSending = purpose === 'send';
  const runtime = environmentRuntime(isSending ? await withRoutes(process.env, handlersDir) : process.env);
  const parts = clientApp(runtime);
  if (isSending) {
    runtime.routes();
    // Checks that the table can be read: without it no task of this cloud could run.
    await parts.app.asyncResult('chordal').ready();
  }
  return {
    ...parts,
    isEmbedded: false,
    untilIdle: async () => {},
    schedules: environmentsSchedules,
    close: async () => {},
  };
}

// --- internal ---

/** Returns the environment with the queue of each task: as given, or read from the handlers. */
async function withRoutes(environment: Environment, handlersDir: string): Promise<Environment> {
  const { CHORDAL_ROUTES: given = '' } = environment;
  if (given !== '') return environment;
  if (!existsSync(handlersDir)) {
    throw new ConfigurationError(
      `Cannot find the queues of the tasks: there is no folder ${handlersDir}. Run this in the project, name the folder with --handlers, or set CHORDAL_ROUTES to the value that \`chordal dev\` prints.`,
    );
  }
  const [{ buildHandlers }, { projectRoot }, { findHandlers }, { readLocalSettings }, { overConfig }] =
    await Promise.all([
      import('../../deploy/build.ts'),
      import('../../deploy/bundling/project-file.ts'),
      import('../../deploy/handler-file.ts'),
      import('../../deploy/local-settings.ts'),
      import('./own-environment.ts'),
    ]);
  const outDir = temporaryFolder().path;
  const settings = await readLocalSettings(projectRoot(handlersDir), {
    stage: environment['CHORDAL_STAGE'],
    environment,
  });
  await buildHandlers({
    handlers: await findHandlers(handlersDir),
    outDir,
    configs: settings.configs,
    standard: settings.standard,
    environmentOf: (_, config) => ({ ...settings.environment, ...overConfig(config) }),
  });
  return { ...environment, CHORDAL_ROUTES: join(outDir, 'routes.json') };
}
