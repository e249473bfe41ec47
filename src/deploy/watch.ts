import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { stop } from 'esbuild';
import { finishBuild, makeBundler, readSettings } from './build.ts';
import type { Build, BuildHandlersOptions } from './build.ts';
import { clearArtifact } from './bundling/artifact.ts';
import { filesOfBuildError } from './bundling/messages.ts';
import { findHandlers } from './handler-file.ts';
import type { HandlerFile } from './handler-file.ts';

/** The options of {@link watchHandlers}. */
export interface WatchHandlersOptions extends Omit<BuildHandlersOptions, 'handlers'> {
  readonly handlersDir: string;
  /** Called after each build except the first. The next build waits for it. */
  readonly onBuild: (build: Build) => void | Promise<void>;
  /** Called when a build, or `onBuild`, has failed. The previous build stays in use. */
  readonly onError: (error: unknown) => void;
}

/** The builds of handlers that are watched. */
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
  try {
    return { build: await watching.start(), stop: () => watching.stop() };
  } catch (error) {
    await watching.stop();
    throw error;
  }
}

// --- internal ---

/** An editor may save a file in several steps. */
const SETTLE_MS = 50;

/**
 * Watches the folders of all files that went into the last build. esbuild can watch files itself, but only with a process that stays alive:
 * if this process is killed while that one waits for an answer, it never ends. So it runs only during a build.
 */
class Watching {
  readonly #options: WatchHandlersOptions;
  readonly #folders = new Map<string, FSWatcher>();
  #handlers: readonly HandlerFile[] = [];
  /** The files of the last build that esbuild could read. */
  #inputs: readonly string[] = [];
  #startedAt = 0;
  #hasFailed = false;
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** The builds, one after the other. */
  #builds: Promise<void> = Promise.resolve();

  constructor(options: WatchHandlersOptions) {
    this.#options = options;
  }

  async start(): Promise<Build> {
    const first = this.#build();
    this.#builds = first.then(
      () => {},
      () => {},
    );
    return first;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    for (const folder of this.#folders.values()) folder.close();
    await this.#builds;
  }

  async #build(): Promise<Build> {
    this.#startedAt = Date.now();
    this.#hasFailed = true;
    this.#watchFolder(resolve(this.#options.handlersDir));
    try {
      this.#handlers = await findHandlers(this.#options.handlersDir);
      const options = { ...this.#options, handlers: this.#handlers };
      const settings = await readSettings(options);
      const bundler = makeBundler(options, settings);
      try {
        const bundled = await bundler.run();
        await this.#follow(Object.keys(bundled.metafile.inputs));
        const built = await finishBuild(options, settings, bundler, bundled);
        this.#hasFailed = false;
        return built;
      } finally {
        await bundler.dispose();
      }
    } catch (error) {
      // The mistake may be in a file that no earlier build has read.
      for (const file of filesOfBuildError(error)) this.#watchFolder(dirname(resolve(file)));
      throw error;
    } finally {
      await stop();
    }
  }

  /** Watches the files of a build. Some are made by plugins, and lie in no folder. */
  async #follow(files: readonly string[]): Promise<void> {
    const own = files.map((file) => resolve(file)).filter(isOwnFile);
    const changes = await Promise.all(own.map(changedAt));
    this.#inputs = own.filter((_, index) => changes[index] !== undefined);
    this.#watch([this.#options.handlersDir, ...this.#inputs.map((file) => dirname(file))]);
  }

  /** Watches these folders, and no others. */
  #watch(folders: readonly string[]): void {
    const wanted = new Set(folders.map((folder) => resolve(folder)));
    for (const [folder, watcher] of this.#folders) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of wanted) this.#watchFolder(folder);
  }

  #watchFolder(folder: string): void {
    if (this.#isStopped || this.#folders.has(folder)) return;
    try {
      const watcher = watch(folder, () => this.#settle()).on('error', () => this.#forget(folder));
      this.#folders.set(folder, watcher);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  /** A folder that is removed and made again is watched again after the next build. */
  #forget(folder: string): void {
    this.#folders.get(folder)?.close();
    this.#folders.delete(folder);
  }

  #settle(): void {
    clearTimeout(this.#timer);
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#builds = this.#builds.then(() => this.#buildIfChanged());
    }, SETTLE_MS);
  }

  async #buildIfChanged(): Promise<void> {
    const { onBuild, onError } = this.#options;
    try {
      if (this.#isStopped || !(await this.#isChanged())) return;
      await onBuild(await this.#build());
    } catch (error) {
      onError(error);
    }
  }

  async #isChanged(): Promise<boolean> {
    if (this.#hasFailed) return true;
    const found = await findHandlers(this.#options.handlersDir);
    if (namesOf(found) !== namesOf(this.#handlers)) return true;
    const changes = await Promise.all(this.#inputs.map(changedAt));
    return changes.some((at) => at === undefined || at >= this.#startedAt);
  }
}

/** Returns when a file, its name or its rights changed, a time that no program can set back, or undefined if there is no such file. */
async function changedAt(file: string): Promise<number | undefined> {
  return stat(file).then(
    ({ ctimeMs }) => ctimeMs,
    () => undefined,
  );
}

/** Returns whether a file belongs to the project, and not to a package. */
function isOwnFile(file: string): boolean {
  return !file.split(sep).includes('node_modules');
}

function namesOf(handlers: readonly HandlerFile[]): string {
  return handlers.map(({ file }) => file).join('\n');
}
