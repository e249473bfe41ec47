import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeInColumn, readme, saidOutput, snippetsOf } from '../support/readme.ts';

const snippets = snippetsOf(readme);
const cells = codeInColumn(readme, 'From Celery', 1).filter((code) => !/^[\w/]+$/.test(code));

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

describe('running', () => {
  test.each(snippets.filter(({ runs }) => runs).map(({ file, code }) => [file, code] as const))(
    '%s prints what it says',
    async (file, code) => {
      const { exitCode, stdout, stderr } = await run(join(project, file));

      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      // What the test runner prints of a test is its own.
      if (saidOutput(code).length > 0) expect(stdout.trimEnd().split('\n')).toEqual(saidOutput(code));
      else expect(stdout).toMatch(/\bpass 1\n/);
    },
  );
});

test('the commands and the files that README.md names exist', async () => {
  const { scripts } = JSON.parse(await readFile('package.json', 'utf8')) as { scripts: Record<string, string> };
  const known = new Set([...Object.keys(scripts), 'ci']);
  const commands = [...readme.matchAll(/\bnpm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
  const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);

  expect(commands.filter((name) => !known.has(name))).toEqual([]);
  for (const path of links) expect(ts.sys.fileExists(path) || ts.sys.directoryExists(path), path).toBe(true);
});

// --- internal ---

/** One function for each piece of code, with what it may use. */
function programOf(codes: readonly string[]): string {
  const functions = codes.map((code, index) => {
    const body = code.replace(/^export /, '');
    return `async function cell${index}(ctx: TaskContext, result: AsyncResult<number>, error: unknown) {\n${body};\n}`;
  });
  return `
    import { type AsyncResult, type TaskContext, chain, chord, createApp, currentTask, group, kwargs, range, zip } from 'chordal';
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

async function run(file: string): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, ['--conditions=chordal-source', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += String(data)));
  child.stderr.on('data', (data: Buffer) => (stderr += String(data)));
  const exitCode = await new Promise<number | null>((done) => child.once('close', done));
  return { exitCode, stdout, stderr };
}
