import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError } from '../core/errors/caller.ts';
import type { FunctionConfig } from '../core/types/function-config.ts';
import { bytesIn, copyPackages, placeFiles } from './bundling/artifact.ts';
import type { Bundler } from './bundling/bundler.ts';
import { fitPackages } from './bundling/native.ts';
import type { Architecture } from './bundling/native.ts';

/** How functions are deployed, as far as a build is concerned. */
export interface Deployment {
  /** Whether the bundles have source maps. */
  readonly sourceMaps: boolean;
  /** The processor of functions that set none of their own. */
  readonly architecture: Architecture;
  /** The variables that npm gets, which brings packages of another machine. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Turns the links beside the bundles into copies, for the machines that will run them.
 *
 * @throws ConfigurationError if a package has nothing for such a machine, or all is too large for Lambda
 */
export async function makeDeployable(
  outDir: string,
  { shipped, files }: Bundler,
  { architecture, environment }: Deployment,
  configs: readonly FunctionConfig[],
): Promise<void> {
  const architectures = new Set(configs.map((config) => config.architecture ?? architecture));
  await placeFiles(files, outDir, true);
  const copies = await copyPackages(shipped.imported, outDir);
  await fitPackages(copies, [...architectures], join(dirname(resolve(outDir)), 'native'), environment);
  await checkSize(outDir);
}

// --- internal ---

/** The largest unpacked size that Lambda accepts. */
const MOST_BYTES = 250 * 2 ** 20;

async function checkSize(outDir: string): Promise<void> {
  const size = async (path: string): Promise<number> => (path.endsWith('meta.json') ? 0 : (await stat(path)).size);
  const total = await bytesIn(outDir, size);
  if (total <= MOST_BYTES) return;
  const modules = join(outDir, 'node_modules');
  const names = await readdir(modules).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => ({ name, bytes: await bytesIn(join(modules, name), size) })),
  );
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3);
  throw new ConfigurationError(
    `Cannot deploy the functions: unpacked they have ${megabytes(total)}, and Lambda takes ${megabytes(MOST_BYTES)}. ` +
      `The largest packages are ${largest.map(({ name, bytes }) => `${name} (${megabytes(bytes)})`).join(', ')}. Ship fewer, or put them in a layer and name them in \`provided\``,
  );
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
