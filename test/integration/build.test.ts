import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { buildHandlers } from '../../src/deploy/build.ts';
import type { Build } from '../../src/deploy/build.ts';
import { findHandlers } from '../../src/deploy/handler-file.ts';
import { watchHandlers } from '../../src/deploy/watch.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';

test('findHandlers() finds the files directly in the folder, without declarations, tests and subfolders', async () => {
  const dir = await temporaryFolder({
    'math.ts': '',
    'log.mjs': '',
    'math.d.ts': '',
    'math.test.ts': '',
    'notes.md': '',
    'tasks/app.ts': '',
  });

  expect(await findHandlers(dir)).toEqual([
    { name: 'log', file: join(dir, 'log.mjs') },
    { name: 'math', file: join(dir, 'math.ts') },
  ]);
});

test('findHandlers() reports the problem of the folder', async () => {
  const dir = await temporaryFolder({ 'empty/notes.md': '', 'bad/a b.ts': '' });

  await expect(findHandlers(join(dir, 'none'))).rejects.toThrow(`there is no folder ${join(dir, 'none')}`);
  await expect(findHandlers(join(dir, 'empty'))).rejects.toThrow('has no file directly in it that ends in .ts, .tsx,');
  await expect(findHandlers(join(dir, 'bad'))).rejects.toThrow(
    'expected a name of letters, digits, hyphens and underscores, got "a b"',
  );
});

test('buildHandlers() bundles each handler, and writes which of them runs a task', async () => {
  const dir = await temporaryFolder({
    'math.ts': handlerOf(['add', 'mul'], "import { shared } from './lib/shared.ts'; console.log(shared);"),
    'log.ts': handlerOf(['log'], "import { shared } from './lib/shared.ts'; console.log(shared);"),
    'lib/shared.ts': "export const shared: string = 'shared';",
  });

  const { bundles, routes, metafile } = await build(dir);

  expect(routes).toEqual({ add: 'math', mul: 'math', log: 'log' });
  const outDir = join(dir, 'out');
  expect(bundles).toEqual({ math: join(outDir, 'math.mjs'), log: join(outDir, 'log.mjs') });
  expect(JSON.parse(await readFile(join(outDir, 'routes.json'), 'utf8'))).toEqual(routes);
  expect(JSON.parse(await readFile(join(outDir, 'meta.json'), 'utf8'))).toEqual(metafile);
  expect((await readdir(outDir)).filter((file) => /^chunk-\w+\.mjs$/.test(file))).toHaveLength(1);
});

test('a bundle finds the routes that are built beside it, also in the repository of this package', async () => {
  const environment = JSON.stringify(resolve('src/runtime/environment.ts'));
  const dir = await temporaryFolder({
    'math.ts': `import { environmentRuntime } from ${environment};
      export const handler = Object.assign(async () => environmentRuntime({}).routes(), { tasks: ['add'] });`,
    'log.ts': handlerOf(['log']),
  });

  const { bundles, routes } = await build(dir);

  // The handler above.
  const { handler } = (await import(bundles['math'] ?? '')) as { handler: () => Promise<unknown> };
  expect(await handler()).toEqual(routes);
});

test('buildHandlers() removes what an earlier build left, and leaves other files alone', async () => {
  const dir = await temporaryFolder({ 'math.ts': handlerOf(['add']), 'out/gone.mjs': '', 'out/keep.txt': '' });

  await build(dir);

  const files = await readdir(join(dir, 'out'));
  expect(files).toContain('keep.txt');
  expect(files).not.toContain('gone.mjs');
});

test('buildHandlers() reports the file and the line of a handler that does not build', async () => {
  const dir = await temporaryFolder({ 'math.ts': "\nimport 'no-such-package';\n" });
  await expect(build(dir)).rejects.toThrow(/math\.ts:2:8: Could not resolve "no-such-package"/);
});

