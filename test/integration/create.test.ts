import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { createProject } from '../../src/create/create.ts';
import { runProgram } from '../../src/local/localstack/run-program.ts';
import type { EndedProgram } from '../../src/local/localstack/run-program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('createProject() makes a project with handler, test, stack and scripts, of this version', async () => {
  const dir = join(await temporaryFolder(), 'shop');
  const { added, kept } = await createProject({ dir });
  const manifest = await manifestOf(dir);

  expect(kept).toEqual([]);
  expect(added).toEqual([
    '.gitignore',
    '.vscode/launch.json',
    'first-chord.ts',
    'handlers/words.ts',
    'infra/stack.js',
    'package.json',
    'serverless.yml',
    'test/words.test.ts',
    'tsconfig.json',
  ]);
  const { version } = await manifestOf('.');
  expect(manifest).toMatchObject({ name: 'shop', type: 'module', dependencies: { chordal: version } });
  expect(Object.keys(Object(manifest['scripts']))).toEqual(['dev', 'chord', 'test', 'types', 'deploy', 'deploy:local']);
  expect(await readFile(join(dir, 'serverless.yml'), 'utf8')).toMatch(/^service: shop$/m);
});

test('createProject() adds only the missing files to a project', async () => {
  const files = {
    'package.json': JSON.stringify({
      name: '@acme/orders',
      scripts: { dev: 'vite' },
      devDependencies: { chordal: '0.0.9' },
    }),
    'serverless.yml': 'service: mine\n',
    'handlers/own.ts': 'export const handler = 1;\n',
    '.gitignore': 'node_modules\n/.serverless',
  };
  const dir = await temporaryFolder(files);
  const { added, kept, hints } = await createProject({ dir });

  expect(kept).toEqual(['serverless.yml']);
  expect(added).toEqual(['.gitignore', '.vscode/launch.json', 'package.json', 'tsconfig.json']);
  expect(hints).toEqual([
    'Your serverless.yml stays as it is. Add to it "plugins: [chordal/serverless]", and "chordal: true" to each function that calls tasks.',
  ]);
  expect(await manifestOf(dir)).toMatchObject({
    name: '@acme/orders',
    scripts: { dev: 'vite', test: 'node --test', types: 'tsc', deploy: 'serverless deploy' },
    devDependencies: { chordal: '0.0.9', typescript: expect.any(String) },
  });
  // The example is left out beside handlers, and with it what would run it.
  expect(JSON.stringify(await manifestOf(dir))).not.toContain('first-chord');
  expect(Object(await manifestOf(dir)).scripts).toMatchObject({ 'deploy:local': 'chordal deploy-local' });
  expect(await readFile(join(dir, 'serverless.yml'), 'utf8')).toBe(files['serverless.yml']);
  expect(await readFile(join(dir, '.gitignore'), 'utf8')).toBe('node_modules\n/.serverless\n.chordal/\n.env.local\n');

  await writeFile(join(dir, 'serverless.yml'), 'plugins: [chordal/serverless]\n');
  const again = await createProject({ dir });
  expect(again.added).toEqual([]);
  expect(again.hints).toEqual([]);
});

test('createProject() makes the stack and the example modules in a project of CommonJS', async () => {
  const dir = await temporaryFolder({ 'package.json': '{ "name": "orders", "type": "commonjs" }' });
  const { added } = await createProject({ dir });

  expect(added).toEqual([
    '.gitignore',
    '.vscode/launch.json',
    'first-chord.mts',
    'handlers/words.mts',
    'infra/package.json',
    'infra/stack.js',
    'package.json',
    'serverless.yml',
    'test/words.test.mts',
    'tsconfig.json',
  ]);
  const { scripts } = await manifestOf(dir);
  expect(scripts).toMatchObject({
    chord: 'node --env-file=.chordal/dev.env first-chord.mts',
    'deploy:local': 'chordal deploy-local -- node first-chord.mts',
  });
  expect((await createProject({ dir })).added).toEqual([]);
});

test.each([
  ['2shop', {}, 'Cannot name a service "2shop"'],
  ['shop', { 'shop/package.json': '[]' }, 'is not a JSON object'],
  ['shop', { shop: '' }, /^Cannot make a project in \S*shop: it is a file. Choose another name$/],
  ['shop/deep', { shop: '' }, /^Cannot make a project in \S*deep: ENOTDIR/],
  ['shop', { 'shop/infra': '' }, /^Cannot make a project in \S*shop: EEXIST: .*infra/],
])('createProject() refuses %s with %j', async (name, files, message) => {
  const dir = await temporaryFolder(files);
  await expect(createProject({ dir: join(dir, name) })).rejects.toThrow(message);
});

test('createProject() says which tarball is missing', async () => {
  const packages = await temporaryFolder({ 'chordal-0.0.1.tgz': '' });
  const dir = join(await temporaryFolder(), 'shop');
  await expect(createProject({ dir, packages })).rejects.toThrow(/there is no chordal-\d+\.\d+\.\d+\.tgz in it/);
});

test('the command takes its options as npm passes them on, and says them so', async () => {
  const cwd = await temporaryFolder({ 'chordal-0.0.1.tgz': '' });
  const main = resolve('src/create/main.ts');
  const run = (...words: readonly string[]): Promise<EndedProgram> =>
    runProgram(process.execPath, [main, ...words], { cwd, env: process.env });

  // npm create chordal@latest shop -- --no-install -- --packages .
  const twice = await run('shop', '--no-install', '--', '--packages', '.');
  expect(twice).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/^create-chordal: Cannot take the packages from \.:/),
  });
  expect((await run('--help')).stderr).toContain(
    '  npm create chordal@latest <folder> -- [--no-install] [--packages <folder>]\n',
  );
  expect(await run('shop', '--no-install')).toMatchObject({ exitCode: 0 });
});

// --- internal ---

async function manifestOf(dir: string): Promise<Readonly<Record<string, unknown>>> {
  // Written by the code under test, or by this repository.
  return JSON.parse(await readFile(join(dir, 'package.json'), 'utf8')) as Readonly<Record<string, unknown>>;
}
