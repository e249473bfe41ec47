import { spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

/** The result of a program. */
export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
}

/** Runs a program to its end, with this project's own programs first on its path. Variables that lead to AWS are left out. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const startedAt = performance.now();
  const child = spawn(program, args, { cwd: options.cwd, env: environmentWith(options.env), stdio: 'pipe' });
  const texts = [child.stdout, child.stderr].map((stream) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return () => text;
  });
  // A program that ends without reading its input closes it.
  child.stdin.on('error', () => {}).end(options.input ?? '');
  const exitCode = await new Promise<number>((done, fail) =>
    child.once('error', fail).once('close', (code) => done(code ?? -1)),
  );
  const [stdout = '', stderr = ''] = texts.map((text) => text());
  return { exitCode, stdout, stderr, seconds: (performance.now() - startedAt) / 1000 };
}

/** As {@link run}; what fails is thrown, with what it has printed. */
export async function runWell(program: string, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const ended = await run(program, args, options);
  if (ended.exitCode === 0) return ended;
  throw new Error(`${program} ${args.join(' ')} ended with ${ended.exitCode}:\n${ended.stdout}\n${ended.stderr}`);
}

/** This process's environment without AWS, and with the given variables. */
export function environmentWith(
  more: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(([name]) => !/^(AWS|CHORDAL|SLS)_/.test(name));
  const path = `${resolve('node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  // Nothing of this machine's own settings.
  const nobody = {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return { ...Object.fromEntries(own), PATH: path, ...nobody, ...more };
}
