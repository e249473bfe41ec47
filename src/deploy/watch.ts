import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { context } from 'esbuild';
import type { BuildContext, BuildResult } from 'esbuild';
import { finishBuild, optionsFor } from './build.ts';
import type { Build, BuildHandlersOptions } from './build.ts';
import { buildError, clearBundles } from './bundle.ts';
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
  await clearBundles(options.outDir);
  const watching = new Watching(options);
  const build = await watching.start();
  return { build, stop: () => watching.stop() };
}

// --- internal ---

class Watching {
  readonly #options: WatchHandlersOptions;
  readonly #first: PromiseWithResolvers<Build> = Promise.withResolvers();
  #handlers: readonly HandlerFile[] = [];
  #context: BuildContext | undefined;
  #folder: FSWatcher | undefined;
  #isFirst = true;
  /** What reacts to changes of the folder: after the first build, one after the other. */
  #changes: Promise<unknown> = this.#first.promise.catch(() => {});

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
    await this.#context?.dispose();
  }

  /** esbuild watches the files it has read; entry points that come or go need a new context. */
  async #look(): Promise<void> {
    const found = await findHandlers(this.#options.handlersDir);
    const names = (handlers: readonly HandlerFile[]): string => handlers.map(({ file }) => file).join('\n');
    if (names(found) === names(this.#handlers)) return;
    this.#handlers = found;
    await this.#context?.dispose();
    await this.#watch();
  }

  async #watch(): Promise<void> {
    const esbuildOptions = optionsFor({ ...this.#options, handlers: this.#handlers });
    const reportBuilds = {
      name: 'report-builds',
      setup: (build: { onEnd: (callback: (result: BuildResult) => Promise<void>) => void }): void =>
        build.onEnd((result) => this.#report(result)),
    };
    this.#context = await context({ ...esbuildOptions, plugins: [reportBuilds] });
    await this.#context.watch();
  }

  async #report(result: BuildResult): Promise<void> {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    try {
      const build = await this.#finish(result);
      if (isFirst) this.#first.resolve(build);
      else await this.#options.onBuild(build);
    } catch (error) {
      if (isFirst) this.#first.reject(error);
      else this.#options.onError(error);
    }
  }

  async #finish({ metafile, errors, ...result }: BuildResult): Promise<Build> {
    if (errors.length > 0 || metafile === undefined)
      throw buildError(Object.assign(new Error('Build failed'), { errors }));
    return finishBuild({ ...this.#options, handlers: this.#handlers }, { ...result, errors, metafile });
  }
}
