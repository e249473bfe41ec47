import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sibling } from '../../deploy/module-url.ts';
import { withoutAws } from '../endpoints.ts';
import { processSettings, settingsWith, temporaryFolderOf } from './settings.ts';
import { untilHealthy } from './until-answered.ts';

/** Options of {@link startLocalStackProcess}. */
export interface LocalStackProcessOptions {
  /** The folder of the installation. */
  readonly dir: string;
  readonly port: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts an installed LocalStack as a process of this machine, on the loopback interface. It keeps nothing when it stops. */
export async function startLocalStackProcess({
  dir,
  port,
  env,
}: LocalStackProcessOptions): Promise<{ readonly stop: () => Promise<void> }> {
  const temporary = temporaryFolderOf(dir, port);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const logFile = join(dir, `${port}.log`);
  const log = await open(logFile, 'w');
  const functionCommand = [process.execPath, fileURLToPath(sibling('./function-process', import.meta.url))];
  const localstack = spawn(join(dir, 'venv/bin/python'), ['-m', 'localstack.runtime.main'], {
    // LocalStack's own AWS clients must not be led elsewhere.
    env: { ...withoutAws(env), ...settingsWith(env), ...processSettings({ dir, port, functionCommand }) },
    stdio: ['ignore', log.fd, log.fd],
  });
  const ended = new Promise<string>((resolve) => {
    localstack.once('error', ({ message }) => resolve(message));
    localstack.once('close', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  const stop = async (): Promise<void> => {
    localstack.kill('SIGTERM');
    const timer = setTimeout(() => localstack.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(timer);
    await log.close();
    await rm(temporary, { recursive: true, force: true });
  };
  try {
    await untilHealthy(port, ended);
  } catch (cause) {
    await stop();
    const lastLines = (await readFile(logFile, 'utf8')).trimEnd().split('\n').slice(-10).join('\n');
    throw new Error(`Cannot start LocalStack: ${String(cause)}. See ${logFile}, which ends with:\n${lastLines}`, {
      cause,
    });
  }
  return { stop };
}

// --- internal ---

/** Its plugin ends it after 3 s at the latest. */
const STOP_LIMIT_MS = 15_000;
