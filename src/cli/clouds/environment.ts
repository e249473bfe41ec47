import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { temporaryFolder } from '../../local/temporary-folder.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import type { Environment } from '../../runtime/environment.ts';
import { clientApp } from './client-app.ts';
import type { OpenCloud, Purpose } from './cloud.ts';
import type { CloudOptions } from './options.ts';

/**
 * The cloud that the environment names.
 *
 * @throws ConfigurationError before anything is sent: if the environment is incomplete, its table can't be read, or no routes are known
 */
export async function openEnvironmentCloud({ handlersDir }: CloudOptions, purpose: Purpose): Promise<OpenCloud> {
  // The name of the table and the like; clients are made, and nothing is asked of them.
  environmentRuntime().ports();
  const isSending = purpose === 'send';
  const runtime = environmentRuntime(isSending ? await withRoutes(process.env, handlersDir) : process.env);
  const parts = clientApp(runtime);
  if (isSending) {
    runtime.routes();
    // Without its table, what is sent to this cloud could not run.
    await parts.app.asyncResult('chordal').ready();
  }
  return { ...parts, isEmbedded: false, untilIdle: async () => {}, close: async () => {} };
}

// --- internal ---

/** Which queue a task's messages go to is told, or read from the handlers. */
async function withRoutes(environment: Environment, handlersDir: string): Promise<Environment> {
  const { CHORDAL_ROUTES: given = '' } = environment;
  if (given !== '') return environment;
  if (!existsSync(handlersDir)) {
    throw new ConfigurationError(
      `Cannot tell which queue a task is sent to: there is no folder ${handlersDir}. Run this where the handlers are, name them with --handlers, or set CHORDAL_ROUTES to what \`chordal dev\` prints`,
    );
  }
  const [{ buildHandlers }, { findHandlers }] = await Promise.all([
    import('../../deploy/build.ts'),
    import('../../deploy/handler-file.ts'),
  ]);
  const outDir = temporaryFolder().path;
  await buildHandlers({ handlers: await findHandlers(handlersDir), outDir });
  return { ...environment, CHORDAL_ROUTES: join(outDir, 'routes.json') };
}
