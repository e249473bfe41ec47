import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Message } from 'esbuild';
import { buildSettingsIn, finishBuild, makeBundler, readSettings } from './build.ts';
import type { Build, BuildHandlersOptions, PlannedBuild } from './build.ts';
import { clearArtifact } from './bundling/artifact.ts';
import type { Bundler } from './bundling/bundler.ts';
import { buildError } from './bundling/messages.ts';
import { findHandlers } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';

/** What {@link watchHandlers} is told. */
export interface WatchHandlersOptions extends Omit<BuildHandlersOptions, 'handlers'> {
  readonly handlersDir: string;
  /** Called after each build but the first, never while it is still at work on the one before. */
  readonly onBuild: (build: Build) => void | Promise<void>;
  /** Called when a build, or `onBuild`, has failed. What was built before stays in use. */
  readonly onError: (error: unknown) => void;
}

/** Builds that follow the files. */
export interface HandlerWatch {
  /** The first build. */
  readonly build: Build;
  stop(): Promise<void>;
}

/**
 * Builds all handlers, and again whenever one of their files changes, or a handler is added or removed.
 *
 * @throws ConfigurationError if the first build fails
 */
export async function watchHandlers(options: WatchHandlersOptions): Promise<HandlerWatch> {
  await clearArtifact(options.outDir);
  const watching = new Watching(options);
  const build = await watching.start();
  return { build, stop: () => watching.stop() };
}

// --- internal ---

class Watching {
  readonly #options: WatchHandlersOptions;
  readonly #first: PromiseWithResolvers<Build> = Promise.withResolvers();
  #handlers: readonly HandlerFile[] = [];
  #planned: PlannedBuild | undefined;
  #bundler: Bundler | undefined;
  #folder: FSWatcher | undefined;
  #isFirst = true;
  /** What reacts to changes of the folder: after the first build, one after the other. */
  #changes: Promise<unknown> = this.#first.promise.catch(() => {});
  /** Builds are finished one after the other, too. */
  #reports: Promise<unknown> = Promise.resolve();

  constructor(options: WatchHandlersOptions) {
    this.#options = options;
  }

  async start(): Promise<Build> {
    this.#handlers = await findHandlers(this.#options.handlersDir);
    this.#folder = watch(this.#options.handlersDir, () => {
      this.#changes = this.#changes.then(() => this.#look()).catch(this.#options.onError);
    });
    this.#folder.on('error', this.#options.onError);
    try {
      await this.#watch();
      return await this.#first.promise;
    } catch (error) {
      this.#first.reject(error);
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#folder?.close();
    await this.#changes;
    await this.#bundler?.dispose();
    await this.#reports;
  }

  /** esbuild watches the files it has read; entry points that come or go, and settings that change, need a new bundler. */
  async #look(): Promise<void> {
    const found = await findHandlers(this.#options.handlersDir);
    const names = (handlers: readonly HandlerFile[]): string => handlers.map(({ file }) => file).join('\n');
    const isSame = names(found) === names(this.#handlers);
    this.#handlers = found;
    // What is wrong in a file that was there, its own build says.
    const planned = isSame ? await readSettings(this.#all()).catch(() => this.#planned) : undefined;
    if (isSame && isDeepStrictEqual(planned && settingsIn(planned), this.#planned && settingsIn(this.#planned))) return;
    await this.#bundler?.dispose();
    await this.#watch();
  }

  async #watch(): Promise<void> {
    const planned = await readSettings(this.#all());
    this.#planned = planned;
    const bundler = makeBundler(this.#all(), planned);
    this.#bundler = bundler;
    await bundler.watch((errors) => {
      this.#reports = this.#reports.then(() => this.#report(bundler, planned, errors));
    });
  }

  async #report(bundler: Bundler, planned: PlannedBuild, errors: readonly Message[]): Promise<void> {
    if (bundler !== this.#bundler || (errors.length === 0 && !bundler.isBuilt)) return;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    try {
      if (errors.length > 0) throw buildError(Object.assign(new Error('Build failed'), { errors }));
      const build = await finishBuild(this.#all(), planned, bundler, await bundler.finish());
      if (isFirst) this.#first.resolve(build);
      else await this.#options.onBuild(build);
    } catch (error) {
      if (isFirst) this.#first.reject(error);
      else this.#options.onError(error);
    }
  }

  #all(): BuildHandlersOptions {
    return { ...this.#options, handlers: this.#handlers };
  }
}

/** As much of a plan as a bundler is made from. */
function settingsIn({ project, configs }: PlannedBuild): unknown {
  return [project, ...Object.entries(configs).map(([name, config]) => [name, buildSettingsIn(config)])];
}
