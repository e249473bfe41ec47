import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { messageOf } from '../../core/text/describe.ts';
import { labelOf } from './artifact.ts';
import type { PackageCopy } from './artifact.ts';
import { isNative, manifestOf, PLATFORM } from './packages.ts';
import type { Manifest } from './packages.ts';

/** The processors that Lambda has, as Serverless names them. */
export type Architecture = 'arm64' | 'x86_64';

/**
 * Makes the packages of an artifact those of the machine that runs it: files for other machines are left out, missing files for
 * this one is installed by npm into a cache, and every addon is looked at.
 *
 * @param environment the variables that npm gets
 * @param cacheDir where packages for other machines are kept from one build to the next
 * @throws ConfigurationError if there is no addon for that machine
 */
export async function fitPackages(
  copies: readonly PackageCopy[],
  architectures: readonly Architecture[],
  cacheDir: string,
  environment: Environment,
): Promise<void> {
  const machines = architectures.map((architecture): Machine => ({ os: 'linux', cpu: CPUS[architecture] }));
  const kept: PackageCopy[] = [];
  for (const copy of copies) {
    if (machines.some((machine) => isFor(manifestOf(copy.from), machine))) kept.push(copy);
    else await rm(copy.to, { recursive: true, force: true });
  }
  await Promise.all(kept.map(({ to }) => dropOtherPrebuilds(to, machines)));
  const natives = kept.filter(({ from }) => isNative(from));
  for (const machine of machines) {
    if (isThisMachine(machine)) continue;
    await addFor({ ...machine, environment }, natives, join(cacheDir, `${machine.os}-${machine.cpu}`));
  }
  await Promise.all(natives.map((copy) => checkAddons(copy, machines)));
}

// --- internal ---

type Environment = Readonly<Record<string, string | undefined>>;

interface Machine {
  readonly os: 'linux';
  readonly cpu: 'arm64' | 'x64';
}

const CPUS = { arm64: 'arm64', x86_64: 'x64' } as const;

function isThisMachine({ os, cpu }: Machine): boolean {
  return process.platform === os && process.arch === cpu && !existsSync('/etc/alpine-release');
}

/** Returns whether a package is for a machine, as npm reads `os`, `cpu` and `libc`; Lambda's is glibc. */
function isFor({ os, cpu, libc }: Manifest, machine: Machine): boolean {
  return allows(os, machine.os) && allows(cpu, machine.cpu) && allows(libc, 'glibc');
}

function allows(list: readonly string[] | undefined, value: string): boolean {
  if (list === undefined || list.length === 0) return true;
  if (list.includes(`!${value}`)) return false;
  return list.includes(value) || list.includes('any') || list.every((one) => one.startsWith('!'));
}

async function dropOtherPrebuilds(dir: string, machines: readonly Machine[]): Promise<void> {
  const prebuilds = join(dir, 'prebuilds');
  const names = await readdir(prebuilds).catch(() => []);
  const others = names.filter(
    (name) => !machines.some(({ os, cpu }) => name === `${os}-${cpu}` || name === `${os}-glibc-${cpu}`),
  );
  await Promise.all(others.map((name) => rm(join(prebuilds, name), { recursive: true, force: true })));
}

/** Has npm add files for another machine: packages of its kind, or an addon that a package's own script fetches. */
async function addFor(
  machine: Machine & { readonly environment: Environment },
  natives: readonly PackageCopy[],
  cache: string,
): Promise<void> {
  const lacking: PackageCopy[] = [];
  for (const copy of natives) if (!(await hasAddonFor(copy, natives, machine))) lacking.push(copy);
  for (const copy of lacking) {
    const dir = join(cache, labelOf(copy.from).replaceAll('/', '+'));
    const { name = '' } = manifestOf(copy.from);
    await install(machine, copy, dir);
    const modules = join(dir, 'node_modules');
    for (const addon of await addonsIn(join(modules, name))) {
      const inner = relative(join(modules, name), addon);
      await cp(addon, join(copy.to, inner));
    }
    const target = join(copy.to.slice(0, copy.to.lastIndexOf(`${sep}node_modules${sep}`)), 'node_modules');
    for (const other of await packagesFor(modules))
      await cp(join(modules, other), join(target, other), { recursive: true });
  }
}

