/** `docs/celery-features.md`: every feature of Celery that is in scope has a test, or a difference that has one. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';

/** The numbers of the features in scope. */
const IN_SCOPE = [
  1, 2, 3, 5, 7, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38, 40, 41, 42, 43,
  44, 45, 46, 47, 48, 52, 55, 57, 59, 60, 61, 62, 63, 64, 68, 70, 71,
];

const [features = '', rest = ''] = readFileSync('docs/celery-features.md', 'utf8').split(
  '\n## Features that cannot apply\n',
);
const differences = readFileSync('README.md', 'utf8').split('\n## Differences from Celery\n')[1]?.split('\n## ')[0];

/** The cells of each row of a table, its head left out. */
function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => line.startsWith('| '));
  return lines.slice(2).map((line) =>
    line
      .slice(2, -2)
      .split(/(?<!\\) \| /)
      .map((cell) => cell.trim()),
  );
}

test('each feature in scope has a row, in order', () => {
  expect(rowsOf(features).map(([number]) => Number(number))).toEqual(IN_SCOPE);
});

test.each(rowsOf(features))('feature %s, %s, has a test that exists', (_number, _name, here = '', shown = '') => {
  expect(here).not.toBe('');
  const [, difference] = /^difference: (.+)$/.exec(shown) ?? [];
  if (difference !== undefined) return expect(differences).toContain(`\n| ${difference} |`);
  const [, label, path = '', title] = /^\[(.+?)\]\((.+?)\) › (.+)$/.exec(shown) ?? [];
  expect(basename(path)).toBe(label);
  return expect(readFileSync(join('docs', path), 'utf8')).toContain(title);
});

test('each feature that cannot apply has something in its place', () => {
  const rows = rowsOf(rest);
  expect(rows.length).toBeGreaterThan(15);
  for (const [number = '', name, instead] of rows) {
    expect(number).toMatch(/^\d+(, \d+)*$/);
    expect(name).not.toBe('');
    expect(instead).not.toBe('');
  }
});
