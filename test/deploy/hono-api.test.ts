/** The example of an API beside handlers: on the embedded cloud, and packaged. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { writeFiles } from '../support/temporary-folder.ts';
import { installInto } from './support/installed-project.ts';
import { environmentWith, run, runWell } from './support/run.ts';
import { propertiesOf, statementsOf } from './support/template.ts';
import type { Template } from './support/template.ts';

const EXAMPLE = 'examples/hono-api';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chordal-hono-'));
  await installInto(dir, {});
  await cp(EXAMPLE, dir, { recursive: true });
}, 120_000);
afterAll(() => rm(dir, { recursive: true, force: true }));

test('the example compiles, starts workflows, and tells their state by answers and by events', async () => {
  await runWell('tsc', ['-p', '.'], { cwd: dir });
  const url = await startServer();

  const started = await fetch(`${url}/orders`, order('tea', 'cake'));
  expect(started.status).toBe(202);
  const { id } = (await started.json()) as { readonly id: string };
  const events = await (await fetch(`${url}/orders/${id}/events`)).text();
  const seen = [...events.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data = '']) => ({
    event,
    ...(JSON.parse(data) as object),
  }));
  expect(seen.at(-1)).toEqual({ event: 'SUCCESS', state: 'SUCCESS', done: 3, all: 3, value: 10 });
  expect(await (await fetch(`${url}/orders/${id}`)).json()).toMatchObject({ state: 'SUCCESS', value: 10 });

  const failed = await startAgain(`${url}/orders`, ['sand']);
  await (await fetch(`${url}/orders/${failed}/events`)).text();
  expect(await (await fetch(`${url}/orders/${failed}`)).json()).toMatchObject({
    state: 'FAILURE',
    error: expect.stringContaining('there is no sand'),
  });
  expect((await fetch(`${url}/orders`, { method: 'POST', body: '{}' })).status).toBe(400);
});

test('a client that goes away ends the stream of events that it has asked for', async () => {
  let looks = 0;
  // A table without items: the workflow never ends.
  const table = createServer((request, response) => {
    looks += 1;
    request.resume().on('end', () => response.end('{}'));
  });
  await new Promise<void>((resolve) => table.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    table.closeAllConnections();
    table.close();
  });
  // A server that listens on a port has such an address.
  const dynamodb = `http://127.0.0.1:${(table.address() as AddressInfo).port}`;
  const cloud = { dynamodb, sqs: dynamodb, region: 'us-east-1', accessKeyId: 'a', secretAccessKey: 'a' };
  const url = await startedBy('node', ['src/server.ts'], {
    CHORDAL_ENDPOINTS: JSON.stringify(cloud),
    CHORDAL_TABLE: 't',
    CHORDAL_BUCKET: 'b',
    CHORDAL_QUEUE_PREFIX: 'p-',
  });

  const client = new AbortController();
  const { body } = await fetch(`${url}/orders/W/events`, { signal: client.signal });
  await body?.getReader().read();
  client.abort();
  await expect
    .poll(
      () => {
        const since = looks;
        looks = 0;
        return since;
      },
      // The stream looks four times in a second.
      { interval: 1500, timeout: 10_000 },
    )
    .toBe(0);
});

test('its functions are packaged as before, may call tasks, and the handlers have an archive of their own', async () => {
  await runWell('npm', ['run', 'build'], { cwd: dir });
  const yml = await readFile(join(EXAMPLE, 'serverless.yml'), 'utf8');
  await writeFiles(dir, {
    'serverless.yml': yml.replace('/serverless\n', '/serverless\n  - ./bundler.cjs\n'),
    ...bundler,
  });
  await runWell('serverless', ['package'], { cwd: dir });
  // A plugin that bundles functions sees those that are the service's own.
  expect(JSON.parse(await readFile(join(dir, 'bundled.json'), 'utf8'))).toEqual(['api', 'stream']);
  const template = await readTemplate();

  for (const name of ['Api', 'Stream']) {
    const { Environment, Handler } = propertiesOf(template, `${name}LambdaFunction`);
    expect(Handler).toBe(`dist/${name.toLowerCase()}.handler`);
    expect(Environment).toMatchObject({
      Variables: { CHORDAL_TABLE: { Ref: 'Table' }, CHORDAL_ROUTES: '{"price":"orders","total":"orders"}' },
    });
  }
  const { ManagedPolicyArns } = propertiesOf(template, 'IamRoleLambdaExecution');
  expect(ManagedPolicyArns).toEqual([{ Ref: 'CallerPolicy' }]);
  expect(propertiesOf(template, 'OrdersRole')).not.toHaveProperty('ManagedPolicyArns');
  expect(statementsOf(template, 'OrdersRole').length).toBeGreaterThan(3);
  expect(propertiesOf(template, 'OrdersLambdaFunction')).toMatchObject({
    Runtime: 'nodejs24.x',
    LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
  });
  // The documented defaults, which no line of its serverless.yml sets.
  expect(propertiesOf(template, 'OrdersLogGroup')).toMatchObject({ RetentionInDays: 14 });
  expect(propertiesOf(template, 'SubmitLambdaFunction')).toMatchObject({
    Environment: { Variables: { CHORDAL_SUBMIT_ALLOW: '*' } },
  });
  const versions = Object.keys(template.Resources).filter((name) => name.includes('LambdaVersion'));
  expect(versions.map((name) => name.replace(/LambdaVersion.*/, '')).toSorted()).toEqual(['Api', 'Stream']);
  expect(await filesIn('.serverless/orders.zip')).toEqual(['dist/api.mjs', 'dist/stream.mjs']);
  const files = await filesIn('.chordal/build.zip');
  expect(files).toContain('.chordal/build/orders.mjs');
  expect(files).toContain('.chordal/build/routes.json');
  expect(files.filter((file) => !file.startsWith('.chordal/build/'))).toEqual([]);
}, 120_000);

