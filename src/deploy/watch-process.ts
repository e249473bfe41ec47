/** The process that builds for `chordal dev`. It ends with the process that has started it, and ends esbuild first: killed, that one could not. */
import { stop } from 'esbuild';
import { compact } from '../core/values/compact.ts';
import type { Build } from './build.ts';
import { variablesOf } from './function-config.ts';
import { received, sent } from './sent-error.ts';
import type { FromBuilder, ToBuilder, WatchSettings } from './watch-messages.ts';
import { watchHandlers } from './watch.ts';

let used: PromiseWithResolvers<void> | undefined;

process.on('disconnect', () => void stop().finally(() => process.exit()));
// Ctrl-C on a terminal, and its end, reach every process: the one that has started this one says when to end.
for (const signal of ['SIGHUP', 'SIGINT'] as const) process.on(signal, () => {});
process.on('message', (message: ToBuilder) => {
  if (message.type === 'start') void start(message.settings);
  else if (message.error === undefined) used?.resolve();
  else used?.reject(received(message.error));
});
say({ type: 'started' });

// --- internal ---

async function start({
  providerEnvironment,
  environment,
  configs,
  standard,
  ...settings
}: WatchSettings): Promise<void> {
  try {
    const { build } = await watchHandlers({
      ...settings,
      ...compact({ configs, standard }),
      ...(environment && {
        environmentOf: (_, config) => ({ ...providerEnvironment, ...variablesOf(config), ...environment }),
      }),
      onBuild: use,
      onError: (error) => say({ type: 'failed', error: sent(error) }),
    });
    say({ type: 'first', build });
  } catch (error) {
    say({ type: 'unusable', error: sent(error) });
  }
}

/** Hands a build over, and waits until it is in use. */
async function use(build: Build): Promise<void> {
  used = Promise.withResolvers();
  say({ type: 'build', build });
  await used.promise;
}

function say(message: FromBuilder): void {
  process.send?.(message);
}
