import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readme, snippetsOf } from '../support/readme.ts';
import { writeFiles } from '../support/temporary-folder.ts';
import { installedProject } from './support/installed-project.ts';
import { runWell } from './support/run.ts';
import { propertiesOf } from './support/template.ts';
import type { Template } from './support/template.ts';

const words = snippetsOf(readme).find(({ file }) => file === 'handlers/words.ts')?.code ?? '';
const [, type = ''] = /^npm pkg set type=(\w+)$/m.exec(readme) ?? [];
const stack = /^```js\n(\/\/ infra\/stack\.js\n[^]*?)^```$/m.exec(readme)?.[1] ?? '';
const programs = snippetsOf(readme).filter(({ file }) => !file.includes('/') && !file.endsWith('.test.ts'));
const compilerOptions = [
  ...(/\n\n([^]*?) in tsconfig\.json\./.exec(readme)?.[1]?.split('\n\n').at(-1) ?? '').matchAll(/`("\w+": [^`]+)`/g),
];
const canvas = JSON.stringify({
  task: 'celery.chord',
  kwargs: {
    header: ['to be', 'or not to be'].map((line) => ({ task: 'count', args: [line] })),
    body: { task: 'sum' },
  },
});

test('a project with the package from npm compiles, runs canvases and packages its stack, as the README says', async () => {
  const dir = await installedProject({
    'package.json': JSON.stringify({ name: 'shop', private: true, type }),
    'handlers/words.ts': words,
    'infra/stack.js': stack,
    'tsconfig.json': `{ "compilerOptions": { ${compilerOptions.map(([, option]) => option).join(', ')}, "strict": true } }`,
    ...Object.fromEntries(programs.map(({ file, code }) => [file, code])),
  });
  const options = { cwd: dir, env: { AWS_REGION: 'us-east-1' } };
  const { version, devDependencies }: Manifest = await readJson('.', 'package.json');
  expect(readme).toContain(`chordal-${version}.tgz`);
  expect(readme).toContain(`serverless@${devDependencies['serverless']}`);
  expect(compilerOptions.length).toBeGreaterThan(3);
  await runWell('tsc', ['-p', '.'], options);
  const cli = join(dir, 'node_modules/.bin/chordal');
  const yml = await readFile(join(dir, 'node_modules/chordal/serverless.yml'), 'utf8');

  const { stdout } = await runWell('node', [cli, 'run', '-', '--memory', '--wait'], { ...options, input: canvas });
  expect(JSON.parse(stdout)).toEqual({ value: 6 });

  await writeFiles(dir, { 'serverless.yml': yml.replace('service: chordal', 'service: shop') });
  await runWell('serverless', ['package'], options);
  const template: Template = await readJson(dir, '.serverless/cloudformation-template-update-stack.json');
  expect(propertiesOf(template, 'WordsLambdaFunction')['FunctionName']).toBe('shop-dev-words');
  expect(await readJson(dir, '.chordal/build/routes.json')).toEqual({ count: 'words', sum: 'words' });
  // The library once: bundled from its source too, it would be in every function twice.
  const { inputs }: { inputs: object } = await readJson(dir, '.chordal/build/meta.json');
  expect(Object.keys(inputs).filter((path) => path.includes('chordal/src/'))).toEqual([]);
}, 180_000);

// --- internal ---

interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

async function readJson<T>(dir: string, path: string): Promise<T> {
  // The caller's tool has written the type that the caller names.
  return JSON.parse(await readFile(join(dir, path), 'utf8')) as T;
}