test.each([
  [
    'a function that Lambda cannot load',
    (yml: string) => yml.replace('dist/api.handler', 'src/api.handler'),
    /functions\.api\.handler of serverless\.yml is src\/api\.handler, and Lambda does not load src\/api\.ts\. Bundle it first/,
  ],
  [
    'a function without a file',
    (yml: string) => yml.replace('dist/api.handler', 'dist/apis.handler'),
    /is dist\/apis\.handler, and there is no file dist\/apis\.js, \.mjs or \.cjs\./,
  ],
  [
    'a caller with a role of its own',
    (yml: string) =>
      yml.replace(
        'handler: dist/api.handler',
        'handler: dist/api.handler\n    role: arn:aws:iam::123456789012:role/own',
      ),
    /Cannot add the rights of a caller to functions\.api of serverless\.yml: it has a role of its own/,
  ],
  [
    'a misspelt setting',
    (yml: string) => `${yml}\ncustom: { chordal: { handler: tasks } }\n`,
    /Cannot use handler of custom\.chordal of serverless\.yml: there is no such setting\. Did you mean `handlers`\?/,
  ],
])('%s is refused before anything is built, once', async (_, edit, message) => {
  const yml = await readFile(join(EXAMPLE, 'serverless.yml'), 'utf8');
  await writeFiles(dir, { 'serverless.yml': edit(yml), 'dist/api.mjs': '', 'dist/stream.mjs': '' });
  const { exitCode, stdout, stderr } = await run('serverless', ['package'], { cwd: dir });
  const said = `${stdout}${stderr}`;

  expect(said).toMatch(message);
  expect(said.match(new RegExp(message, 'g'))).toHaveLength(1);
  expect(said).not.toMatch(/\n {4}at /);
  expect(exitCode).toBe(1);
});

// --- internal ---

const bundler = {
  'bundler.cjs': `
    const { writeFileSync } = require('node:fs');
    module.exports = class {
      constructor({ service }) {
        const bundle = () => writeFileSync('bundled.json', JSON.stringify(Object.keys(service.functions)));
        this.hooks = { 'before:package:createDeploymentArtifacts': bundle };
      }
    };`,
};

function order(...items: readonly string[]): RequestInit {
  return { method: 'POST', body: JSON.stringify({ items }), headers: { 'idempotency-key': items.join('-') } };
}

/** Sends an order twice with one key, and returns the one id. */
async function startAgain(url: string, items: readonly string[]): Promise<string> {
  const answers = [await fetch(url, order(...items)), await fetch(url, order(...items))];
  const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as { id: string }).id));
  expect(ids[1]).toBe(ids[0]);
  return ids[0] ?? '';
}

/** Starts the API inside `chordal dev`, as `npm run dev` does, and returns its address. */
function startServer(): Promise<string> {
  const chordal = join(dir, 'node_modules/.bin/chordal');
  return startedBy('node', [chordal, 'dev', '--port', '0', '--', 'node', 'src/server.ts']);
}

/** Starts a program that runs the API, and returns the address that it prints. */
async function startedBy(program: string, args: readonly string[], variables = {}): Promise<string> {
  const child = spawn(program, args, {
    cwd: dir,
    env: environmentWith({ PORT: '0', ...variables }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGINT');
    await closed;
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const [url] = /http:\/\/127\.0\.0\.1:\d+$/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error(`The API has ended:\n${lines.join('\n')}`);
}

async function readTemplate(): Promise<Template> {
  // The framework writes a template.
  return JSON.parse(
    await readFile(join(dir, '.serverless/cloudformation-template-update-stack.json'), 'utf8'),
  ) as Template;
}

async function filesIn(archive: string): Promise<readonly string[]> {
  await runWell('unzip', ['-tq', join(dir, archive)]);
  const { stdout } = await runWell('unzip', ['-Z1', join(dir, archive)]);
  return stdout.trim().split('\n').toSorted();
}
