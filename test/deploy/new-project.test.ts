/** The way from nothing to a first chord, with the packages as npm gets them. Packages of others are those of this repository. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { packInto } from '../support/package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startMiniStack } from './support/emulator.ts';
import { installInto } from './support/installed-project.ts';
import { preparePython } from './support/python.ts';
import { environmentWith, runWell } from './support/run.ts';

const python = await preparePython();
const skipped = 'missing' in python ? ` (skipped: ${python.missing})` : '';

/** The folder that `npm create chordal@latest shop` has made, with its packages. */
let shop: string;
/** The program of `npm create chordal`. */
let program: string;
let base: string;

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'chordal-create-'));
  shop = join(base, 'shop');
  const [packed = ''] = await packInto(base, ['create']);
  await runWell('tar', ['-xzf', packed], { cwd: base });
  const { bin } = JSON.parse(await readFile(join(base, 'package/package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  program = join(base, 'package', bin['create-chordal'] ?? '');
  const { stderr } = await runWell('node', [program, 'shop', '--no-install'], { cwd: base });
  expect(stderr).toMatch(/cd shop\n {2}npm install\n {2}npx chordal dev\n.*\n {2}npm run chord/);
  await installInto(shop, { 'package.json': await readFile(join(shop, 'package.json'), 'utf8') });
}, 180_000);
afterAll(() => rm(base, { recursive: true, force: true }));

test.each(['module', 'commonjs'])(
  'a new project of type %s compiles, passes its test, and runs its first chord on chordal dev',
  async (type) => {
    const dir = type === 'module' ? shop : await projectOf(type);
    await runWell('npm', ['run', 'types'], { cwd: dir });
    const { stdout: tested } = await runWell('npm', ['test'], { cwd: dir });
    expect(tested).toMatch(/pass 1\n/);

    await startDev(dir);
    const { stdout } = await runWell('npm', ['run', '--silent', 'chord'], { cwd: dir });
    expect(stdout).toBe('6\n');
  },
  120_000,
);

test.skipIf(skipped !== '')(
  `its script deploy:local deploys it to an emulator, and runs the chord there${skipped}`,
  async () => {
    const emulator = await startMiniStack('bin' in python ? python.bin : '');
    onTestFinished(emulator.stop);
    const { stdout } = await runWell('npm', ['run', '--silent', 'deploy:local'], { cwd: shop, env: emulator.env });

    expect(stdout).toBe('6\n');
  },
  180_000,
);

test('chordal init adds to a project what it lacks, and changes nothing that is there', async () => {
  const files = {
    'package.json': `{\n    "name": "orders",\n    "scripts": { "test": "vitest", "dev": "nodemon" },\n    "dependencies": { "hono": "4.13.19" }\n}\n`,
    'serverless.yml': 'service: orders\nprovider: { name: aws }\nfunctions: { api: { handler: src/api.handler } }\n',
    'tsconfig.json': '{ "compilerOptions": { "strict": false } }\n',
    '.gitignore': 'node_modules\n# own\ndist',
    'src/api.js': 'exports.handler = async () => 1;\n',
    'test/api.test.js': '// own\n',
  };
  const dir = await temporaryFolder(files);
  const chordal = join(shop, 'node_modules/chordal/dist/tools/chordal.js');
  const { stdout, stderr } = await runWell('node', [chordal, 'init'], { cwd: dir });

  expect(JSON.parse(stdout)).toEqual({
    added: [
      '.gitignore',
      '.vscode/launch.json',
      'first-chord.mts',
      'handlers/words.mts',
      'package.json',
      'test/words.test.mts',
    ],
    kept: ['serverless.yml', 'tsconfig.json'],
  });
  expect(stderr).toContain('Add to it "plugins: [chordal/serverless]"');
  for (const [path, text] of Object.entries(files)) {
    const now = await readFile(join(dir, path), 'utf8');
    if (path === 'package.json') expect(JSON.parse(now)).toMatchObject(JSON.parse(text) as object);
    else if (path === '.gitignore') expect(now.startsWith(`${text}\n`)).toBe(true);
    else expect(now, path).toBe(text);
  }
  expect((await readFile(join(dir, 'package.json'), 'utf8')).startsWith('{\n    "name"')).toBe(true);
});

// --- internal ---

/** Makes a project beside a package.json of this type, as `npm init` writes it, with the packages of the new project. */
async function projectOf(type: string): Promise<string> {
  const dir = join(
    await temporaryFolder({ 'orders/package.json': JSON.stringify({ name: 'orders', type }) }),
    'orders',
  );
  await runWell('node', [program, '.', '--no-install'], { cwd: dir });
  await symlink(join(shop, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

/** Starts `chordal dev` in a project, and waits until it is ready: then programs find its addresses in a file. */
async function startDev(dir: string): Promise<void> {
  const args = [join(dir, 'node_modules/.bin/chordal'), 'dev', '--json'];
  const child = spawn('node', args, { cwd: dir, env: environmentWith(), stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGINT');
    const [code] = (await closed) as [number | null];
    expect(code).toBe(0);
  });
  await once(createInterface(child.stdout), 'line');
  expect(existsSync(join(dir, '.chordal/dev.env'))).toBe(true);
}
