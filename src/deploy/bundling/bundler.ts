import { context } from 'esbuild';
import type { BuildContext, BuildResult, Message, Metafile, Plugin } from 'esbuild';
import type { BuildSettings } from '../../core/types/function-config.ts';
import type { HandlerFile } from '../handler-file.ts';
import { assetFiles, linkPackages, placeFiles } from './artifact.ts';
import { buildError } from './messages.ts';
import { bundleOptions, contextOf, programOptions } from './options.ts';
import type { BundleContext } from './options.ts';
import { findPackage } from './packages.ts';
import { mergeSettings } from './settings.ts';
import { Shipped } from './shipped.ts';

/** The options of {@link Bundler}. */
export interface BundlerOptions {
  readonly root: string;
  readonly outDir: string;
  readonly handlers: readonly HandlerFile[];
  readonly settingsOf: (handler: string) => BuildSettings;
  readonly form: BundleContext['form'];
}

/** The report of esbuild on all bundles. */
export interface Bundled {
  readonly metafile: Metafile;
  readonly warnings: readonly Message[];
}

/**
 * Bundles handlers: those with the same settings in one run of esbuild, so that they share common code. Then it puts beside them what
 * they need, as links.
 */
export class Bundler {
  readonly shipped: Shipped;
  /** Files beside the bundles, by their place. */
  readonly files: Map<string, string> = new Map();
  readonly #options: BundlerOptions;
  readonly #groups: readonly Group[];
  #contexts: readonly BuildContext[] = [];
  readonly #results = new Map<Group, Result>();
  readonly #programs = new Map<string, BuildContext<ReturnType<typeof programOptions>>>();

  constructor(options: BundlerOptions) {
    this.#options = options;
    this.shipped = new Shipped(options.root);
    this.#groups = groupsOf(options, this.shipped, this.files);
  }

  /**
   * Builds everything.
   *
   * @throws ConfigurationError if something does not build
   */
  async run(): Promise<Bundled> {
    await this.#open();
    for (;;) {
      const { growth } = this.shipped;
      await Promise.all(this.#contexts.map((one) => one.rebuild())).catch(throwBuildError);
      if (growth === this.shipped.growth) return this.finish();
    }
  }

  /** Builds the modules that bundles load by URL, and puts all needed files beside the bundles. */
  async finish(): Promise<Bundled> {
    const { root, outDir } = this.#options;
    const programs = await this.#buildPrograms().catch(throwBuildError);
    for (const { context: one } of this.#groups) {
      for (const [place, file] of await assetFiles(root, one.settings.assets ?? [])) this.files.set(place, file);
      for (const name of one.settings.external ?? []) {
        const dir = name.includes('*') ? undefined : findPackage(name, root);
        if (dir !== undefined) this.shipped.include(name, dir);
      }
    }
    await placeFiles(this.files, outDir, false);
    await linkPackages(this.shipped.imported, outDir);
    const results = [...this.#results.values(), ...programs];
    return {
      metafile: {
        inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)) as Metafile['inputs'],
        outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)) as Metafile['outputs'],
      },
      warnings: results.flatMap(({ warnings }) => warnings),
    };
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#contexts, ...this.#programs.values()].map((one) => one.dispose()));
  }

  async #open(): Promise<void> {
    this.#contexts = await Promise.all(this.#groups.map((group) => this.#contextOf(group))).catch(throwBuildError);
  }

  async #contextOf(group: Group): Promise<BuildContext> {
    const options = bundleOptions(group.handlers, this.#options.outDir, group.context);
    const keep: Plugin = {
      name: 'chordal-results',
      setup: (build) => {
        build.onEnd((result) => {
          const { metafile } = result;
          if (metafile !== undefined) this.#results.set(group, { ...result, metafile });
        });
      },
    };
    return context({ ...options, plugins: [...(options.plugins ?? []), keep] });
  }

  async #buildPrograms(): Promise<readonly Result[]> {
    for (;;) {
      const { growth } = this.shipped;
      const results = new Map<string, Result>();
      for (const { context: one } of this.#groups) {
        // Each may name others, which are then behind it.
        for (const [place, file] of one.beside.programs) {
          if (!results.has(place)) results.set(place, await this.#buildProgram(place, file, one));
        }
      }
      if (growth === this.shipped.growth) return [...results.values()];
    }
  }

  async #buildProgram(place: string, file: string, given: BundleContext): Promise<Result> {
    const program =
      this.#programs.get(place) ?? (await context(programOptions(place, file, this.#options.outDir, given)));
    this.#programs.set(place, program);
    return program.rebuild();
  }
}

// --- internal ---

type Result = BuildResult<{ metafile: true }>;

interface Group {
  readonly handlers: readonly HandlerFile[];
  readonly context: BundleContext;
}

function groupsOf(
  { root, handlers, settingsOf, form }: BundlerOptions,
  shipped: Shipped,
  files: Map<string, string>,
): readonly Group[] {
  const groups = new Map<string, { settings: BuildSettings; handlers: HandlerFile[] }>();
  for (const handler of handlers) {
    const settings = mergeSettings(settingsOf(handler.name));
    // A plugin is known by its identity: those of the project are the same for all of its handlers.
    const key = JSON.stringify({ ...settings, assets: [] }, (_, value: unknown) =>
      typeof value === 'function' ? String(value) : value,
    );
    const group = groups.get(key) ?? { settings, handlers: [] };
    group.settings = { ...group.settings, assets: [...(group.settings.assets ?? []), ...(settings.assets ?? [])] };
    group.handlers.push(handler);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ settings, handlers: own }) => ({
    handlers: own,
    context: { ...contextOf(root, settings), form, shipped, beside: { files, programs: new Map<string, string>() } },
  }));
}

function throwBuildError(error: unknown): never {
  throw buildError(error);
}
