import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { stageOf } from '../../deploy/local-settings.ts';
import { deployTo } from '../../local/localstack/deployment.ts';
import { startLocalStack } from '../../local/localstack/start-localstack.ts';
import { startMiniStack } from '../../local/ministack/ministack.ts';
import type { Output } from '../output.ts';
import { ownEnvironment } from './own-environment.ts';
import { shellExports } from './shell-exports.ts';

/** The options of {@link deployLocal}. */
export interface DeployLocalOptions {
  readonly emulator: 'ministack' | 'localstack';
  /** Default: that of `serverless.yml`, else `dev`. */
  readonly stage?: string | undefined;
}

/** A stack on an emulator. */
export interface DeployedLocally {
  /** Runs a program with the environment of a caller, until it ends or is to stop, and returns its exit code. */
  readonly run: (words: readonly string[], ended: Promise<void>) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/**
 * Deploys the stack of the project in this folder to an emulator: the one at `AWS_ENDPOINT_URL`, or one that it starts.
 *
 * @throws ConfigurationError if this machine cannot start the emulator, or the project cannot be deployed
 */
export async function deployLocal(
  { emulator, ...options }: DeployLocalOptions,
  output: Output,
): Promise<DeployedLocally> {
  const env = withOwnPrograms(ownEnvironment());
  const stage = stageOf('.', { ...options, environment: env });
  const { url, stop, end } = await openEmulator(emulator, env, output);
  try {
    output.note(`Deploying to ${url}`);
    const deployed = await deployTo({ url, stage, env });
    const callers = { ...env, ...deployed.env };
    await mkdir('.chordal', { recursive: true });
    await writeFile(FILE, `${shellExports(deployed.env).join('\n')}\n`, { mode: 0o600 });
    output.note(`The stack is deployed. Programs reach it with node --env-file=${FILE} <program>. ${end}`);
    return { run: (words, ended) => runHere(words, callers, ended), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

// --- internal ---

/** The addresses of the stack, for other programs. */
const FILE = join('.chordal', 'deployed.env');

type Environment = Readonly<Record<string, string>>;

interface Emulator {
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Says whether the stack outlives the command. */
  readonly end: string;
}

async function openEmulator(name: DeployLocalOptions['emulator'], env: Environment, output: Output): Promise<Emulator> {
  const { AWS_ENDPOINT_URL: given = '' } = process.env;
  if (given !== '') return { url: given, stop: async () => {}, end: `It stays on ${given} when this command ends.` };
  const start = name === 'localstack' ? startLocalStack : startMiniStack;
  const onProgress = (message: string): void => output.note(message);
  const started = await start({ dir: resolve('.chordal', name), env, onProgress });
  if ('missing' in started) throw new ConfigurationError(`Cannot start ${name}: ${started.missing}`);
  const stop = async (): Promise<void> => {
    await Promise.all([started.stop(), rm(FILE, { force: true })]);
  };
  return { url: started.url, stop, end: 'It is removed when this command ends.' };
}

/** The project's own programs, its Node among them, go first. */
function withOwnPrograms(env: Environment): Environment {
  return { ...env, PATH: `${resolve('node_modules', '.bin')}${delimiter}${env['PATH'] ?? ''}` };
}

function runHere([program = '', ...args]: readonly string[], env: Environment, ended: Promise<void>): Promise<number> {
  const child = spawn(program, args, { env, stdio: 'inherit' });
  void ended.then(() => child.kill());
  return new Promise((done, fail) => {
    child.once('error', (cause) => fail(new ConfigurationError(`Cannot run ${program}: ${cause.message}`, { cause })));
    child.once('close', (code) => done(code ?? 1));
  });
}
