/** What is published describes itself: whoever compiles against it needs no other package for that. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { declarationsOf } from '../../support/declarations.ts';

const { dependencies, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly 'chordal-source': string }>>;
};
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry['chordal-source']]));

test.each(entries)('the declarations of %s need Node’s types and what the package depends on', (entry) => {
  const needed = declarationsOf(entry).packages.filter((name) => !name.startsWith('node:'));
  expect(needed.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
});
