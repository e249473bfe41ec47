/** The imports that a handler may have. The tests make packages, one for each kind that npm has. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { buildHandlers } from '../../src/deploy/build.ts';
import type { Build } from '../../src/deploy/build.ts';
import { findHandlers } from '../../src/deploy/handler-file.ts';
import type { Deployment } from '../../src/deploy/make-deployable.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const HANDLER = `export const handler = Object.assign(async () => {}, { tasks: ['t'] });\n`;

describe('a handler imports', () => {
  test('CommonJS that requires modules of Node', async () => {
    const files = packageOf('cjs', `const os = require('os'); exports.home = () => typeof os.homedir();`);
    expect(await valueOf(`import cjs from 'cjs'; export const value = cjs.home();`, files)).toBe('string');
  });

  test('of a package with two builds the one that Node takes, also where CommonJS requires it', async () => {
    const dual = {
      'node_modules/dual/package.json': '{ "name": "dual", "main": "./c.js", "module": "./m.js" }',
      'node_modules/dual/c.js': 'module.exports = (x) => x + 1;',
      'node_modules/dual/m.js': 'export default () => "the module";',
      ...packageOf('consumer', 'const dual = require("dual"); module.exports = (x) => dual(x);'),
    };
    const text = `import dual from 'dual'; import consumer from 'consumer'; export const value = [dual(1), consumer(2)];`;
    expect(await valueOf(text, dual)).toEqual([2, 3]);
  });

  test('a package whose optional packages are absent, which then fail where they are reached', async () => {
    const files = packageOf(
      'optional',
      `let fast; try { fast = require('fast-one'); } catch (error) { fast = error.code; }
       exports.fast = fast; exports.load = () => require('a-driver');`,
    );
    const text = `import optional from 'optional';
      const codeOf = () => { try { optional.load(); } catch (error) { return error.code; } };
      export const value = [optional.fast, codeOf()];`;
    expect(await valueOf(text, files)).toEqual(['MODULE_NOT_FOUND', 'MODULE_NOT_FOUND']);
  });

  test('a package that reads files of its own folder, or starts its own worker', async () => {
    const files = {
      ...packageOf(
        'reader',
        `const { join } = require('path'); exports.text = require('fs').readFileSync(join(__dirname, 'notes.txt'), 'utf8');`,
      ),
      'node_modules/reader/notes.txt': 'beside me',
    };
    expect(await valueOf(`import reader from 'reader'; export const value = reader.text;`, files)).toBe('beside me');
  });

  test('a package that only mentions its folder, in one piece with the rest', async () => {
    const files = packageOf('mentions', 'exports.name = typeof __filename + typeof __dirname;');
    const { dir, build } = await built(`import mentions from 'mentions'; export const value = mentions.name;`, files);
    expect(await loaded(build)).toBe('stringstring');
    expect(Object.keys(build.metafile.inputs).some((path) => path.includes('mentions'))).toBe(true);
    expect(dir).toBeDefined();
  });

  test('two versions of a package that is shipped, each where it belongs', async () => {
    const native = (path: string, version: string): Record<string, string> => ({
      [`${path}/package.json`]: `{ "name": "addon", "version": "${version}", "main": "./i.js" }`,
      [`${path}/binding.gyp`]: '',
      [`${path}/i.js`]: `module.exports = '${version}';`,
    });
    const files = {
      ...native('node_modules/addon', '2.0.0'),
      ...native('node_modules/old/node_modules/addon', '1.0.0'),
      ...packageOf('old', `exports.version = require('addon');`),
    };
    const text = `import addon from 'addon'; import old from 'old'; export const value = [addon, old.version];`;
    expect(await valueOf(text, files)).toEqual(['2.0.0', '1.0.0']);
  });

  test('one copy of what a shipped package shares with the handler', async () => {
    const files = {
      ...packageOf('shared', 'exports.Shared = class Shared {};'),
      ...packageOf('addon', `const { Shared } = require('shared'); exports.make = () => new Shared();`, {
        dependencies: { shared: '*' },
      }),
      'node_modules/addon/binding.gyp': '',
    };
    const text = `import { Shared } from 'shared'; import addon from 'addon'; export const value = addon.make() instanceof Shared;`;
    expect(await valueOf(text, files)).toBe(true);
  });

  test('files by require, by their loader and as JSON', async () => {
    const files = {
      'handlers/lib/data.json': '{ "n": 1 }',
      'handlers/lib/query.sql': 'select 1',
      'handlers/lib/mail.tpl': 'Dear',
      'handlers/lib/old.cjs': `exports.host = (x) => typeof require('os').hostname() + x;`,
      'chordal.config.ts': `export const build = { loaders: { '.tpl': 'text' } };`,
    };
    const text = `import { createRequire } from 'node:module';
      import data from './lib/data.json' with { type: 'json' };
      import query from './lib/query.sql';
      import mail from './lib/mail.tpl';
      import old from './lib/old.cjs';
      const require = createRequire(import.meta.url);
      export const value = [data.n, require('./lib/data.json').n, query, mail, old.host(1)];`;
    expect(await valueOf(text, files)).toEqual([1, 1, 'select 1', 'Dear', 'string1']);
  });
});

describe('a handler finds beside itself', () => {
  test('files that it names by their URL, and those that the assets of the project name', async () => {
    const files = {
      'handlers/lib/logo.bin': 'logo',
      'handlers/lib/templates/mail.html': '<p>',
      'chordal.config.ts': `export const build = { assets: ['handlers/lib/templates/*.html'] };`,
      'handlers/lib/files.ts': `import { readFileSync } from 'node:fs';
        import { join } from 'node:path';
        export const logo = readFileSync(new URL('./logo.bin', import.meta.url), 'utf8');
        export const mail = readFileSync(join(import.meta.dirname, 'templates', 'mail.html'), 'utf8');
        export const old = readFileSync(join(__dirname, 'templates/mail.html'), 'utf8');`,
    };
    const text = `import { logo, mail, old } from './lib/files.ts'; export const value = [logo, mail, old];`;
    expect(await valueOf(text, files)).toEqual(['logo', '<p>', '<p>']);
    expect(await valueOf(text, files, deployment)).toEqual(['logo', '<p>', '<p>']);
  });

  test('a worker, in TypeScript, with what it imports', async () => {
    const files = {
      'handlers/lib/double.ts': 'export const double = (x: number): number => 2 * x;',
      'handlers/lib/worker.ts': `import { parentPort, workerData } from 'node:worker_threads';
        import { double } from './double.ts';
        parentPort?.postMessage(double(workerData));`,
    };
    const text = `import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const worker = new Worker(new URL('./lib/worker.ts', import.meta.url), { workerData: 21 });
      export const value = (await once(worker, 'message'))[0];`;
    expect(await valueOf(text, files)).toBe(42);
  });
});

test('a handler may be of any extension that JavaScript and TypeScript have', async () => {
  const dir = await temporaryFolder({
    'package.json': '{ "type": "module" }',
    'handlers/a.cjs': `exports.handler = Object.assign(async () => {}, { tasks: ['a'] });`,
    'handlers/b.cts': `exports.handler = Object.assign(async () => {}, { tasks: ['b'] as string[] });`,
    'handlers/c.mts': HANDLER.replace("'t'", "'c'"),
    'handlers/d.tsx': `const React = { createElement: (name: string) => name };\n${HANDLER.replace("'t'", '<d /> as unknown as string')}`,
    'handlers/e.jsx': HANDLER.replace("'t'", "'e'"),
  });
  expect((await buildIn(dir)).routes).toEqual({ a: 'a', b: 'b', c: 'c', d: 'd', e: 'e' });
});

describe('a package that is native', () => {
  const addon = (cpu: number): Record<string, string> => ({
    ...packageOf('addon', 'module.exports = 1;'),
    'node_modules/addon/binding.gyp': '',
    // As much of an ELF header as names the processor.
    'node_modules/addon/build/Release/addon.node': `\u007fELF${'\0'.repeat(14)}${String.fromCodePoint(cpu)}\0`,
  });
  const text = `import addon from 'addon'; export const value = addon;`;

  test('is copied for a deployment with what it depends on', async () => {
    const files = {
      ...addon(0x3e),
      ...packageOf('addon', `module.exports = require('inner');`, { dependencies: { inner: '*' } }),
      ...packageOf('inner', 'module.exports = 7;'),
    };
    const { dir, build } = await built(text, files, { ...deployment, architecture: 'x86_64' });
    expect(await loaded(build)).toBe(7);
    expect(await readFile(join(dir, 'out/node_modules/inner/index.js'), 'utf8')).toContain('7');
  });

  test('is refused for a processor that it is not made for, with what to do', async () => {
    const built64 = built(text, addon(0x3e), deployment);
    await expect(built64).rejects.toThrow(
      /Cannot ship addon@1\.0\.0 for linux-arm64: .*Build on such a machine, set `architecture: x86_64`, or have a layer/s,
    );
  });

  test('is left to a layer that has it', async () => {
    const config = `export const config = { provided: ['addon'] };\n`;
    const { dir, build } = await built(`${config}export const load = () => import('addon');`, addon(0x3e), deployment);
    expect(build.configs['h']).toEqual({ provided: ['addon'] });
    await expect(readFile(join(dir, 'out/node_modules/addon/index.js'), 'utf8')).rejects.toThrow('ENOENT');
  });
});

describe('a handler that cannot be built is refused', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    [
      'a package that is not installed, with the file, the line and the settings',
      `import x from 'left-pad'; export const value = x;`,
      {},
      /handlers\/h\.ts:1:15: Could not resolve "left-pad"\. Install it: npm install left-pad; or, if Lambda or a layer has it, name it in `provided` of `build` in chordal\.config\.ts/,
    ],
    [
      'a package that imports one that is not installed',
      `import x from 'outer'; export const value = x;`,
      {
        'node_modules/outer/package.json': '{ "name": "outer", "type": "module" }',
        'node_modules/outer/index.js': `import 'absent';`,
      },
      /node_modules\/outer\/index\.js:1:8: Could not resolve "absent"\. Install it: npm install absent; or ship the package that imports it as it is, by `external`; or, if Lambda/,
    ],
    [
      'a file that no loader can import',
      `import x from './a.xyz'; export const value = x;`,
      { 'handlers/a.xyz': '' },
      /No loader is configured for "\.xyz" files: .*handlers\/a\.xyz\. Say how it is imported, as `loaders: \{ '\.xyz': 'text' \}`/,
    ],
    [
      'assets that match nothing',
      '',
      { 'chordal.config.ts': `export const build = { assets: ['tpl/*.html'] };` },
      /Cannot ship the assets "tpl\/\*\.html": no file of the project has such a path/,
    ],
    [
      'a setting that is misspelt',
      '',
      { 'chordal.config.ts': `export const build = { externals: ['x'] };` },
      /Cannot use externals of build of chordal\.config\.ts: there is no such setting\. Did you mean `external`\?/,
    ],
    [
      'an option of esbuild that the build decides',
      '',
      { 'chordal.config.ts': `export const build = { esbuild: { format: 'cjs' } };` },
      /Cannot use esbuild\.format of build of chordal\.config\.ts: the build decides it/,
    ],
    [
      'settings of a handler that there is not',
      '',
      { 'chordal.config.ts': `export const build = { handlers: { hh: {} } };` },
      /Cannot use hh of build\.handlers of chordal\.config\.ts: there is no such setting\. Did you mean `h`\?/,
    ],
    [
      'a configuration with a value that AWS refuses',
      'export const config = { timeout: 901 };',
      {},
      /Cannot use timeout of config of .*h\.ts: expected a whole number from 5 to 900, got 901/,
    ],
    [
      'a configuration that is misspelt and computed',
      `const n = Number('5'); export const config = { memry: n };`,
      {},
      /Cannot use memry of config of .*h\.ts: there is no such setting\. Did you mean `memory`\?/,
    ],
    [
      'a setting of the build that only the running module knows',
      `const name = ['x'].join(''); export const config = { external: [name] };`,
      {},
      /Cannot use external of config of .*h\.ts: it is computed, and the build needs it before the file runs/,
    ],
    [
      'a variable that Lambda sets itself',
      `export const config = { environment: { AWS_REGION: 'x' } };`,
      {},
      /Cannot set the variable AWS_REGION by environment of config of .*h\.ts: Lambda sets it itself/,
    ],
    [
      'a variable that leads the clients of the engine elsewhere',
      `export const config = { environment: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' } };`,
      {},
      /Cannot set the variable AWS_ENDPOINT_URL_S3 by environment of config of .*h\.ts: it leads all AWS clients elsewhere/,
    ],
    [
      'a profile, for which a client leaves the credentials of the function',
      `export const config = { environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap', AWS_PROFILE: 'work' } };`,
      {},
      /Cannot set the variable AWS_PROFILE by environment of config of .*h\.ts: it leads all AWS clients elsewhere/,
    ],
    [
      'a level of the log that there is not',
      `export const config = { environment: { CHORDAL_LOG_LEVEL: 'verbose' } };`,
      {},
      /Cannot set the variable CHORDAL_LOG_LEVEL by environment of config of .*h\.ts: expected one of debug, info, warn, error, silent, got "verbose"/,
    ],
    [
      'a statement without a resource',
      `export const config = { permissions: [{ Effect: 'Allow', Action: 's3:GetObject' }] };`,
      {},
      /Cannot use permissions\[0\] of config of .*h\.ts: it has no Resource\. Write it as/,
    ],
    [
      'more batches at once than are reserved',
      'export const config = { reserved: 5, concurrency: 10 };',
      {},
      /Cannot use concurrency of config of .*h\.ts: it is 10, reserved is 5.*Set it to at most 5/,
    ],
    [
      'pollers without a maximum',
      'export const config = { pollers: { min: 2 } };',
      {},
      /Cannot use pollers of config of .*h\.ts: expected \{ min, max \}, whole numbers of pollers: min from 2 to 200, max from min to 10000, got/,
    ],
    [
      'more pollers at least than at most',
      'export const config = { pollers: { min: 20, max: 10 } };',
      {},
      /Cannot use pollers of config of .*h\.ts: expected \{ min, max \}/,
    ],
    [
      'both ways to scale a queue',
      'export const config = { concurrency: 50, pollers: { min: 2, max: 10 } };',
      {},
      /Cannot use pollers of config of .*h\.ts: it has concurrency too, and Lambda takes one of the two\. Leave out concurrency/,
    ],
    [
      'more batches of pollers than are reserved',
      'export const config = { reserved: 100, pollers: { min: 2, max: 11 } };',
      {},
      /Cannot use pollers of config of .*h\.ts: max is 11, which is 110 batches at once, reserved is 100.*Set max to at most 10, or reserve 110\./,
    ],
    [
      'pollers of a function that reserves fewer than two of them need',
      'export const config = { reserved: 10, pollers: { min: 2, max: 2 } };',
      {},
      /max is 2, which is 20 batches at once, reserved is 10.*Reserve at least 20\./,
    ],
  ])('%s', async (_, text, files, message) => {
    await expect(built(text, files)).rejects.toThrow(message);
  });
});

// --- internal ---

/** Without a registry: what npm would bring is not there. */
const deployment: Deployment = {
  sourceMaps: false,
  architecture: 'arm64',
  environment: { PATH: process.env['PATH'], npm_config_offline: 'true' },
};

function packageOf(name: string, text: string, more: object = {}): Record<string, string> {
  return {
    [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: './index.js', ...more }),
    [`node_modules/${name}/index.js`]: text,
  };
}

async function valueOf(text: string, files: Record<string, string>, as?: Deployment): Promise<unknown> {
  const { build } = await built(text, files, as);
  return loaded(build);
}

async function built(
  text: string,
  files: Record<string, string>,
  as?: Deployment,
): Promise<{ readonly dir: string; readonly build: Build }> {
  const dir = await temporaryFolder({
    'package.json': '{ "type": "module" }',
    'handlers/h.ts': `${text}\n${HANDLER}`,
    ...files,
  });
  return { dir, build: await buildIn(dir, as) };
}

async function buildIn(dir: string, as?: Deployment): Promise<Build> {
  const handlers = await findHandlers(join(dir, 'handlers'));
  return buildHandlers({ handlers, outDir: join(dir, 'out'), ...(as && { deployment: as }) });
}

async function loaded({ bundles }: Build): Promise<unknown> {
  const { value }: { value: unknown } = await import(/* @vite-ignore */ pathToFileURL(bundles['h'] ?? '').href);
  return value;
}
