/** A version is released from a clean main branch, with dated entries in CHANGELOG.md, and once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runWell } from '../../deploy/support/run.ts';
import { reasonsAgainst, releaseFacts, tagRelease } from '../../support/release.ts';
import type { ReleaseFacts } from '../../support/release.ts';
import { temporaryFolder, writeFiles } from '../../support/temporary-folder.ts';

const DATED = '# Changelog\n\n## 0.2.0 (2026-03-01)\n\n- Chords.\n';
const good: ReleaseFacts = {
  current: '0.1.0',
  repositoryUrl: 'git+https://host.example/chordal.git',
  changelog: DATED,
  branch: 'main',
  tags: ['v0.1.0'],
  changed: [],
};
const reasonsOf = (facts: Partial<ReleaseFacts>, version = '0.2.0'): string =>
  reasonsAgainst(version, { ...good, ...facts }).join('\n');

describe('a release', () => {
  test('is not refused from a clean main branch with dated entries', () => {
    expect(reasonsOf({})).toBe('');
    expect(reasonsOf({ current: '0.2.0' })).toBe('');
    expect(reasonsOf({ changelog: DATED.replace('## 0.2.0', '## Unreleased\n\n## 0.2.0') })).toBe('');
  });

  test.each<[string, Partial<ReleaseFacts>, string]>([
    ['entries that are unreleased', { changelog: `## Unreleased\n\n- Groups.\n\n${DATED}` }, 'under "Unreleased"'],
    ['no entries for the version', { changelog: DATED.replace('0.2.0', '0.1.0') }, 'no entries under "## 0.2.0'],
    ['a heading without entries', { changelog: '## 0.2.0 (2026-03-01)\n' }, 'no entries'],
    ['a heading without a day', { changelog: DATED.replace(' (2026-03-01)', '') }, 'no entries'],
    ['a day that does not exist', { changelog: DATED.replace('03-01', '02-31') }, 'no entries'],
    ['a tag of the version', { tags: ['v0.2.0'] }, 'the tag v0.2.0 exists'],
    ['a later version in package.json', { current: '0.10.0' }, 'package.json has 0.10.0 already'],
    ['a changed file', { changed: [' M README.md'] }, '1 files differ'],
    ['another branch', { branch: 'topic' }, 'the branch is `topic`'],
    ['a placeholder', { repositoryUrl: 'git+https://repository.invalid/chordal.git' }, 'names a placeholder'],
  ])('is refused for %s, and for that alone', (_, facts, reason) => {
    const reasons = reasonsOf(facts).split('\n');
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  test.each(['', '1.2', 'v0.2.0', '0.2.0-beta.1', 'minor'])('is refused for the version `%s`', (version) => {
    expect(reasonsOf({}, version)).toBe(`\`${version}\` is not a version. Give three numbers, as in 0.2.0.`);
  });
});

test('a release is a commit with the version in every file that has it, and a tag; a second one is refused', async () => {
  const folder = await temporaryFolder({
    'package.json': JSON.stringify({ name: 'chordal', version: '0.1.0', repository: { url: good.repositoryUrl } }),
    'package-lock.json': JSON.stringify({
      name: 'chordal',
      version: '0.1.0',
      lockfileVersion: 3,
      packages: { '': {} },
    }),
    'README.md': 'npm install ../chordal/chordal-0.1.0.tgz\n',
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
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('chordal-0.2.0.tgz');
  for (const file of ['package.json', 'package-lock.json']) {
    expect(JSON.parse(await readFile(join(folder, file), 'utf8'))).toMatchObject({ version: '0.2.0' });
  }
  await writeFiles(folder, { 'CHANGELOG.md': `${DATED}- Groups.\n` });
  expect(reasonsAgainst('0.2.0', await releaseFacts(folder))).toEqual([
    'the tag v0.2.0 exists. Give a later version.',
    '1 files differ from the last commit. Commit or stash them.',
  ]);
});
