import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Build } from './build.ts';
import { sibling } from './module-url.ts';
import { nodeFlags } from './node-flags.ts';
import { received, sent } from './sent-error.ts';
import type { FromBuilder, ToBuilder, WatchSettings } from './watch-messages.ts';
import type { HandlerWatch, WatchHandlersOptions } from './watch.ts';

/**
 * As `watchHandlers`, in a process of its own: if this process is killed, that one ends esbuild and itself, so that nothing stays behind.
 *
 * @throws ConfigurationError if the first build fails
 */
export async function watchApart(
  settings: WatchSettings,
  { onBuild, onError }: Pick<WatchHandlersOptions, 'onBuild' | 'onError'>,
): Promise<HandlerWatch> {
  const child = fork(fileURLToPath(sibling('./watch-process', import.meta.url)), {
    serialization: 'advanced',
    execArgv: nodeFlags(),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const first = Promise.withResolvers<Build>();
  child.on('message', (message: FromBuilder) => {
    switch (message.type) {
      case 'started':
        return tell(child, { type: 'start', settings });
      case 'first':
        return first.resolve(message.build);
      case 'unusable':
        return first.reject(received(message.error));
      case 'failed':
        return onError(received(message.error));
      case 'build':
        return void use(child, message.build, onBuild);
    }
  });
  let isStopping = false;
  child.once('exit', (code, signal) => {
    const error = new Error(
      `Cannot build any more: the process that builds has ended with ${code ?? signal}. Start again.`,
    );
    first.reject(error);
    if (!isStopping) onError(error);
  });
  const stop = (): Promise<void> => {
    isStopping = true;
    return end(child);
  };
  try {
    return { build: await first.promise, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// --- internal ---

async function use(child: ChildProcess, build: Build, onBuild: WatchHandlersOptions['onBuild']): Promise<void> {
  try {
    await onBuild(build);
    tell(child, { type: 'used' });
  } catch (error) {
    tell(child, { type: 'used', error: sent(error) });
  }
}

function tell(child: ChildProcess, message: ToBuilder): void {
  if (child.connected) child.send(message);
}

/** It ends when it is no longer connected. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await ended;
  clearTimeout(timer);
}

const END_LIMIT_MS = 500;
