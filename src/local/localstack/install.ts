import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { oneAtATime } from '../one-at-a-time.ts';
import { findPrerequisites } from './prerequisites.ts';
import type { Prerequisites } from './prerequisites.ts';
import { runProgram } from './run-program.ts';

/** Options of {@link installLocalStack}. */
export interface InstallOptions {
  /** The folder that gets everything: half a gigabyte. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onProgress: (message: string) => void;
}

/**
 * Installs LocalStack into a folder, from PyPI and Maven Central: two minutes the first time. Each later call repeats only the steps
 * whose files have changed.
 *
 * @returns why it could not be installed, or undefined
 */
export async function installLocalStack(options: InstallOptions): Promise<{ readonly missing: string } | undefined> {
  const { dir, onProgress } = options;
  if ((await dueIn(dir)).length === 0) return undefined;
  const onWait = (): void => onProgress(`Waiting for another process that installs into ${dir}`);
  return oneAtATime(`${dir}.lock`, () => install(options), onWait);
}

// --- internal ---

async function install(options: InstallOptions): Promise<{ readonly missing: string } | undefined> {
  const due = await dueIn(options.dir);
  if (due.length === 0) return undefined;
  const found = await findPrerequisites(options.env);
  if ('missing' in found) return found;
  await mkdir(options.dir, { recursive: true });
  for (const step of due) {
    options.onProgress(`Installing ${step.title} into ${options.dir}`);
    const failure = await step.run({ ...options, ...found });
    if (failure !== undefined) return { missing: `${step.title} cannot be installed: ${failure}` };
    await writeFile(markerOf(options.dir, step), step.state);
  }
  return undefined;
}

/** Returns the steps that are not done, or whose files have changed since. */
async function dueIn(dir: string): Promise<readonly (Step & { readonly state: string })[]> {
  const steps = await Promise.all(STEPS.map(async (step) => ({ ...step, state: await stateOf(step) })));
  const done = await Promise.all(steps.map((step) => isDone(dir, step)));
  return steps.filter((_, index) => done[index] !== true);
}

interface Step {
  readonly name: string;
  readonly title: string;
  /** The files of this package that it depends on. */
  readonly inputs: readonly string[];
  /** Answers with the reason if it fails. */
  readonly run: (context: StepContext) => Promise<string | undefined>;
}

type StepContext = InstallOptions & Prerequisites;

const STEPS: readonly Step[] = [
  { name: 'packages', title: 'LocalStack', inputs: ['python/requirements.txt'], run: installPackages },
  { name: 'plugin', title: 'the plugin that runs functions', inputs: ['python'], run: installPlugin },
  { name: 'dynamodb', title: 'DynamoDB Local', inputs: ['java'], run: installDynamoDb },
];

function markerOf(dir: string, { name }: Step): string {
  return join(dir, `${name}.installed`);
}

async function isDone(dir: string, step: Step & { readonly state: string }): Promise<boolean> {
  const marker = markerOf(dir, step);
  return existsSync(marker) && (await readFile(marker, 'utf8')) === step.state;
}

async function stateOf({ inputs }: Step): Promise<string> {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const path = packageFile(input);
    const names = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => undefined);
    const files = names?.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name)) ?? [path];
    for (const file of files.toSorted()) hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function installPackages({ dir, env, python }: StepContext): Promise<string | undefined> {
  const venv = join(dir, 'venv');
  await rm(venv, { recursive: true, force: true });
  return firstFailure([
    () => runProgram(python, ['-m', 'venv', venv], { env }),
    // The list is complete: nothing is to be resolved. Python compiles what it imports.
    () => pip(dir, env, ['--no-deps', '--no-compile', '-r', packageFile('python/requirements.txt')]),
  ]);
}

async function installPlugin({ dir, env }: StepContext): Promise<string | undefined> {
  // A copy: setuptools leaves files beside its sources.
  const copy = join(dir, 'plugin');
  await cp(packageFile('python'), copy, { recursive: true });
  try {
    return await firstFailure([() => pip(dir, env, ['--no-deps', '--no-build-isolation', '--force-reinstall', copy])]);
  } finally {
    // LocalStack keeps a list of all plugins in this cache.
    await Promise.all([copy, join(dir, '.cache')].map((path) => rm(path, { recursive: true, force: true })));
  }
}

/** Puts Java and DynamoDB Local where LocalStack looks for them before it downloads them. */
async function installDynamoDb({ dir, env, javaHome }: StepContext): Promise<string | undefined> {
  const libraries = join(dir, 'root/var/lib/localstack/lib');
  const java = join(libraries, 'java/21');
  const cwd = join(libraries, 'dynamodb-local/2');
  await Promise.all([java, cwd].map((path) => rm(path, { recursive: true, force: true })));
  await Promise.all([join(libraries, 'java'), cwd].map((path) => mkdir(path, { recursive: true })));
  await symlink(javaHome, java);
  const jars = 'DynamoDBLocal_lib';
  const copy = ['dependency:copy-dependencies', `-DoutputDirectory=${join(cwd, jars)}`];
  const failure = await firstFailure([
    () => runProgram('mvn', ['-q', '-B', '-f', packageFile('java/pom.xml'), ...copy], { env }),
    () =>
      runProgram('javac', ['-cp', `${jars}/*`, '-d', 'classes', packageFile('java/LoopbackDynamoDb.java')], {
        cwd,
        env,
      }),
  ]);
  if (failure !== undefined) return failure;
  await writeFile(join(cwd, 'manifest'), manifest((await readdir(join(cwd, jars))).map((jar) => `${jars}/${jar}`)));
  return firstFailure([
    () => runProgram('jar', ['-c', '-f', 'DynamoDBLocal.jar', '-m', 'manifest', '-C', 'classes', '.'], { cwd, env }),
    // The agent that LocalStack names in its command line.
    () => runProgram('cp', ['DynamoDBLocal.jar', 'ddb-local-loader-0.1.jar'], { cwd, env }),
  ]);
}

/**
 * Makes the manifest of a jar. A line has at most 72 bytes; one that begins with a space continues the line
 * before.
 */
function manifest(jars: readonly string[]): string {
  const lines = ['Main-Class: LoopbackDynamoDb', 'Premain-Class: LoopbackDynamoDb', 'Class-Path: '];
  return [...lines, ...jars.toSorted().flatMap((jar) => wrapped(` ${jar}`)), ''].join('\n');
}

function wrapped(text: string): readonly string[] {
  const parts = text.match(/.{1,70}/g) ?? [];
  return parts.map((part) => ` ${part}`);
}

function pip(dir: string, env: InstallOptions['env'], args: readonly string[]): ReturnType<typeof runProgram> {
  return runProgram(join(dir, 'venv/bin/pip'), ['install', '--quiet', '--disable-pip-version-check', ...args], { env });
}

async function firstFailure(runs: readonly (() => ReturnType<typeof runProgram>)[]): Promise<string | undefined> {
  for (const start of runs) {
    const { exitCode, stdout, stderr } = await start();
    if (exitCode !== 0) return `${stdout}\n${stderr}`.trim().split('\n').slice(-3).join(' ');
  }
  return undefined;
}

/** Returns the path of a file of this folder that is not TypeScript. It is in `src` also where the package runs from `dist`. */
function packageFile(name: string): string {
  return fileURLToPath(new URL(`../../../src/local/localstack/${name}`, import.meta.url));
}