async function hasAddonFor(
  { from, to }: PackageCopy,
  natives: readonly PackageCopy[],
  machine: Machine,
): Promise<boolean> {
  const { optionalDependencies = {} } = manifestOf(from);
  const platforms = Object.keys(optionalDependencies).filter((name) => PLATFORM.test(name));
  if (platforms.length > 0) {
    return natives
      .concat()
      .some(({ from: other }) => platforms.includes(manifestOf(other).name ?? '') && isFor(manifestOf(other), machine));
  }
  const addons = await addonsIn(to);
  const machines = await Promise.all(addons.map(cpuOf));
  return addons.length === 0 || machines.includes(machine.cpu);
}

/** Kept from build to build, by the package's version. */
async function install(
  { os, cpu, environment }: Machine & { readonly environment: Environment },
  { from }: PackageCopy,
  dir: string,
): Promise<void> {
  const { name = '', version = '' } = manifestOf(from);
  if (existsSync(join(dir, 'done'))) return;
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
  const target = { npm_config_arch: cpu, npm_config_platform: os, npm_config_libc: 'glibc' };
  const args = [
    'install',
    `--os=${os}`,
    `--cpu=${cpu}`,
    '--libc=glibc',
    '--no-audit',
    '--no-fund',
    '--no-package-lock',
  ];
  try {
    await promisify(execFile)('npm', args, {
      cwd: dir,
      env: { ...environment, ...target },
      timeout: 300_000,
      shell: process.platform === 'win32',
    });
  } catch (cause) {
    throw new ConfigurationError(
      `Cannot ship ${labelOf(from)} for ${os}-${cpu}: npm install --os=${os} --cpu=${cpu} has failed (${messageOf(cause).split('\n')[0]}). ${fixFor(cpu)}`,
      { cause },
    );
  }
  await writeFile(join(dir, 'done'), '');
}

/** Returns the packages of one kind of machine that npm has installed. */
async function packagesFor(modules: string): Promise<readonly string[]> {
  const names = await readdir(modules).catch(() => []);
  const all = await Promise.all(
    names.map(async (name) =>
      name.startsWith('@') ? (await readdir(join(modules, name))).map((one) => `${name}/${one}`) : [name],
    ),
  );
  return all.flat().filter((name) => (manifestOf(join(modules, name)).cpu ?? []).length > 0);
}

async function checkAddons({ from, to }: PackageCopy, machines: readonly Machine[]): Promise<void> {
  const addons = await addonsIn(to);
  const cpus = await Promise.all(addons.map(cpuOf));
  for (const { os, cpu } of machines) {
    const isMeant = manifestOf(from).cpu?.includes(cpu) ?? true;
    if (addons.length === 0 || cpus.includes(cpu) || !isMeant) continue;
    throw new ConfigurationError(
      `Cannot ship ${labelOf(from)} for ${os}-${cpu}: ${relative(dirname(to), addons[0] ?? to)} is for ${cpus[0] ?? 'another machine'}. ${fixFor(cpu)}`,
    );
  }
}

function fixFor(cpu: Machine['cpu']): string {
  const other = cpu === 'arm64' ? 'x86_64' : 'arm64';
  return `Build on such a machine, set \`architecture: ${other}\`, or have a layer bring the package and name it in \`provided\``;
}

async function addonsIn(dir: string): Promise<readonly string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const inner = entries.map((entry) => join(entry.parentPath, entry.name));
  return inner.filter((path) => path.endsWith('.node') && !relative(dir, path).split(sep).includes('node_modules'));
}

/** Reads the processor that an addon is for from its ELF header. */
async function cpuOf(addon: string): Promise<Machine['cpu'] | 'another system'> {
  const file = await open(addon);
  try {
    const { buffer } = await file.read(Buffer.alloc(20), 0, 20, 0);
    if (buffer.toString('latin1', 1, 4) !== 'ELF') return 'another system';
    const machine = buffer.readUInt16LE(18);
    return machine === 0xb7 ? 'arm64' : machine === 0x3e ? 'x64' : 'another system';
  } finally {
    await file.close();
  }
}
