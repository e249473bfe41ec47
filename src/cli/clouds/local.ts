import { compact } from '../../core/values/compact.ts';
import { ownVariables } from '../../local/endpoints.ts';
import { startLocal } from '../../local/local-cloud.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import { localOptionsOf } from '../dev/project-settings.ts';
import type { Output } from '../output.ts';
import { clientApp, environmentsSchedules, poll } from './cloud.ts';
import type { OpenCloud } from './cloud.ts';
import { describeEvent } from './describe-event.ts';
import type { CloudOptions } from './options.ts';
import { useOnly } from './own-environment.ts';

/**
 * Starts the embedded cloud with the handlers on it, for one command.
 *
 * @throws ConfigurationError if a handler cannot be built or used, or another process uses the data folder
 */
export async function openLocalCloud({ handlersDir, dataDir }: CloudOptions, output: Output): Promise<OpenCloud> {
  const local = await startLocal({
    ...(await localOptionsOf({ handlersDir }, output)),
    ...compact({ dataDir }),
    aws: 'account',
    onEvent: (event) => {
      const isNews =
        event.type === 'log' || event.type === 'trouble' || (event.type === 'batch' && event.problem !== undefined);
      if (isNews) output.note(describeEvent(event, output));
    },
  });
  useOnly(ownVariables(local.env));
  return {
    ...clientApp(environmentRuntime()),
    isEmbedded: true,
    died: local.died,
    untilIdle: poll(() => local.isIdle()),
    schedules: environmentsSchedules,
    close: () => local.stop(),
  };
}
