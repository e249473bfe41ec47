/** Compiles the code of the pages beside README.md, and runs those recipes that have tasks or a handler. */
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LogLevel } from '@aws-lambda-powertools/logger';
import { createApp, range } from 'chordal';
import type { AsyncResult, Handler } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import ts from 'typescript';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { logLineOf } from '../../src/cli/logs/log-line.ts';
import { projectFiles } from '../../src/create/files.ts';
import { snippetsOf } from '../support/readme.ts';
import { writeFiles } from '../support/temporary-folder.ts';
import { OTHER_PACKAGES } from './support/recipe-packages.ts';

const PAGES = ['docs/recipes.md', 'docs/your-functions.md', 'docs/celery-clients.md', 'OPERATIONS.md'];

/** Inside the package, so that 'chordal' is its source; git ignores it. */
let folder: string;

beforeAll(async () => {
  await mkdir('.chordal', { recursive: true });
  folder = await mkdtemp(resolve('.chordal', 'recipes-'));
  await writeFiles(folder, OTHER_PACKAGES);
  for (const page of PAGES) {
    const files = snippetsOf(await readFile(page, 'utf8')).map(({ file, code }) => [join(nameOf(page), file), code]);
    await writeFiles(folder, Object.fromEntries(files));
  }
  // OPERATIONS.md calls a sample task.
  await cp('handlers/tasks', join(folder, nameOf('OPERATIONS.md'), 'handlers/tasks'), { recursive: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(PAGES)('the code of %s compiles with the settings of a new project', async (page) => {
  const text = await readFile(page, 'utf8');
  const snippets = snippetsOf(text);
  const files = snippets.map(({ file }) => join(folder, nameOf(page), file));
  const program = ts.createProgram(files, compilerOptions());
  const problems = files
    .map((file) => program.getSourceFile(file))
    .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);

  expect(problems).toEqual([]);
  // All of its TypeScript is seen here.
  expect(text.match(/^```(ts|js)\b/gm)).toHaveLength(snippets.length);
});

test.each(PAGES)('the YAML of %s is YAML', async (page) => {
  const blocks = [...(await readFile(page, 'utf8')).matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, yaml = '']) => yaml);
  const errors = blocks.flatMap((yaml) => parseAllDocuments(yaml, { logLevel: 'error' }).flatMap((one) => one.errors));
  expect(errors.map(({ message }) => message)).toEqual([]);
});

test('a webhook that comes twice starts one workflow', async () => {
  const charged: unknown[] = [];
  const app = createApp('shop');
  cloudOf(app.handler(app.task('charge', (id: string, amount: number) => charged.push([id, amount]))));
  const { handler } = await load<{ handler: Api }>('api/webhook.ts');
  const event = { body: JSON.stringify({ id: 'evt_1', amount: 5 }) };
  const answers = [await handler(event), await handler(event)].map((answer) => Object(answer));

  expect(answers[0]).toMatchObject({ statusCode: 202 });
  expect(answers[1]).toEqual(answers[0]);
  await app.asyncResult(JSON.parse(answers[0].body).taskId).get();
  expect(charged).toEqual([['evt_1', 5]]);
});

test('an upload starts one workflow, and a second upload of the same key another', async () => {
  const resized: string[] = [];
  const app = createApp('shop');
  const cloud = cloudOf(app.handler(app.task('resize', (key: string) => void resized.push(key))));
  const { handler } = await load<{ handler: Api }>('api/upload.ts');
  const upload = (sequencer: string): object => ({
    Records: [{ s3: { object: { key: 'my+cat%21.png', sequencer } } }],
  });
  for (const sequencer of ['1', '1', '2']) await handler(upload(sequencer));
  while (!cloud.isIdle) await cloud.clock.sleep(1000);

  expect(resized).toEqual(['my cat!.png', 'my cat!.png']);
});

test('a workflow that code builds has a step for some of its pages', async () => {
  const recipe = await load<Recipe & { count: (urls: readonly string[]) => Promise<AsyncResult<unknown>> }>(
    'handlers/pages.ts',
  );
  const cloud = cloudOf(recipe.handler);
  const logged = vi.spyOn(console, 'log').mockImplementation(() => {});
  vi.stubGlobal('fetch', async (url: string) => ({ text: async () => (url.endsWith('.txt') ? 'a b' : '<p>a</p>') }));
  const result = await recipe.count(['a.txt', 'a.html']);
  expect(await result.get()).toBe(3);
  while (!cloud.isIdle) await cloud.clock.sleep(1000);

  expect(logged).toHaveBeenCalledWith('2 pages are counted');
});

test('at most three files of a tenant are imported at once, while another tenant has places of its own', async () => {
  const recipe = await load<Recipe & { importFor: (tenant: string, url: string) => Promise<AsyncResult<unknown>> }>(
    'handlers/imports.ts',
  );
  const cloud = cloudOf(recipe.handler);
  const running = { a: 0, b: 0 };
  const most = { a: 0, b: 0, both: 0 };
  vi.stubGlobal('fetch', async (url: 'a' | 'b') => {
    running[url] += 1;
    most[url] = Math.max(most[url], running[url]);
    most.both = Math.max(most.both, running.a + running.b);
    await cloud.clock.sleep(500);
    running[url] -= 1;
    return { status: 200 };
  });
  const calls = await Promise.all(range(12).map((n) => recipe.importFor(n % 2 ? 'a' : 'b', n % 2 ? 'a' : 'b')));
  expect(await Promise.all(calls.map((call) => call.get()))).toEqual(range(12).map(() => 200));

  expect(most).toMatchObject({ a: 3, b: 3 });
  expect(most.both).toBeGreaterThan(3);
});

test('of the edits of a page only the last is indexed, and of the warnings of ten minutes only the first is said', async () => {
  type Send = (...args: readonly string[]) => Promise<AsyncResult<unknown>>;
  const recipe = await load<Recipe & { edited: Send; warned: Send }>('handlers/search.ts');
  const cloud = cloudOf(recipe.handler);
  const sent: unknown[] = [];
  vi.stubGlobal('fetch', async (url: string, { body }: { body: string }) => sent.push(`${url} ${body}`));
  const edits: AsyncResult<unknown>[] = [];
  for (const text of ['h', 'he', 'hey']) {
    edits.push(await recipe.edited('1', text));
    await cloud.clock.sleep(3000);
  }
  const other = await recipe.edited('2', 'other');
  expect(await Promise.all([...edits, other].map((edit) => edit.get()))).toEqual([3, 3, 3, 5]);
  expect(sent).toEqual(['https://search.example/1 hey', 'https://search.example/2 other']);

  const warnings = [await recipe.warned('full'), await recipe.warned('fuller')];
  expect(await Promise.all(warnings.map((one) => one.get()))).toEqual(['full', 'full']);
  await cloud.clock.sleep(600_000);
  expect(await (await recipe.warned('fullest')).get()).toBe('fullest');
  expect(sent.slice(2)).toEqual(['https://chat.example/ full', 'https://chat.example/ fullest']);
});

test('a new password, and a letter that is urgent, overtake a backlog of letters', async () => {
  type Letters = { newsletter: Sent; resetPassword: Sent; newsletterNow: Sent['delay'] };
  const recipe = await load<Recipe & Letters>('handlers/letters.ts');
  const cloud = cloudOf(recipe.handler);
  vi.stubGlobal('fetch', () => cloud.clock.sleep(10_000));
  const letters = await Promise.all(range(1000).map((n) => recipe.newsletter.delay(`${n}@b.example`)));
  const startedAt = cloud.clock.now();
  const urgent = [await recipe.resetPassword.delay('ann@b.example'), await recipe.newsletterNow('bob@b.example')];
  expect(await Promise.all(urgent.map((one) => one.get()))).toEqual(['ann@b.example', 'bob@b.example']);

  expect(cloud.clock.now() - startedAt).toBeLessThan(15_000);
  expect(await letters.at(-1)?.state()).toBe('PENDING');
});

test.each([
  ['orders', 'find', [{ id: 7 }]],
  ['customers', 'customer', { id: 7, name: 'Ann' }],
])('the tasks of handlers/%s.ts share one pool', async (file, name, value) => {
  const recipe = await load<Recipe>(`handlers/${file}.ts`);
  cloudOf(recipe.handler);
  const task = recipe[name] as Sent;
  for (const _ of [1, 2]) expect(await (await task.delay(7)).get()).toEqual(value);

  expect(Reflect.get(globalThis, `${file} pools`)).toBe(1);
});

test('a secret is read once, and again after a failure', async () => {
  const { handler, charge } = await load<Recipe & { charge: Sent }>('handlers/charge.ts');
  cloudOf(handler);
  // The first read of the package that stands in for the SDK fails.
  expect(await (await charge.delay(5)).get()).toBe('charged 5 with 14 characters');
  expect(await (await charge.delay(6)).get()).toBe('charged 6 with 14 characters');
  expect(Reflect.get(globalThis, 'secret reads')).toBe(2);
});

test('the error of a task reaches Sentry with the task, and is flushed', async () => {
  const { handler, mail } = await load<Recipe & { mail: Sent }>('handlers/mail.ts');
  cloudOf(handler);
  await expect((await mail.delay('nobody')).get()).rejects.toMatchObject({ name: 'TaskFailedError' });

  expect(Reflect.get(globalThis, 'sentry')).toEqual([
    expect.objectContaining({
      message: 'nobody is not an address',
      tags: { task: 'mail', workflowId: expect.any(String) },
    }),
    'flushed',
  ]);
});

test('each line of Powertools names the task that prints it, also of tasks that run at once', async () => {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  onTestFinished(() => written.mockRestore());
  const { handler, report } = await load<Recipe & { report: Sent }>('handlers/report.ts');
  cloudOf(handler);
  const months = ['May', 'June', 'July'];
  const results = await Promise.all(months.map((month) => report.delay(month)));
  for (const result of results) await result.get();

  const lines = written.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('"month"'));
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    results.map(({ taskId }, index) => ({
      // The fields that Lambda takes from a line of JSON, and Powertools' own.
      level: LogLevel.INFO,
      timestamp: expect.any(String),
      message: 'the report is made',
      service: 'shop',
      sampling_rate: 0,
      // Those of the lines that Chordal writes.
      taskId,
      workflowId: taskId,
      attempt: 0,
      month: months[index],
    })),
  );
  // `chordal logs` finds them by the same fields.
  const event = { id: 'e', at: 0, group: '/aws/lambda/shop-dev-report', text: lines[1] ?? '' };
  expect(logLineOf(event, results[1]?.taskId ?? '')).toMatchObject({ function: 'shop-dev-report', month: 'June' });
  expect(logLineOf(event, results[0]?.taskId ?? '')).toBeUndefined();
});

// --- internal ---

type Api = (event: object) => Promise<unknown>;

interface Sent {
  readonly delay: (...args: readonly unknown[]) => Promise<AsyncResult<unknown>>;
}

interface Recipe {
  readonly handler: Handler;
  readonly [name: string]: unknown;
}

function nameOf(page: string): string {
  return page.replaceAll(/^docs\/|\.md$/g, '');
}

async function load<T>(file: string): Promise<T> {
  // The recipe's own exports; that they are there is part of the test.
  return (await import(/* @vite-ignore */ join(folder, 'recipes', file))) as T;
}

function cloudOf(handler: Handler): ReturnType<typeof memoryCloud> {
  const cloud = memoryCloud({ all: handler }, { time: 'virtual', logLevel: 'silent' });
  onTestFinished(() => {
    vi.unstubAllGlobals();
    return cloud.close();
  });
  return cloud;
}

/** Those that `npm create chordal` writes; and 'chordal' is the source. */
function compilerOptions(): ts.CompilerOptions {
  const files = projectFiles({
    name: 'shop',
    versions: { chordal: '', 'chordal-tools': '' },
    needsNode: false,
    isModule: true,
    hasExample: true,
  });
  const { config } = ts.parseConfigFileTextToJson('tsconfig.json', files['tsconfig.json'] ?? '') as { config: object };
  const { options, errors } = ts.parseJsonConfigFileContent(config, ts.sys, resolve('.'));
  expect(errors).toEqual([]);
  return { ...options, customConditions: ['chordal-source'] };
}
