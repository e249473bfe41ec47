import { cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { compact } from '../../core/values/compact.ts';
import type { Build } from '../../deploy/build.ts';
import { variablesOf } from '../../deploy/function-config.ts';
import type { LocalSettings } from '../../deploy/local-settings.ts';
import { systemHandlers } from '../../deploy/system-handlers.ts';
import { watchHandlers } from '../../deploy/watch.ts';
import type { HandlerWatch } from '../../deploy/watch.ts';
import { deployTo } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { EmulatorApi } from './emulator-api.ts';
import { followLogs } from './follow-logs.ts';
import type { FollowedLogs } from './follow-logs.ts';
import { startLocalStack } from './start-localstack.ts';

/** Options of {@link startLocalStackDev}. */
export interface LocalStackDevOptions {
  readonly handlersDir: string;
  /** The settings of the project. */
  readonly settings: Pick<LocalSettings, 'stage' | 'configs' | 'standard' | 'environment'>;
  /** The address of a LocalStack that runs already. Default: one is started, and stopped at the end. */
  readonly url?: string;
  /** The port of the one that is started. Default: any that is free. */
  readonly port?: number;
  /** The variables of this process, without those of a cloud. */
  readonly env: Readonly<Record<string, string>>;
  readonly onProgress: (message: string) => void;
  /** Takes the lines that functions log. */
  readonly onLog: (functionName: string, line: string) => void;
}

/** A project that is deployed to LocalStack, and follows its files. */
export interface LocalStackDev {
  /** All that another process needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** A folder for files that others read while it runs. */
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/**
 * Deploys the project in the current folder to LocalStack, replaces the code of its functions whenever a file changes, and shows their logs.
 * A handler that comes or goes is another deployment.
 *
 * @throws ConfigurationError if there is no LocalStack, or the project cannot be deployed
 */
export async function startLocalStackDev(options: LocalStackDevOptions): Promise<LocalStackDev> {
  const loop = new DevLoop(options);
  try {
    return await loop.start();
  } catch (error) {
    await loop.stop();
    throw error;
  }
}

// --- internal ---

const FOLDER = '.chordal/dev-localstack';

/** The start of a line of CloudWatch's embedded metric format. */
const METRICS = '{"_aws"';

class DevLoop {
  readonly #options: LocalStackDevOptions;
  readonly #folder: string = resolve(FOLDER);
  #localstack: { readonly stop: () => Promise<void> } | undefined;
  #deployment: Deployment | undefined;
  #watch: HandlerWatch | undefined;
  #logs: FollowedLogs | undefined;
  #handlers: readonly string[] = [];
  #builds = 0;

  constructor(options: LocalStackDevOptions) {
    this.#options = options;
  }

  async start(): Promise<LocalStackDev> {
    const { handlersDir, settings, env, onProgress, onLog } = this.#options;
    const url = this.#options.url ?? (await this.#startLocalStack());
    const outDir = join(this.#folder, 'build');
    await this.#deploy(url);
    await rm(this.#folder, { recursive: true, force: true });
    this.#watch = await watchHandlers({
      handlersDir,
      systemHandlers: systemHandlers(),
      outDir,
      configs: settings.configs,
      standard: settings.standard,
      // Functions there have the variables of serverless.yml, whatever this machine has.
      environmentOf: (_, config) => ({
        ...env,
        ...settings.environment,
        ...variablesOf(config),
        ...this.#deployment?.env,
      }),
      // Copies of all that the functions need: a container sees nothing else of this machine.
      deployment: {
        sourceMaps: true,
        architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
        environment: env,
      },
      onBuild: (build) => this.#replace(url, build),
      onError: (error) => onProgress(`Not deployed: ${error instanceof Error ? error.message : String(error)}`),
    });
    this.#handlers = namesIn(this.#watch.build);
    this.#logs = followLogs(
      new EmulatorApi(url),
      () => this.#functions(),
      (name, line) => {
        if (!line.startsWith(METRICS)) onLog(name, line);
      },
    );
    // A file, so that a process that starts after a change finds its tasks.
    const callerEnv = { ...this.#deployment?.env, CHORDAL_ROUTES: join(outDir, 'routes.json') };
    return { env: callerEnv, folder: FOLDER, stop: () => this.stop() };
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
    await this.#logs?.stop();
    await this.#localstack?.stop();
    // A LocalStack that stays up may still read the code in it.
    if (this.#localstack !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #startLocalStack(): Promise<string> {
    const { env, port, onProgress } = this.#options;
    const dir = resolve('.chordal/localstack');
    const started = await startLocalStack({ dir, env, onProgress, ...compact({ port }) });
    if ('missing' in started) throw new ConfigurationError(`Cannot start LocalStack: ${started.missing}`);
    this.#localstack = started;
    return started.url;
  }

  async #deploy(url: string): Promise<void> {
    const { settings, env, onProgress } = this.#options;
    onProgress(`Deploying to ${url}`);
    const startedAt = performance.now();
    this.#deployment = await deployTo({ url, stage: settings.stage, env });
    onProgress(`Deployed in ${secondsSince(startedAt)}`);
  }

  /** Replaces the code. Each build has its own folder: running functions keep the files that they started with. */
  async #replace(url: string, build: Build): Promise<void> {
    const startedAt = performance.now();
    const names = namesIn(build);
    if (names.join() !== this.#handlers.join()) {
      await this.#deploy(url);
      // Not before: one that fails is tried again after the next change.
      this.#handlers = names;
      return;
    }
    this.#builds += 1;
    const root = join(this.#folder, String(this.#builds));
    // As in the package of a deployment.
    const bundles = join(root, '.chordal', 'build');
    await mkdir(bundles, { recursive: true });
    await cp(build.outDir, bundles, { recursive: true });
    const api = new EmulatorApi(url);
    await Promise.all(this.#functions().map((name) => api.runFromFolder(name, root)));
    await rm(join(this.#folder, String(this.#builds - KEPT_BUILDS)), { recursive: true, force: true });
    this.#options.onProgress(
      `Replaced the code of ${this.#functions().length} functions in ${secondsSince(startedAt)}`,
    );
  }

  #functions(): readonly string[] {
    const system = systemHandlers().map(({ name }) => name);
    return [...this.#handlers, ...system].map((name) => `${this.#deployment?.prefix}${name}`);
  }
}

/** Builds whose functions may still run. */
const KEPT_BUILDS = 5;

function namesIn({ handlers }: Build): readonly string[] {
  return handlers.map(({ name }) => name).toSorted();
}

function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