test('buildHandlers() refuses a file whose handler it cannot use', async () => {
  const failureOf = async (text: string): Promise<unknown> =>
    build(await temporaryFolder({ 'math.ts': text })).catch((error: unknown) => error);

  expect(await failureOf('export const other = 1;')).toMatchObject({
    code: 'CHORDAL_CONFIGURATION',
    message: expect.stringMatching(/Cannot use .*math\.ts: it does not export a handler/),
  });
  expect(await failureOf('export const handler = () => {};')).toMatchObject({
    message: expect.stringMatching(/its handler has no tasks/),
  });
  expect(await failureOf("throw new Error('no table');")).toMatchObject({
    message: expect.stringMatching(/math\.ts: it failed to load: no table/),
    cause: expect.objectContaining({ message: 'no table' }),
  });
  expect(await failureOf('process.exit();')).toMatchObject({
    message: expect.stringMatching(/Cannot load .*math\.ts: it ended the process/),
  });
});

test('buildHandlers() names both files that run the same task', async () => {
  const dir = await temporaryFolder({ 'a.ts': handlerOf(['add']), 'b.ts': handlerOf(['mul', 'add']) });
  await expect(build(dir)).rejects.toThrow(/Cannot route task "add": .*a\.ts and .*b\.ts both run it/);
});

test('buildHandlers() keeps the names of classes: callers recognise errors by them', async () => {
  const dir = await temporaryFolder({
    'math.ts': handlerOf(['add'], 'class ValueError extends Error {}; export const thrown = new ValueError();'),
  });
  const { bundles } = await build(dir);
  const { thrown }: { thrown: Error } = await import(/* @vite-ignore */ bundles['math'] ?? '');
  expect(thrown.constructor.name).toBe('ValueError');
});

test('watchHandlers() builds again after a change, a mistake and a new handler, and leaves no process of esbuild', async () => {
  const imports = "import { rate } from './shared/rates.ts'; console.log(rate);";
  const dir = await temporaryFolder({ 'math.ts': handlerOf(['add']), 'shared/rates.ts': 'export const rate = 1;' });
  const seen: (Build['routes'] | string)[] = [];
  let wake = (): void => {};
  const next = async (): Promise<Build['routes'] | string> => {
    while (seen.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return seen.shift() ?? '';
  };
  const see = (one: Build['routes'] | string): void => {
    seen.push(one);
    wake();
  };

  const watch = await watchHandlers({
    handlersDir: dir,
    outDir: join(dir, 'out'),
    onBuild: ({ routes }) => see(routes),
    onError: (error) => see(String(error)),
  });

  expect(watch.build.routes).toEqual({ add: 'math' });
  await writeFiles(dir, { 'math.ts': handlerOf(['add', 'mul']) });
  expect(await next()).toEqual({ add: 'math', mul: 'math' });
  await writeFiles(dir, { 'math.ts': 'export const handler = ;' });
  expect(await next()).toMatch(/math\.ts:1:24: Unexpected ";"/);
  await writeFiles(dir, { 'math.ts': handlerOf(['add']) });
  expect(await next()).toEqual({ add: 'math' });
  await writeFiles(dir, { 'log.ts': handlerOf(['log']) });
  expect(await next()).toEqual({ add: 'math', log: 'log' });
  await writeFiles(dir, { 'log.ts': handlerOf(['log'], imports) });
  expect(await next()).toEqual({ add: 'math', log: 'log' });
  await writeFiles(dir, { 'shared/rates.ts': 'export const rate = ;' });
  expect(await next()).toMatch(/rates\.ts:1:21: Unexpected ";"/);
  await writeFiles(dir, { 'shared/rates.ts': 'export const rate = 2;' });
  expect(await next()).toEqual({ add: 'math', log: 'log' });
  expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap');
  await watch.stop();
});

// --- internal ---

function handlerOf(tasks: readonly string[], more = ''): string {
  return `${more}\nexport const handler = Object.assign(async () => {}, { tasks: ${JSON.stringify(tasks)} });\n`;
}

async function build(dir: string): Promise<Build> {
  return buildHandlers({ handlers: await findHandlers(dir), outDir: join(dir, 'out') });
}
