import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { ConfigurationError } from '../core/errors/caller.ts';
import { withHigh } from '../core/protocol/priority.ts';
import type { HighTasks } from '../core/protocol/priority.ts';
import type { BuildSettings, FunctionConfig, ProjectBuild } from '../core/types/function-config.ts';
import { clearArtifact } from './bundling/artifact.ts';
import { Bundler } from './bundling/bundler.ts';
import type { Bundled } from './bundling/bundler.ts';
import { describeMessage } from './bundling/messages.ts';
import { projectRoot, readProjectBuild } from './bundling/project-file.ts';
import { buildSettingsOf, mergeSettings } from './bundling/settings.ts';
import { checkFunctionConfig, configWith, writtenConfig } from './function-config.ts';
import type { HandlerFile } from './handler-file.ts';
import { makeDeployable } from './make-deployable.ts';
import type { Deployment } from './make-deployable.ts';
import type { FunctionOptions } from './project.ts';
import { loadHandlers, routesOf } from './routes.ts';
import type { Routes, UsableHandler } from './routes.ts';
import { schedulesOf } from './schedules.ts';
import type { QueuedSchedule } from './schedules.ts';

/** The options of {@link buildHandlers}. */
export interface BuildHandlersOptions {
  readonly handlers: readonly HandlerFile[];
  /** Functions to bundle with them that run no tasks of their own. Default: none. */
  readonly systemHandlers?: readonly HandlerFile[];
  /** The folder for the bundles; the files of an earlier build are removed from it. */
  readonly outDir: string;
  /** The `process.env` of a handler when it is loaded to read its tasks. Default: that of this process. */
  readonly environmentOf?: (handler: HandlerFile, config: FunctionConfig) => Readonly<Record<string, string>>;
  /** Configurations that go before those that the handlers export, by the handlers' names. Default: none. */
  readonly configs?: Readonly<Record<string, FunctionConfig>>;
  /** The settings of a function that has none of its own. Default: none. */
  readonly standard?: FunctionOptions;
  /** Whether the bundles are for Lambda: small, with copies of all that they need. Default: for this machine and its people. */
  readonly deployment?: Deployment;
}

/** The result of a build. */
export interface Build {
  /** The handlers that it was made from, without the system's. */
  readonly handlers: readonly HandlerFile[];
  readonly outDir: string;
  /** The bundle of each handler, by the handler's name, with the system's. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Also in `routes.json`, beside the bundles. */
  readonly routes: Routes;
  /** The schedules that the handlers' modules have made. */
  readonly schedules: readonly QueuedSchedule[];
  /** The queues of Python workers that handlers send to, by the handler's name. */
  readonly externalQueues: Readonly<Record<string, readonly string[]>>;
  /** The handlers with a queue for high priority, each with its tasks of that priority. */
  readonly high: HighTasks;
  /** The configuration of each handler, by its name. */
  readonly configs: Readonly<Record<string, FunctionConfig>>;
  /** The contents of each bundle; also in `meta.json`. */
  readonly metafile: Metafile;
  readonly warnings: readonly string[];
}

/**
 * Bundles all handlers and reads which tasks each of them runs.
 *
 * @throws ConfigurationError if one does not build (the message has file and line), does not load, exports no handler, runs another's task
 * or has a configuration that is wrong
 *
 * @example
 * const { routes } = await buildHandlers({ handlers: await findHandlers('handlers'), outDir: '.build' });
 * routes['add']; // 'math'
 */
export async function buildHandlers(options: BuildHandlersOptions): Promise<Build> {
  const settings = await readSettings(options);
  await clearArtifact(options.outDir);
  const bundler = makeBundler(options, settings);
  try {
    return await finishBuild(options, settings, bundler, await bundler.run());
  } finally {
    await bundler.dispose();
  }
}

/** The settings of a build that are known before it. */
export interface PlannedBuild {
  readonly project: ProjectBuild;
  /** The `config` written in the handlers' files, with the configurations that go before it. */
  readonly configs: Readonly<Record<string, FunctionConfig>>;
}

/**
 * Reads the settings of a build from the project and its handlers.
 *
 * @throws ConfigurationError if one is unknown or wrong
 */
