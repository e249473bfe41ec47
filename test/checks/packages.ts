/**
 * Checks the packages of package-lock.json: their licences, their install scripts, and the advisories of the registry. A
 * registry without advisories, or none in reach, is said and does not fail.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The part of a lock's entry that is checked. */
interface Locked {
  readonly license?: string;
  readonly hasInstallScript?: boolean;
}

/** Licences without a duty beyond naming the author, or of tools that are not passed on. */
const LICENCES: readonly string[] = [
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  // Tools of the development: argparse, caniuse-lite, lightningcss and axe-core.
  'PSF-2.0',
  'Python-2.0',
  'CC-BY-4.0',
  'MPL-2.0',
];

/** The packages that run a script when they are installed, and the purpose of it. */
const SCRIPTS: Readonly<Record<string, string>> = {
  'classic-level': 'picks the binary of LevelDB',
  'es5-ext': 'prints a message',
  esbuild: 'checks its binary',
  node: 'links the binary of Node.js',
};

/** Returns what is wrong with the packages of a lock. `licenceOf` tells the licence of an installed one. */
export function faultsOf(
  packages: Readonly<Record<string, Locked>>,
  licenceOf: (path: string) => string | undefined,
): readonly string[] {
  return Object.entries(packages).flatMap(([path, { license = licenceOf(path), hasInstallScript }]) => {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    // The project itself, its own packages, and binaries for other machines.
    if (!path.includes('node_modules/')) return [];
    return [
      ...(license === undefined || LICENCES.includes(license) ? [] : [`${name}: the licence ${license} is not known`]),
      ...(hasInstallScript !== true || name in SCRIPTS ? [] : [`${name}: it runs a script when it is installed`]),
    ];
  });
}

/** Reads the answer of `npm audit --json`: the packages with advisories of a high or critical severity, or why there is none. */
export function advisoriesIn(answer: string): { readonly found: readonly string[] } | { readonly skipped: string } {
  try {
    const { vulnerabilities, message } = JSON.parse(answer) as {
      readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
      readonly message?: string;
    };
    if (vulnerabilities === undefined) return { skipped: withoutHost(message ?? 'the registry gave no answer') };
    const severe = Object.entries(vulnerabilities).filter(([, { severity }]) => /high|critical/.test(severity));
    return { found: severe.map(([name, { severity }]) => `${name}: an advisory of severity ${severity}`) };
  } catch {
    return { skipped: 'the registry gave no answer that can be read' };
  }
}

// --- internal ---

function withoutHost(message: string): string {
  return message.replaceAll(/\bhttps?:\/\/\S+/g, 'the registry');
}

function audit(): string {
  try {
    return execFileSync('npm', ['audit', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // With advisories, or without an endpoint, npm exits with 1 and still answers.
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
  }
}

function main(): void {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const installed = (path: string): string | undefined => {
    const manifest = `${path}/package.json`;
    if (!existsSync(manifest)) return undefined;
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly license?: string }).license ?? 'none';
  };
  const advisories = advisoriesIn(audit());
  if ('skipped' in advisories) console.log(`npm audit: skipped, ${advisories.skipped}`);
  const faults = [...faultsOf(packages, installed), ...('found' in advisories ? advisories.found : [])];
  for (const fault of faults) console.error(fault);
  console.log(`${Object.keys(packages).length} packages, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (import.meta.main) main();
