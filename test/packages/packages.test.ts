/** Some thirty packages of npm, each used by a task, on this machine and out of the package that would be deployed. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { installedProject } from '../deploy/support/installed-project.ts';
import { run, runWell } from '../deploy/support/run.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { USES } from './uses.ts';

const FUNCTIONS = 4;
const names = Object.keys(USES);
const expected = names.map((name) => USES[name]?.expected);
const canvas = { task: 'celery.group', kwargs: { tasks: names.map((task) => ({ task })) } };

test('tasks run with packages of npm, by --local, and out of the package that is deployed', async ({ skip }) => {
  const modules = await packages();
  if (modules === undefined) return skip('npm cannot install the packages: there is no registry');
  const dir = await shopWith(modules);

  const local = await runWell('node', [join(dir, 'node_modules/.bin/chordal'), 'run', '-', '--local', '--wait'], {
    cwd: dir,
    input: JSON.stringify(canvas),
  });
  expect(JSON.parse(local.stdout)).toEqual({ value: expected });

  await runWell('serverless', ['package'], { cwd: dir, env: { AWS_REGION: 'us-east-1' } });
  const root = await temporaryFolder();
  await runWell('unzip', ['-q', join(dir, '.serverless/shop.zip'), '-d', root]);
  const { stdout } = await runWell('node', [join(dir, 'deployed.ts'), root], { cwd: dir });
  expect(JSON.parse(stdout)).toEqual(expected);
}, 300_000);

// --- internal ---

/** Installed once, and again when their list changes. */
async function packages(): Promise<string | undefined> {
  const list = join(import.meta.dirname, 'packages.json');
  const dir = resolve('.chordal/packages');
  const made = join(dir, 'made.json');
  const wanted = await readFile(list, 'utf8');
  if (existsSync(made) && (await readFile(made, 'utf8')) === wanted) return join(dir, 'node_modules');
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'package.json'), wanted);
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
  const { exitCode } = await run('npm', args, { cwd: dir });
  if (exitCode !== 0) return undefined;
  await writeFile(made, wanted);
  return join(dir, 'node_modules');
}

async function shopWith(modules: string): Promise<string> {
  const yml = await readFile('serverless.yml', 'utf8');
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const dir = await installedProject({
    'serverless.yml': yml
      .replace('service: chordal', 'service: shop')
      .replace('architecture: arm64', `architecture: ${architecture}`),
    'infra/stack.js': (await readFile('infra/stack.js', 'utf8')).replace(
      '../src/deploy/serverless.ts',
      'chordal/deploy',
    ),
    ...handlers(),
    'deployed.ts': DEPLOYED,
  });
  const { dependencies } = JSON.parse(await readFile(join(import.meta.dirname, 'packages.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  for (const name of Object.keys(dependencies)) {
    const to = join(dir, 'node_modules', name);
    await rm(to, { recursive: true, force: true });
    await mkdir(join(to, '..'), { recursive: true });
    await symlink(join(modules, name), to);
  }
  return dir;
}

/** A module for each package, so that names don't meet; a few handlers run them all. */
function handlers(): Readonly<Record<string, string>> {
  const modules = Object.entries(USES).map(([name, { imports, value }]) => [
    `handlers/lib/${name}.ts`,
    `${imports};\nexport const use = async (): Promise<unknown> => ${value};\n`,
  ]);
  const functions = Array.from({ length: FUNCTIONS }, (_, index) => {
    const own = names.filter((_name, at) => at % FUNCTIONS === index);
    const lines = [
      `import { createApp } from 'chordal';`,
      ...own.map((name) => `import { use as ${name}Use } from './lib/${name}.ts';`),
      `const app = createApp('shop');`,
      ...own.map((name) => `const ${name} = app.task('${name}', () => ${name}Use());`),
      `export const config = { memory: 1024 };`,
      `export const handler = app.handler(${own.join(', ')});`,
    ];
    return [`handlers/f${index}.ts`, lines.join('\n')];
  });
  return Object.fromEntries([...modules, ...functions]);
}

/** Runs the deployed bundles on a cloud in memory: outside of the project, where only what was packaged is found. */
const DEPLOYED = `
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApp, group } from 'chordal';
import { memoryCloud } from 'chordal/testing';
const dir = join(process.argv[2] ?? '', '.chordal/build');
const handlers: Record<string, any> = {};
for (const file of readdirSync(dir)) {
  if (/^f\\d\\.mjs$/.test(file)) handlers[file.slice(0, 2)] = (await import(join(dir, file))).handler;
}
memoryCloud(handlers);
const app = createApp('caller');
const result = await group(${JSON.stringify(names)}.map((name) => app.signature(name))).delay();
console.log(JSON.stringify(await result.get({ timeout: 100 })));
process.exit();
`;
