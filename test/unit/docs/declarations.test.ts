/** The published declarations are complete: a program that compiles against them needs no other package. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { declarationsOf } from '../../support/declarations.ts';

const { dependencies, peerDependencies, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly 'chordal-source': string }>>;
};
const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry['chordal-source']]));

test.each(entries)('the declarations of %s need Node’s types and what the package depends on', (entry) => {
  const needed = declarationsOf(entry).packages.filter((name) => !name.startsWith('node:'));
  const known = entry === './src/opentelemetry/index.ts' ? { ...dependencies, ...peerDependencies } : dependencies;
  expect(needed.filter((name) => !Object.hasOwn(known, name))).toEqual([]);
});

test('the declarations of chordal are those of its functions, its errors and its public types, and nothing of the engine', () => {
  const { files } = declarationsOf('src/index.ts');
  const inner = files.filter((file) => !/^src\/core\/(?:types|errors)\//.test(file));
  expect(inner.toSorted()).toEqual([
    'src/client/canvas.ts',
    'src/client/crontab.ts',
    'src/client/current-task.ts',
    'src/client/helpers.ts',
    'src/client/kwargs.ts',
    'src/core/canvas/later-arguments.ts',
    'src/core/canvas/signature.ts',
    'src/core/text/journal-modes.ts',
    'src/core/text/log-levels.ts',
    'src/core/values/json.ts',
    'src/index.ts',
    'src/lambda/sqs-event.ts',
  ]);
});
