/** The things that the pages beside README.md name are there. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { EmfMeter } from '../../../src/adapters/system/emf.ts';
import { CONFIG_CHECKS } from '../../../src/deploy/function-config.ts';
import { describeProject } from '../../../src/deploy/project.ts';
import { alarms } from '../../../src/deploy/stack/alarms.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';
import type { Countable } from '../../../src/ports/system.ts';
import { headingsOf } from '../../support/readme.ts';

const PAGES = [
  'ARCHITECTURE.md',
  'docs/celery-clients.md',
  'docs/celery-features.md',
  'docs/command-line.md',
  'docs/protocol.md',
  'docs/decisions.md',
  'docs/development.md',
  'docs/recipes.md',
  'docs/performance.md',
  'docs/emulators.md',
  'docs/your-functions.md',
  'CONTRIBUTING.md',
  'OPERATIONS.md',
  'README.md',
  'SECURITY.md',
  'examples/django-to-lambda/README.md',
  'examples/hono-api/README.md',
  'test/conformance/README.md',
];
const textOf = (page: string): string => readFileSync(page, 'utf8');
const operations = textOf('OPERATIONS.md');
const architecture = textOf('ARCHITECTURE.md');

test.each(PAGES)('the files that %s links to, or names with their folder, are there', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = '']) =>
    join(dirname(page), path),
  );
  const named = [...textOf(page).matchAll(/`((?:src|test|infra)\/[\w./-]+)`/g)].map(([, path = '']) => path);

  expect([...links, ...named].filter((path) => !existsSync(path))).toEqual([]);
});

test.each(PAGES)('the headings that %s links to are there', (page) => {
  const links = [...textOf(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
  const missing = links.filter(([, path = '', heading = '']) => {
    const target = path === '' ? page : join(dirname(page), path);
    return !headingsOf(textOf(target)).includes(heading);
  });

  expect(missing.map(([link]) => link)).toEqual([]);
});

test('no page and no comment has a sentence that begins with "What", unless it asks', () => {
  const sources = ['src', 'test', 'handlers', 'infra'].flatMap((dir) =>
    readdirSync(dir, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(tsx?|py)$/.test(path))
      .map((path) => join(dir, path)),
  );
  const begins = /(?:^|[.:|] |(?:\/\/|\*|#|""") ?)What (?!.*\?)/;
  const found = [...PAGES, ...sources].flatMap((path) =>
    textOf(path)
      .split('\n')
      .filter((line) => begins.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );

  expect(found).toEqual([]);
});

test('the map in ARCHITECTURE.md has every folder of src, and only files that are there', () => {
  const [, map = ''] = /## The map\n\n```\n([^]*?)```/.exec(architecture) ?? [];
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) expect(map).toContain(` src/${name}/ `);

  // In the lines of the core and of the simulation the left column has names of files alone.
  const left = [...map.matchAll(/^ {3,5}([\w -]+?)(?: …)? {2,}/gm)].flatMap(([, names = '']) => names.split(' '));
  const files = new Set(
    readdirSync('src', { recursive: true, encoding: 'utf8' }).map((path) => path.split('/').at(-1)),
  );
  expect(left.length).toBeGreaterThan(20);
  expect(left.filter((name) => !files.has(`${name}.ts`))).toEqual([]);
});

test('the functions that ARCHITECTURE.md names with a file are in that file', () => {
  const named = [...architecture.matchAll(/`(\w+)` (?:in|of) `(src\/[\w./-]+)`/g)];
  expect(named.length).toBeGreaterThan(7);
  const isThere = (name: string, path: string): boolean => new RegExp(`function ${name}\\b`).test(textOf(path));
  expect(named.filter(([, name = '', path = '']) => !isThere(name, path)).map(([text]) => text)).toEqual([]);
});

test('ARCHITECTURE.md has a reason for each package', () => {
  const { dependencies, devDependencies } = JSON.parse(textOf('package.json')) as Record<
    string,
    Record<string, string>
  >;
  const [, said = ''] = architecture.split('\n## Dependencies\n');
  const isNamed = (name: string): boolean => said.includes(`\`${name}\``) || said.includes(`\`${shortOf(name)}\``);
  // The framework is installed under the name that its command has.
  const names = Object.keys({ ...dependencies, ...devDependencies });
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
});

test('OPERATIONS.md has a row for each parameter', () => {
  const rows = [...operations.matchAll(/^\| `(\w+)` \| /gm)].map(([, name]) => name);
  for (const name of Object.keys(DEFAULT_SETTINGS)) expect(rows).toContain(name);
});

test('OPERATIONS.md has a row for each variable', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => /\.(ts|py)$/.test(path));
  const text = sources.map((path) => textOf(join('src', path))).join('\n');
  const codes = new Set([...text.matchAll(/\bcode = '(CHORDAL_\w+)'/g)].map(([, code]) => code));
  const variables = [...text.matchAll(/\bCHORDAL_[A-Z_]*[A-Z]\b/g)].map(([name]) => name);

  const [, table = ''] = /### Variables\n([^]*?)\n###/.exec(operations) ?? [];
  const rows = [...table.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', '));
  const wanted = new Set(variables.filter((name) => !codes.has(name)).map((name) => `\`${name}\``));
  expect(rows.toSorted()).toEqual([...wanted].toSorted());
});

test('docs/your-functions.md has a row for each setting of a function and of a build', () => {
  const page = textOf('docs/your-functions.md');
  const rows = [...page.matchAll(/^\| (`[^|]+) \|/gm)].flatMap(([, names = '']) => names.split(', '));
  for (const name of Object.keys(CONFIG_CHECKS)) expect(rows).toContain(`\`${name}\``);
});

test('OPERATIONS.md has a row for each metric', () => {
  const meter = new EmfMeter();
  const all: Readonly<Record<Countable, true>> = {
    runs: true,
    failures: true,
    retries: true,
    duplicateRuns: true,
    returned: true,
    waits: true,
    deadLetters: true,
  };
  // Object.keys forgets what the keys are.
  for (const what of Object.keys(all) as Countable[]) meter.count(what);
  meter.waited(1);
  const line = meter.line({ stack: 'chordal-dev', functionName: 'math' }, 0) ?? '';
  const names = [...line.matchAll(/"Name":"(\w+)"/g)].map(([, name]) => name);

  const [, table = ''] = /### Metrics\n([^]*?)\n###/.exec(operations) ?? [];
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name)).toEqual(names);
  expect(operations).toContain(`at most $${(0.3 * names.length).toFixed(2)} a stage`);
});

test('OPERATIONS.md says of each alarm what it means, and how many there are with the sample handlers', () => {
  const names = readdirSync('handlers').filter((file) => file.endsWith('.ts'));
  const functions = names.map((file) => ({ name: file.slice(0, -3), file: `handlers/${file}` }));
  const project = describeProject({ service: 'chordal', stage: 'dev', functions });
  const made = Object.keys(alarms({ project, settings: DEFAULT_SETTINGS, routes: {} }));

  const kinds = new Set(made.map((name) => name.replace(/^[A-Z]\w*(?=AgeAlarm$|ErrorsAlarm$)/, '<Handler>')));
  for (const kind of kinds) expect(operations).toContain(`Alarm \`${kind}\``);
  expect(operations).toContain(`alarms: $0.10 each, ${made.length} with those`);
});

// --- internal ---

/** `@aws-sdk/client-s3` → `-s3`, and the framework by its own name. */
function shortOf(name: string): string {
  return name === 'serverless' ? 'osls' : name.replace('@aws-sdk/client', '');
}
