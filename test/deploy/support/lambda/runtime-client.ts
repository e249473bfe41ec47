import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { run } from '../run.ts';

/** AWS's runtime interface client for Node.js, or why there is none. */
export type RuntimeClient = { readonly entry: string } | { readonly missing: string };

/**
 * Installs AWS's runtime interface client into `.chordal`, once. It builds its native part from the sources in its package: that takes a C++
 * compiler, make, cmake and Python, and nothing but the npm registry where the installed Node brings its headers along.
 */
export async function prepareRuntimeClient(): Promise<RuntimeClient> {
  const dir = resolve('.chordal/ric');
  const entry = join(dir, 'node_modules', 'aws-lambda-ric', 'index.mjs');
  const made = join(dir, `${VERSION}.made`);
  if (existsSync(made)) return { entry };
  for (const program of ['cmake', 'make', 'g++'])
    if ((await run(program, ['--version']).catch(() => undefined))?.exitCode !== 0)
      return { missing: `there is no ${program} to build the runtime interface client` };
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts=false', `aws-lambda-ric@${VERSION}`];
  const installed = await run('npm', args, { cwd: dir, env: machinesNode() });
  if (installed.exitCode !== 0 || !existsSync(join(dirname(entry), 'rapid-client.node')))
    return { missing: `the runtime interface client cannot be built: ${installed.stderr.trim().split('\n').at(-1)}` };
  await writeFile(made, '');
  return { entry };
}

// --- internal ---

const VERSION = '4.0.2';

/** Returns the variables with which npm builds for the machine's own Node: that of the project's packages has no headers. */
function machinesNode(): Readonly<Record<string, string>> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const bin = folders.find((folder) => existsSync(join(folder, 'node')));
  const root = bin === undefined ? undefined : dirname(bin);
  const hasHeaders = root !== undefined && existsSync(join(root, 'include', 'node', 'node_api.h'));
  return { PATH: folders.join(delimiter), ...(hasHeaders && { npm_config_nodedir: root }) };
}
