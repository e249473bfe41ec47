import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** It makes no request: it is asked for the settings that it would use. */
const ASKED_FOR_SETTINGS = 'src/deploy/aws-account.ts';

/** The texts of the options of each AWS client that a file makes. */
function clientsIn(file: string): readonly string[] {
  const code = readFileSync(file, 'utf8').replaceAll(/^\s*\*.*$/gm, '');
  return [...code.matchAll(/new \w*Client\(([^;]*);/g)].map(([, options = '']) => options);
}

test('each AWS client has time limits, for connections and for requests', () => {
  const files = globSync('src/**/*.ts').filter((file) => file !== ASKED_FOR_SETTINGS);
  const clients = files.flatMap((file) => clientsIn(file).map((options) => [file, options] as const));

  expect(clients.length).toBeGreaterThan(15);
  for (const [file, options] of clients)
    expect([file, options]).toEqual([file, expect.stringMatching(/requestHandler|clientOptions|^options\)/)]);
});
