/** What is published describes itself: whoever compiles against it needs no other package for that. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const { dependencies, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly 'chordal-source': string }>>;
};
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry['chordal-source']]));

test.each(entries)('the declarations of %s need Node’s types and what the package depends on', (entry) => {
  const needed = packagesOf(entry).filter((name) => !name.startsWith('node:'));
  expect(needed.filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
});

// --- internal ---

/** The packages that the declarations of a module import, and those of what they import. */
function packagesOf(entry: string): readonly string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const waiting = [join(entry)];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const specifier of importsOf(path)) {
      if (specifier.startsWith('.')) waiting.push(join(dirname(path), specifier));
      else packages.add(specifier);
    }
  }
  return [...packages];
}

function importsOf(path: string): readonly string[] {
  const { outputText } = ts.transpileDeclaration(readFileSync(path, 'utf8'), { fileName: path });
  return ts.preProcessFile(outputText).importedFiles.map(({ fileName }) => fileName);
}
