import { startLocal } from '../../local/local-cloud.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import type { Output } from '../output.ts';
import { clientApp, poll } from './cloud.ts';
import type { OpenCloud } from './cloud.ts';
import { describeEvent } from './describe-event.ts';
import { DEFAULT_SERVICE, DEFAULT_STAGE } from './options.ts';
import type { CloudOptions } from './options.ts';
import { ownEnvironment, useOnly } from './own-environment.ts';

/**
 * Starts the embedded cloud with the handlers on it, for one command.
 *
 * @throws ConfigurationError if a handler cannot be built or used, or another process uses the data folder
 */
export async function openLocalCloud({ handlersDir, dataDir }: CloudOptions, output: Output): Promise<OpenCloud> {
  const local = await startLocal({
    handlersDir,
    service: DEFAULT_SERVICE,
    stage: DEFAULT_STAGE,
    ...(dataDir !== undefined && { dataDir }),
    environment: ownEnvironment(),
    onEvent: (event) => {
      const isNews =
        event.type === 'log' || event.type === 'trouble' || (event.type === 'batch' && event.problem !== undefined);
      if (isNews) output.note(describeEvent(event, output));
    },
  });
  useOnly(local.env);
  return {
    ...clientApp(environmentRuntime()),
    isEmbedded: true,
    untilIdle: poll(() => local.isIdle()),
    close: () => local.stop(),
  };
}
