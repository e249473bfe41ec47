import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { reasonsAgainst, releaseFacts, tagRelease } from '../support/release.ts';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { runWell } from './support/run.ts';

const DATED = '# Changelog\n\n## 0.2.0 (2026-03-01)\n\n- Chords.\n';

test('a release is a commit with the version in every file that has it, and a tag; a second one is refused', async () => {
  const folder = await temporaryFolder({
    'package.json': JSON.stringify({
      name: 'chordal',
      version: '0.1.0',
      repository: { url: 'git+https://host.example/chordal.git' },
    }),
    'package-lock.json': JSON.stringify({
      name: 'chordal',
      version: '0.1.0',
      lockfileVersion: 3,
      packages: { '': {} },
    }),
    'README.md': 'npm install ../chordal/chordal-0.1.0.tgz ../chordal/chordal-tools-0.1.0.tgz\n',
    'examples/api/package.json':
      '{ "dependencies": { "chordal": "0.1.0", "chordal-tools": "0.1.0", "hono": "0.1.0" } }\n',
    'CHANGELOG.md': DATED,
  });
  const git = async (...args: string[]): Promise<string> => (await runWell('git', args, { cwd: folder })).stdout.trim();
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'A maintainer');
  await git('config', 'user.email', 'maintainer@host.example');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Add chords');
  expect(reasonsAgainst('0.2.0', await releaseFacts(folder))).toEqual([]);

  await tagRelease('0.2.0', folder);

  expect(await git('log', '-1', '--format=%s %D')).toBe('Release 0.2.0 HEAD -> main, tag: v0.2.0');
  expect(await git('status', '--porcelain')).toBe('');
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe(
    'npm install ../chordal/chordal-0.2.0.tgz ../chordal/chordal-tools-0.2.0.tgz\n',
  );
  expect(await readFile(join(folder, 'examples/api/package.json'), 'utf8')).toBe(
    '{ "dependencies": { "chordal": "0.2.0", "chordal-tools": "0.2.0", "hono": "0.1.0" } }\n',
  );
  for (const file of ['package.json', 'package-lock.json']) {
    expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toMatchObject({ version: '0.2.0' });
  }
  await writeFiles(folder, { 'CHANGELOG.md': `${DATED}- Groups.\n` });
  expect(reasonsAgainst('0.2.0', await releaseFacts(folder))).toEqual([
    'the tag v0.2.0 exists. Give a later version.',
    '1 files differ from the last commit. Commit or stash them.',
  ]);
});
