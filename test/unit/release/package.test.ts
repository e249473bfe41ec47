/** The npm package is small, and works without the repository. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  createManifest,
  publishedManifest,
  publishedReadme,
  readManifest,
  toolsManifest,
} from '../../support/package.ts';

const manifest = await readManifest();
const published = publishedManifest(manifest);

test('the folder itself cannot be published, and the tarball can', () => {
  expect(manifest['private']).toBe(true);
  expect(published).not.toHaveProperty('private');
});

test('the published package.json says nothing of development', () => {
  const text = JSON.stringify(published);
  expect(text).not.toContain('chordal-source');
  expect(text).not.toMatch(/\.\/(src|test|handlers)\//);
  expect(Object.keys(published)).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/^(scripts|devDependencies|allowScripts)$/)]),
  );
});

test('the published package.json says where the project is, and which modules do more than export', () => {
  for (const field of ['homepage', 'bugs', 'repository', 'license', 'engines']) expect(published).toHaveProperty(field);
  expect(published.sideEffects).toEqual(['./dist/tools/chordal.js']);
});

test('the library depends on AWS clients and the times of cron alone, and the tools on the library of the same version', () => {
  const tools = toolsManifest(manifest);
  expect(Object.keys(published.dependencies).filter((name) => !/^@(aws-sdk|smithy)\//.test(name))).toEqual(['croner']);
  expect(tools['peerDependencies']).toEqual({ chordal: manifest.version });
  expect(tools.dependencies).toMatchObject(published.dependencies);
  for (const name of ['esbuild', 'fauxqs', 'dynalite', 'commander']) expect(tools.dependencies[name]).toMatch(/^\d/);
});

test('create-chordal depends on nothing, and runs on the Node that people have', () => {
  const { dependencies, engines } = createManifest(manifest);
  expect({ dependencies, engines }).toEqual({ dependencies: {}, engines: { node: '>=20' } });
});

test('the tarball has the files that LocalStack is installed from', () => {
  for (const folder of ['java', 'python'])
    expect(toolsManifest(manifest).files).toContain(`src/local/localstack/${folder}`);
});

test('every link of the published README leads to the same version in the repository, or into the page itself', () => {
  const text = publishedReadme(readFileSync('README.md', 'utf8'), published);
  const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((link) => !/^(https:\/\/|#)/.test(link))).toEqual([]);
});

test('a link to a file gets the version’s tag, and other links stay', () => {
  const project = { ...manifest, version: '2.3.4', repository: { type: 'git', url: 'git+https://host.example/c.git' } };
  expect(publishedReadme('[a](OPERATIONS.md#cost) [b](#limits) [c](https://c.example)', project)).toBe(
    '[a](https://host.example/c/blob/v2.3.4/OPERATIONS.md#cost) [b](#limits) [c](https://c.example)',
  );
});
