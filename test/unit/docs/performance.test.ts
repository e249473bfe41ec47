/** The parts of docs/performance.md that no machine changes are as the code says. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withPart } from '../../bench/support/page.ts';
import { rampPage } from '../../bench/support/ramp-page.ts';

const page = readFileSync('docs/performance.md', 'utf8');

test('the ramp is as the model says; npm run bench -- --only ramp --write writes it anew', () => {
  expect(withPart(page, 'ramp', rampPage())).toBe(page);
});

test('a part is written between its marks, and nowhere else', () => {
  const before = 'a\n\n<!-- begin x -->\n\nold\n\n<!-- end x -->\n\nb\n';
  expect(withPart(before, 'x', 'new\n')).toBe('a\n\n<!-- begin x -->\n\nnew\n\n<!-- end x -->\n\nb\n');
  expect(() => withPart(before, 'y', 'new')).toThrow(
    'Cannot write y: docs/performance.md needs the lines <!-- begin y -->',
  );
});

test('the peers have a place in README.md and on the page', () => {
  for (const file of ['README.md', 'docs/performance.md'])
    expect(withPart(readFileSync(file, 'utf8'), 'peers', 'the table', file)).toContain('the table');
});