export async function readSettings({ handlers, configs = {} }: BuildHandlersOptions): Promise<PlannedBuild> {
  const project = await readProjectBuild(
    rootOf(handlers),
    handlers.map(({ name }) => name),
  );
  const written = await Promise.all(
    handlers.map(async ({ name, file }) => {
      const found = await writtenConfig(file);
      const place = placeOfConfig(file);
      const config = found === undefined ? {} : checkFunctionConfig(found, place);
      return [name, configWith(config, configs[name], place)] as const;
    }),
  );
  return { project, configs: Object.fromEntries(written) };
}

/** Makes the bundler for a build. */
export function makeBundler(
  { handlers, systemHandlers = [], outDir, deployment }: BuildHandlersOptions,
  { project, configs }: PlannedBuild,
): Bundler {
  const { handlers: own = {}, ...all } = project;
  return new Bundler({
    root: rootOf(handlers),
    outDir,
    handlers: [...handlers, ...systemHandlers],
    settingsOf: (name) => mergeSettings(all, own[name], buildSettingsIn(configs[name])),
    form: deployment === undefined ? 'readable' : deployment.sourceMaps ? 'small-with-map' : 'small',
  });
}

/** Loads the bundles, and writes the files that belong beside them. */
export async function finishBuild(
  options: BuildHandlersOptions,
  planned: PlannedBuild,
  bundler: Bundler,
  { metafile, warnings }: Bundled,
): Promise<Build> {
  const { handlers, systemHandlers = [], outDir, deployment, environmentOf, standard = {} } = options;
  const bundleOf = ({ name }: HandlerFile): string => join(resolve(outDir), `${name}.mjs`);
  const loaded = await loadHandlers(
    handlers.map((handler) => ({
      ...handler,
      bundle: bundleOf(handler),
      ...(environmentOf && { environment: environmentOf(handler, planned.configs[handler.name] ?? {}) }),
    })),
  );
  const configs = loadedConfigs(loaded, options, planned);
  const timed = handlers.map((one) => ({
    ...one,
    timeoutSeconds: configs[one.name]?.timeout ?? standard.timeoutSeconds,
  }));
  const routes = routesOf(loaded, timed);
  const high = Object.fromEntries(loaded.flatMap((one) => (one.high === undefined ? [] : [[one.name, one.high]])));
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'routes.json'), `${JSON.stringify(withHigh(routes, high))}\n`);
  await writeFile(join(outDir, 'meta.json'), JSON.stringify(metafile));
  if (deployment) await makeDeployable(outDir, bundler, deployment, Object.values(configs));
  return {
    handlers,
    outDir,
    bundles: Object.fromEntries([...handlers, ...systemHandlers].map((handler) => [handler.name, bundleOf(handler)])),
    routes,
    schedules: schedulesOf(loaded, handlers, routes, high),
    externalQueues: Object.fromEntries(loaded.map(({ name, externalQueues }) => [name, externalQueues])),
    high,
    configs,
    metafile,
    warnings: warnings.map(describeMessage),
  };
}

// --- internal ---

/** Returns the part of a configuration that decides how a handler is built. */
function buildSettingsIn(config: FunctionConfig | undefined): BuildSettings | undefined {
  // Its fields are those of an object.
  return config && buildSettingsOf(config as Readonly<Record<string, unknown>>);
}

function rootOf([first]: readonly HandlerFile[]): string {
  return projectRoot(dirname(first?.file ?? join('handlers', 'none')));
}

function placeOfConfig(file: string): string {
  return `config of ${file}`;
}

/** Returns the configurations as the running modules have them: the best source, except for settings of the build. */
function loadedConfigs(
  loaded: readonly UsableHandler[],
  { handlers, configs = {} }: BuildHandlersOptions,
  planned: PlannedBuild,
): Readonly<Record<string, FunctionConfig>> {
  const files = new Map(handlers.map(({ name, file }) => [name, file]));
  const all = loaded.map(({ name, config }) => {
    const place = placeOfConfig(files.get(name) ?? name);
    const own = config === undefined ? {} : checkFunctionConfig(config, place);
    const merged = configWith(own, configs[name], place);
    const [late] = Object.keys(buildSettingsIn(merged) ?? {});
    if (
      late !== undefined &&
      JSON.stringify(buildSettingsIn(merged)) !== JSON.stringify(buildSettingsIn(planned.configs[name]))
    ) {
      throw new ConfigurationError(
        `Cannot use ${late} of ${place}: it is computed, and the build needs it before the file runs. Write the whole \`config\` as one object of texts, numbers and lists, or put ${late} in \`build.handlers.${name}\` of chordal.config.ts.`,
      );
    }
    return [name, merged] as const;
  });
  return Object.fromEntries(all);
}
