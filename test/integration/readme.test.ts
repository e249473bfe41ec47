import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeInTable, headingsOf, readme, saidAnswers, saidOutput, snippetsOf } from '../support/readme.ts';
import { cli } from './cli-support.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly bin: { readonly chordal: string };
  readonly scripts: Readonly<Record<string, string>>;
};
const snippets = snippetsOf(readme);
const cells = codeInTable(readme, 'From Celery')
  .flatMap(([, here = []]) => here)
  .filter((code) => !/^[\w/]+$/.test(code));

/** The source of the program that `npx chordal` runs in a clone. */
const CLI = manifest.bin.chordal.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');

/** Inside the package, so that 'chordal' is its source; git ignores it. */
let project: string;

beforeAll(async () => {
  await mkdir('.chordal', { recursive: true });
  project = await mkdtemp(resolve('.chordal', 'readme-'));
  const files = [...snippets, { file: 'celery.ts', code: programOf(cells) }];
  for (const { file, code } of files) {
    await mkdir(dirname(join(project, file)), { recursive: true });
    await writeFile(join(project, file), code);
  }
});

afterAll(() => rm(project, { recursive: true, force: true }));

test('README.md has snippets, and all of its TypeScript is seen here', () => {
  expect(snippets.length).toBeGreaterThan(3);
  expect(readme.match(/^```ts/gm)).toHaveLength(snippets.length);
  expect(cells.length).toBeGreaterThan(25);
});

test('the snippets compile, and so does what is said to replace Celery', () => {
  const files = [...snippets.map(({ file }) => file), 'celery.ts'].map((file) => join(project, file));
  const program = ts.createProgram(files, compilerOptions());
  const messages = files
    .map((file) => program.getSourceFile(file))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));

  expect(messages).toEqual([]);
});

describe('with `chordal dev`', () => {
  let env: Record<string, string>;
  let dev: Child;
  let ended: Promise<unknown>;

  beforeAll(async () => {
    dev = start([CLI, 'dev', '--json', '--port', '0', '--handlers', join(project, 'handlers')]);
    ended = once(dev, 'close');
    const [line]: unknown[] = await Promise.race([once(createInterface(dev.stdout), 'line'), ended.then(() => ['{}'])]);
    ({ env } = JSON.parse(String(line)) as { env: Record<string, string> });
  });

  afterAll(async () => {
    dev.kill('SIGTERM');
    await ended;
  });

  test.each(snippets.filter(({ runs }) => runs))('$file prints what it says', async ({ file, code }) => {
    const { exitCode, stdout, stderr } = await run([join(project, file)], env);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    // The output of the test runner is not compared.
    if (saidOutput(code).length > 0) expect(stdout.trimEnd().split('\n')).toEqual(saidOutput(code));
    else expect(stdout).toMatch(/\bpass 1\n/);
  });

  test.each(saidAnswers(readme))('chordal $words answers as it says', async ({ words, answer }) => {
    expect(await run([CLI, ...words], env)).toMatchObject({ exitCode: 0, stdout: `${answer}\n` });
  });
});

test('the command line has the commands and options that README.md names, and no other commands', async () => {
  const rows = codeInTable(readme, 'Command line').slice(1);
  const named = rows.map(([commands = [], options = []]) => ({
    commands: commands.map((command) => command.split(' ')[1] ?? ''),
    options: options.map((option) => option.split(' ')[0] ?? '').filter((option) => option.startsWith('--')),
  }));
  const { stdout: help } = await cli(['--help']);
  const known = [...help.matchAll(/^  ([a-z-]+)  /gm)].map(([, name = '']) => name).filter((name) => name !== 'help');

  expect([...new Set(named.flatMap(({ commands }) => commands))].toSorted()).toEqual(known.toSorted());
  for (const { commands, options } of named) {
    for (const command of commands) {
      const { stdout } = await cli([command, ...(FIRST_OF[command] ?? []), '--help']);
      for (const option of options) expect(stdout, command).toContain(option);
      const isAnywhere = !['dev', 'init', 'deploy-local', 'ui', 'cost', 'logs'].includes(command);
      expect(/--local\b/.test(stdout), command).toBe(isAnywhere);
      expect(stdout.includes('--memory'), command).toBe(
        isAnywhere && !['doctor', 'list', 'failures', 'control', 'purge'].includes(command),
      );
      if (['call', 'run', 'result'].includes(command)) expect(stdout).toContain('--wait');
    }
  }
});

test('the commands and the files that README.md names exist', async () => {
  const known = new Set([...Object.keys(manifest.scripts), 'ci', 'install', 'pack', 'pkg', 'create', 'chord']);
  const commands = [...readme.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);

  expect(commands.filter((name) => !known.has(name))).toEqual([]);
  for (const link of links.filter((one) => !one.startsWith('https:'))) {
    const [path = '', heading] = link.split('#');
    if (path !== '') expect(ts.sys.fileExists(path) || ts.sys.directoryExists(path), link).toBe(true);
    if (heading !== undefined)
      expect(headingsOf(path === '' ? readme : await readFile(path, 'utf8')), link).toContain(heading);
  }
});

// --- internal ---

/** The commands that have commands of their own, each with the first of them. */
const FIRST_OF: Readonly<Record<string, readonly string[]>> = {
  dlq: ['list'],
  schedule: ['list'],
  control: ['rate-limit'],
};

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** One function for each piece of code, with what it may use. */
function programOf(codes: readonly string[]): string {
  const functions = codes.map((code, index) => {
    const body = code.replace(/^export /, '');
    return `async function cell${index}(ctx: TaskContext, result: AsyncResult<number>, groupResult: GroupResult<readonly number[]>, error: unknown) {\n${body};\n}`;
  });
  return `
    import { type AsyncResult, type GroupResult, Ignore, Reject, type TaskContext, chain, chord, createApp, crontab, currentTask, group, kwargs, range, zip } from 'chordal';
    import { memoryCloud } from 'chordal/testing';
    const app = createApp('proj');
    const add = app.task('add', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => (debug ? 0 : x + y));
    const log = app.task('log', (message: unknown) => String(message));
    ${functions.join('\n')}
  `;
}

function compilerOptions(): ts.CompilerOptions {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic() {} };
  const parsed = ts.getParsedCommandLineOfConfigFile('tsconfig.json', {}, host);
  if (parsed === undefined) throw new Error('Cannot read tsconfig.json: the compiler finds none');
  return parsed.options;
}

async function run(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = start(words, env);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout, stderr };
}

function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  return spawn(process.execPath, ['--conditions=chordal-source', ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
}
