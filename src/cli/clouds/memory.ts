import { pathToFileURL } from 'node:url';
import { consoleLog } from '../../adapters/system/log.ts';
import { buildHandlers } from '../../deploy/build.ts';
import { findHandlers } from '../../deploy/handler-file.ts';
import type { Handler } from '../../lambda/sqs-event.ts';
import { temporaryFolder } from '../../local/temporary-folder.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import { logLevel } from '../../runtime/log.ts';
import { memoryCloudWith } from '../../testing/memory-cloud.ts';
import { humanLine } from '../human-line.ts';
import type { Output } from '../output.ts';
import { clientApp, poll } from './cloud.ts';
import type { OpenCloud } from './cloud.ts';
import type { CloudOptions } from './options.ts';
import { overConfig } from './own-environment.ts';

/**
 * Runs the handlers in this process, with queues, a table and a bucket in memory.
 *
 * @throws ConfigurationError if a handler cannot be built or used
 */
export async function openMemoryCloud({ handlersDir }: CloudOptions, output: Output): Promise<OpenCloud> {
  const handlers = await findHandlers(handlersDir);
  const { bundles, configs, schedules } = await buildHandlers({
    handlers,
    outDir: temporaryFolder().path,
    environmentOf: (_, config) => overConfig(config),
  });
  // One process has one environment; the variables that it already has go first.
  for (const config of Object.values(configs)) Object.assign(process.env, overConfig(config));
  process.setSourceMapsEnabled(true);
  const loaded = await Promise.all(
    Object.entries(bundles).map(async ([name, bundle]) => [name, await loadHandler(bundle)] as const),
  );
  // Each bundle has its own copy of this library. All copies in a process find this cloud.
  const log = consoleLog(logLevel(), (line) => output.note(humanLine(line, output, false)));
  const cloud = memoryCloudWith(Object.fromEntries(loaded), { schedules: true }, log);
  const tell = (): void => output.problem(ENDED);
  process.once('exit', tell);
  return {
    ...clientApp(environmentRuntime()),
    isEmbedded: true,
    untilIdle: poll(async () => cloud.isIdle),
    schedules: async () => ({
      list: async () => schedules,
      // No command asks for it: nothing in memory outlives its command.
      setEnabled: async () => false,
    }),
    close: async () => {
      process.off('exit', tell);
      cloud.close();
    },
  };
}

// --- internal ---

const ENDED = 'A task called process.exit(). With --memory that ends the whole command. Use --local to isolate tasks.';

async function loadHandler(bundle: string): Promise<Handler> {
  // The build has checked that the bundle exports a handler.
  return ((await import(pathToFileURL(bundle).href)) as { readonly handler: Handler }).handler;
}
