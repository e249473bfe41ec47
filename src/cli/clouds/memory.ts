import { pathToFileURL } from 'node:url';
import { buildHandlers } from '../../deploy/build.ts';
import { findHandlers } from '../../deploy/handler-file.ts';
import type { Handler } from '../../lambda/handler.ts';
import { temporaryFolder } from '../../local/temporary-folder.ts';
import { environmentRuntime, logLevel } from '../../runtime/environment.ts';
import { memoryCloud } from '../../testing/memory-cloud.ts';
import type { Output } from '../output.ts';
import { clientApp } from './client-app.ts';
import type { OpenCloud } from './cloud.ts';
import type { CloudOptions } from './options.ts';
import { poll } from './poll.ts';

/**
 * The handlers in this process, on queues, a table and a bucket in memory.
 *
 * @throws ConfigurationError if a handler can't be built or used
 */
export async function openMemoryCloud({ handlersDir }: CloudOptions, output: Output): Promise<OpenCloud> {
  const handlers = await findHandlers(handlersDir);
  const { bundles } = await buildHandlers({ handlers, outDir: temporaryFolder().path });
  process.setSourceMapsEnabled(true);
  const loaded = await Promise.all(
    Object.entries(bundles).map(async ([name, bundle]) => [name, await loadHandler(bundle)] as const),
  );
  // The bundles have their own copy of this library, and find this cloud as every app of the process does.
  const cloud = memoryCloud(Object.fromEntries(loaded), { logLevel: logLevel() });
  const tell = (): void => output.problem(ENDED);
  process.once('exit', tell);
  return {
    ...clientApp(environmentRuntime()),
    isEmbedded: true,
    untilIdle: poll(async () => cloud.isIdle),
    close: async () => {
      process.off('exit', tell);
      cloud.close();
    },
  };
}

// --- internal ---

const ENDED =
  'A task has ended the process, and with --memory that is the whole command; with --local it is only the sandbox of the task';

async function loadHandler(bundle: string): Promise<Handler> {
  // The build has loaded it and found a handler with tasks.
  return ((await import(pathToFileURL(bundle).href)) as { readonly handler: Handler }).handler;
}
