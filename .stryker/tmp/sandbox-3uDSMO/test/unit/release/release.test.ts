/** A version is released from a clean main branch, with dated entries in CHANGELOG.md, and once. */
import { describe, expect, test } from 'vitest';
import { reasonsAgainst } from '../../support/release.ts';
import type { ReleaseFacts } from '../../support/release.ts';

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
