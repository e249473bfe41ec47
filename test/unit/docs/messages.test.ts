/** Messages that quote a value take it from `mismatch`, so that no log shows it. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const HELPER = join('src', 'core', 'text', 'mismatch.ts');
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => join('src', path))
  .filter((path) => path.endsWith('.ts') && path !== HELPER);

/** Returns the lines of code, without comments, that write a text. */
function linesWith(text: string): readonly string[] {
  return sources.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/[/*])/.test(line) && line.includes(text))
      .map((line) => `${path}: ${line.trim()}`),
  );
}

test.each([', got ', 'current value'])('only the helper of the messages writes "%s"', (text) => {
  expect(sources.length).toBeGreaterThan(250);
  expect(linesWith(text)).toEqual([]);
});
