import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** The programs that an installation of LocalStack needs. */
export interface Prerequisites {
  /** Python 3.13. */
  readonly python: string;
  /** The folder of a JDK. */
  readonly javaHome: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Finds the programs that an installation of LocalStack needs, or says which of them are missing. */
export async function findPrerequisites(env: Environment): Promise<Prerequisites | { readonly missing: string }> {
  const [python, javaHome, maven] = await Promise.all([findPython(env), findJdk(env), hasMaven(env)]);
  const missing = [
    ...(python === undefined ? ['Python 3.13 with venv'] : []),
    ...(javaHome === undefined ? ['a JDK 17 or later'] : []),
    ...(maven ? [] : ['Maven']),
  ];
  if (python !== undefined && javaHome !== undefined && maven) return { python, javaHome };
  return { missing: `LocalStack needs ${missing.join(', ')}, or Docker` };
}

// --- internal ---

/** LocalStack 4.14 imports `warnings.deprecated` and has annotations like `Lock | None`: both need Python 3.13. */
const CHECK = 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 13))';

/** `PYTHON`, the path, or the versions that pyenv has installed and does not put on the path. */
async function findPython(env: Environment): Promise<string | undefined> {
  const versions = join(env['PYENV_ROOT'] ?? join(env['HOME'] ?? '/', '.pyenv'), 'versions');
  const installed = (await readdir(versions).catch(() => [])).filter((name) => name.startsWith('3.13'));
  const candidates = [
    ...(env['PYTHON'] === undefined ? [] : [env['PYTHON']]),
    'python3.13',
    'python3',
    ...installed.map((name) => join(versions, name, 'bin', 'python3.13')),
  ];
  for (const candidate of candidates) {
    const { exitCode } = await runProgram(candidate, ['-c', CHECK], { env });
    if (exitCode === 0) return candidate;
  }
  return undefined;
}

async function findJdk(env: Environment): Promise<string | undefined> {
  const { exitCode, stdout } = await runProgram('javac', ['-version'], { env });
  const major = Number(/^javac (\d+)/.exec(stdout)?.[1] ?? 0);
  if (exitCode !== 0 || major < 17) return undefined;
  const { stderr } = await runProgram('java', ['-XshowSettings:properties', '-version'], { env });
  return /^\s*java\.home = (.+)$/m.exec(stderr)?.[1];
}

async function hasMaven(env: Environment): Promise<boolean> {
  return (await runProgram('mvn', ['--version'], { env })).exitCode === 0;
}
