#!/usr/bin/env node
/** `npm create chordal@latest shop`: makes a project, and installs its packages. */
import { spawnSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { CreateError, createProject } from './create.ts';

const HELP = `Makes a chordal project, or adds what is missing to the one in a folder.

  npm create chordal@latest <folder> -- [--no-install] [--packages <folder>]

  --no-install         do not run npm install
  --packages <folder>  take the packages from the tarballs in this folder, not from the registry
`;

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (!(error instanceof CreateError) && !isUsage) throw error;
  process.stderr.write(`create-chordal: ${error.message}\n`);
  process.exitCode = 2;
}

// --- internal ---

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    // npm takes the first -- alone, and passes any other on.
    args: process.argv.slice(2).filter((word) => word !== '--'),
    allowPositionals: true,
    options: { 'no-install': { type: 'boolean' }, packages: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [dir, ...others] = positionals;
  if (values.help === true || dir === undefined || others.length > 0) {
    process.stderr.write(HELP);
    return values.help === true ? 0 : 2;
  }
  return create(dir, values);
}

interface Given {
  readonly packages?: string | undefined;
  readonly 'no-install'?: boolean | undefined;
}

async function create(dir: string, { packages, 'no-install': isBare = false }: Given): Promise<number> {
  const { added, kept, hints, hasExample } = await createProject({ dir, packages });
  const place = relative(process.cwd(), dir) || '.';
  say(`Added to ${place}: ${added.join(', ') || 'nothing'}`);
  if (kept.length > 0) say(`Kept as it is: ${kept.join(', ')}`);
  for (const hint of hints) say(hint);
  if (!isBare && !install(dir)) return 1;
  say(`
Run:
${place === '.' ? '' : `  cd ${place}\n`}${isBare ? '  npm install\n' : ''}  npx chordal dev
and in another shell of that folder:
  ${hasExample ? 'npm run chord' : 'npx chordal call <task> [argument…] --wait'}`);
  return 0;
}

/** Each package of an older Node would print a warning of its own: one sentence says it. */
function install(dir: string): boolean {
  const [major = 0] = process.versions.node.split('.').map(Number);
  if (major < 24) say(`This is Node ${process.versions.node}: the project gets Node 24 of its own.`);
  say('Installing packages …');
  // On Windows npm is a script of the shell.
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status === 0) return true;
  say(`npm install ended with ${status ?? 'a signal'} in ${join(dir)}. Run it there again.`);
  return false;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
