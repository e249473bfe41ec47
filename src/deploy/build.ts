import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { BuildResult, Metafile } from 'esbuild';
import { buildError, bundleOptions, bundlePath, clearBundles, describeMessage } from './bundle.ts';
import type { HandlerFile } from './handler-file.ts';
import { readRoutes } from './routes.ts';
import type { Routes } from './routes.ts';

/** What {@link buildHandlers} is told. */
export interface BuildHandlersOptions {
  readonly handlers: readonly HandlerFile[];
  /** Functions to bundle with them that run no tasks of their own. Default: none. */
  readonly systemHandlers?: readonly HandlerFile[];
  /** Where the bundles go; what an earlier build left there is removed. */
  readonly outDir: string;
  /** What the handlers find in `process.env` when they are loaded to read their tasks. Default: what this process has. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a build has made. */
export interface Build {
  /** The handlers that it was made from, without the system's. */
  readonly handlers: readonly HandlerFile[];
  readonly outDir: string;
  /** The bundle of each handler, by the handler's name, with the system's. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Also in `routes.json`, beside the bundles. */
  readonly routes: Routes;
  /** What went into each bundle; also in `meta.json`. */
  readonly metafile: Metafile;
  readonly warnings: readonly string[];
}

/**
 * Bundles all handlers in one run and reads which tasks each of them runs.
 *
 * @throws ConfigurationError if one does not build (the message has file and line), does not load, exports no handler or runs another's task
 *
 * @example
 * const { routes } = await buildHandlers({ handlers: await findHandlers('handlers'), outDir: '.build' });
 * routes['add']; // 'math'
 */
export async function buildHandlers(options: BuildHandlersOptions): Promise<Build> {
  await clearBundles(options.outDir);
  const result = await build(optionsFor(options)).catch((error: unknown) => {
    throw buildError(error);
  });
  return finishBuild(options, result);
}

/** The esbuild options for a build. */
export function optionsFor({
  handlers,
  systemHandlers = [],
  outDir,
}: BuildHandlersOptions): ReturnType<typeof bundleOptions> {
  return bundleOptions([...handlers, ...systemHandlers], outDir);
}

/** Reads the routes of what esbuild has made, and writes what belongs beside the bundles. */
export async function finishBuild(
  { handlers, systemHandlers = [], outDir, environment }: BuildHandlersOptions,
  { metafile, warnings }: BuildResult<{ metafile: true }>,
): Promise<Build> {
  const withBundle = (handler: HandlerFile): HandlerFile & { bundle: string } => ({
    ...handler,
    bundle: bundlePath(outDir, handler.name),
  });
  const routes = await readRoutes(handlers.map(withBundle), environment);
  await mkdir(outDir, { recursive: true });
  await writeFile(join(outDir, 'routes.json'), `${JSON.stringify(routes)}\n`);
  await writeFile(join(outDir, 'meta.json'), JSON.stringify(metafile));
  return {
    handlers,
    outDir,
    bundles: Object.fromEntries(
      [...handlers, ...systemHandlers].map(withBundle).map(({ name, bundle }) => [name, bundle]),
    ),
    routes,
    metafile,
    warnings: warnings.map(describeMessage),
  };
}
