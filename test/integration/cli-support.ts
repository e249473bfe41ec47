import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished, vi } from 'vitest';
import { runCli } from '../../src/cli/cli.ts';
import type { Output } from '../../src/cli/output.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

/** How a command has ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of stdout, each read as JSON. */
  readonly answers: readonly unknown[];
}

/** The input of a command beside its arguments. */
export interface Given {
  /** Its stdin. */
  readonly input?: string;
  /** Its environment has nothing of a cloud but this. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder that it runs in. Default: that of this repository. */
  readonly cwd?: string;
}

/** Runs `chordal` as a process of its own, from its source, in the folder of this repository. */
export async function chordal(args: readonly string[], { input = '', env = {}, cwd }: Given = {}): Promise<Ended> {
  const child = start(args, env, cwd);
  child.stdin?.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([read(child.stdout), read(child.stderr), ended]);
  const answers = stdout.split('\n').flatMap((line): unknown[] => (line.startsWith('{') ? [JSON.parse(line)] : []));
  return { code, stdout, stderr, answers };
}

/** Runs a command line in this process: for what it prints and refuses, without a cloud. */
export async function cli(args: readonly string[], { input = '', env = {} }: Given = {}): Promise<Ended> {
  for (const name of Object.keys(process.env)) if (isOfACloud(name)) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const stdout: string[] = [];
  const stderr: string[] = [];
  const answers: unknown[] = [];
  const output: Output = {
    answer: (json) => {
      answers.push(json);
      stdout.push(`${JSON.stringify(json)}\n`);
    },
    text: (shown) => void stdout.push(`${shown}\n`),
    note: (line) => void stderr.push(`${line}\n`),
    problem: (message) => void stderr.push(`chordal: ${message}\n`),
    faint: (shown) => shown,
    progress: () => {},
  };
  try {
    const code = await runCli(args, output, Readable.from([Buffer.from(input)]));
    return { code, stdout: stdout.join(''), stderr: stderr.join(''), answers };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** A command that stays up. */
export interface Running {
  /** Waits for a line on stderr, and answers with it. */
  until(pattern: RegExp): Promise<string>;
  /** The first line on stdout. */
  readonly answer: Promise<string>;
  /** Interrupts it as Ctrl-C does, or as a supervisor by SIGTERM, and answers with its exit code. */
  interrupt(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null>;
  /** Resolves with its exit code when it has ended. */
  readonly ended: Promise<number | null>;
  /** Kills it with SIGKILL, which nothing can answer to, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a command that stays up; it ends with the test. Without a port, the embedded cloud takes any that are free, as tests run side by side. */
export function startChordal(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Running {
  const anywhere = args[0] === 'dev' && !args.includes('--port') && !args.includes('--cloud') ? ['--port', '0'] : [];
  const child = start([...args, ...anywhere], env, cwd);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const { promise: answer, resolve: answered } = Promise.withResolvers<string>();
  if (child.stdout) createInterface(child.stdout).once('line', answered);
  if (child.stderr) {
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const interrupt = (signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(async () => void (await interrupt()));
  const until = (pattern: RegExp): Promise<string> => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = (): void => {
      const found = lines.find((line) => pattern.test(line));
      if (found === undefined) return;
      waiting.delete(look);
      resolve(found);
    };
    waiting.add(look);
    look();
    return promise;
  };
  return { until, answer, interrupt, ended, kill };
}

/** Makes a project inside the package, so that 'chordal' is its source; git ignores it. It is removed after the test. */
export async function projectFolder(files: Readonly<Record<string, string>>): Promise<string> {
  await mkdir('.chordal', { recursive: true });
  const dir = await mkdtemp(resolve('.chordal', 'cli-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await writeFiles(dir, files);
  return dir;
}

/** Makes a project in a folder of its own, that has this package installed from its source. */
export async function ownProject(files: Readonly<Record<string, string>>): Promise<string> {
  const dir = await temporaryFolder({
    'package.json': '{ "name": "shop", "private": true, "type": "module" }',
    ...files,
  });
  await mkdir(join(dir, 'node_modules'));
  await symlink(resolve('.'), join(dir, 'node_modules', 'chordal'));
  return dir;
}

// --- internal ---

function start(args: readonly string[], env: Readonly<Record<string, string>>, cwd?: string): ChildProcess {
  const own = Object.entries(process.env).filter(([name]) => !isOfACloud(name) && name !== 'NODE_OPTIONS');
  return spawn(process.execPath, ['--conditions=chordal-source', resolve('src/cli/main.ts'), ...args], {
    cwd,
    env: { ...Object.fromEntries(own), ...env },
  });
}

/** Whether a variable names a cloud, or changes what a command prints. */
function isOfACloud(name: string): boolean {
  return /^(AWS|CHORDAL)_/.test(name);
}

async function read(stream: ChildProcess['stdout']): Promise<string> {
  return stream === null ? '' : text(stream);
}
