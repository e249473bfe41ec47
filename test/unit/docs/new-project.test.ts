/** The files that the pages show are those that a new project gets. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { projectFiles } from '../../../src/create/files.ts';
import { readme } from '../../support/readme.ts';

const files = projectFiles({
  name: 'shop',
  versions: { chordal: '1', 'chordal-tools': '1' },
  needsNode: false,
  isModule: true,
  hasExample: true,
});

test('README.md shows the infra/stack.js of a new project', () => {
  const [, shown] = /^```js\n\/\/ infra\/stack\.js\n([^]*?)^```$/m.exec(readme) ?? [];

  expect(shown).toBe(files['infra/stack.js']);
});

test('the export of infra/stack.js is the same in a new project, in this one and in the example of defineStack()', () => {
  const exported = [
    files['infra/stack.js'] ?? '',
    readFileSync('infra/stack.js', 'utf8'),
    readFileSync('src/deploy/serverless.ts', 'utf8'),
  ].map((text) => /const (\{.*\}) = defineStack/.exec(text)?.[1]);

  expect(new Set(exported)).toEqual(new Set(['{ region, functions, resources, callerEnvironment }']));
});

test('docs/development.md shows the .vscode/launch.json of a new project', () => {
  const [, shown] = /^```json\n([^]*?)^```$/m.exec(readFileSync('docs/development.md', 'utf8')) ?? [];

  expect(shown).toBe(files['.vscode/launch.json']);
});
