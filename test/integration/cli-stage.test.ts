import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
/** Commands beside a deployed stack: the embedded cloud stands in for it. */
import { join } from 'node:path';
import { createApp } from 'chordal';
import { expect, onTestFinished, test } from 'vitest';
import { startLocal } from '../../src/local/local-cloud.ts';
import { chordal, cli, ownProject, projectFolder, startChordal } from './cli-support.ts';

const handlers = {
  'words.ts': `
    import { createApp } from 'chordal';
    const app = createApp('words');
    const count = app.task('count', { keepArguments: true }, (line: string) => line.length);
    export const handler = app.handler(count, app.task('hide', (line: string) => line.length));
  `,
};

test('ui --stage shows the stack of that stage, also where the environment is of another', async () => {
  const local = await startLocal({
    handlersDir: await projectFolder(handlers),
    service: 'words',
    stage: 'prod',
    onEvent: () => undefined,
  });
  onTestFinished(() => local.stop());
  const asked: string[] = [];
  const lambda = await fakeLambda(asked, local.env);
  const { CHORDAL_TABLE: _, ...others } = local.env;
  const page = startChordal(['ui', '--stage', 'prod', '--service', 'words'], {
    ...others,
    CHORDAL_TABLE: 'of-another-stage',
    CHORDAL_STAGE: 'dev',
    AWS_ENDPOINT_URL_LAMBDA: lambda,
  });
  const line = await page.until(/The page:/);
  expect(asked).toEqual(['/2015-03-31/functions/words-prod-result/configuration']);

  const url = new URL(/http\S+/.exec(line)?.[0] ?? '');
  const entered = await fetch(url);
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const about = await fetch(new URL('/api/about', url), { headers: { cookie } });
  expect(await about.json()).toMatchObject({ title: 'prod', canAct: false });
  const list = await fetch(new URL('/api/workflows', url), { headers: { cookie } });
  expect(await list.json()).toEqual({ items: [] });
  const headers = { cookie, origin: url.origin, 'content-type': 'application/json', 'x-chordal': '1' };
  const revoke = await fetch(new URL('/api/revoke', url), { method: 'POST', headers, body: '{"id":"w"}' });
  expect(revoke.status).toBe(403);
  expect(await revoke.json()).toMatchObject({ error: expect.stringContaining('--allow-actions') });
  // Ctrl-C is how it ends.
  expect(await page.interrupt()).toBe(0);
});

test('a call without routes reads them from the handlers, with the settings of the stage in serverless.yml', async () => {
  const dir = await ownProject({
    'serverless.yml': `
service: words
params:
  default: { timeout: 30 }
  prod: { timeout: 300 }
provider:
  environment: { LANGUAGE: en }
custom:
  functions:
    words: { environment: { REGION: eu } }
`,
    'handlers/words.ts': `
      if (process.env.LANGUAGE !== 'en' || process.env.REGION !== 'eu') throw new Error('a variable is missing');
      export const handler = Object.assign(async () => {}, { tasks: ['count'], timeLimits: { count: 120 } });
    `,
  });
  const local = await startLocal({
    handlersDir: join(dir, 'handlers'),
    service: 'words',
    stage: 'prod',
    standard: { timeoutSeconds: 300 },
    environment: { LANGUAGE: 'en', REGION: 'eu' },
    onEvent: () => undefined,
  });
  onTestFinished(() => local.stop());
  const { CHORDAL_ROUTES: _, ...env } = local.env;
  expect(await chordal(['call', 'count', '"to be"'], { env, cwd: dir })).toMatchObject({ code: 0, stderr: '' });
});

test('ui shows the arguments that a task keeps, and runs it again with them; of others it has none', async () => {
  const local = await startLocal({
    handlersDir: await projectFolder(handlers),
    service: 'words',
    stage: 'prod',
    onEvent: () => undefined,
  });
  onTestFinished(() => local.stop());
  Object.assign(process.env, local.env);
  const app = createApp('caller');
  const kept = await app.signature('count', { args: ['to be'] }).delay();
  const hidden = await app.signature('hide', { args: ['to be'] }).delay();
  for (const result of [kept, hidden]) expect(await result.get({ timeout: 30 })).toBe(5);

  const page = startChordal(['ui', '--allow-actions'], local.env);
  const url = new URL(/http\S+/.exec(await page.until(/The page:/))?.[0] ?? '');
  const cookie = (await fetch(url)).headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const headers = { cookie, origin: url.origin, 'content-type': 'application/json', 'x-chordal': '1' };
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    return (await fetch(new URL(path, url), { headers, ...sent })).json();
  };
  const node = Object(await ask(`/api/node?id=${kept.taskId}`));
  expect(node).toMatchObject({ task: 'count', args: ['to be'], kwargs: {} });
  expect(await ask(`/api/node?id=${hidden.taskId}`)).not.toHaveProperty('args');
  const { id } = Object(await ask('/api/run', { task: 'count', args: node.args, kwargs: node.kwargs }));
  expect(await app.asyncResult(id).get({ timeout: 30 })).toBe(5);
});

test('a stage that is not there is an error with the name of the function that was looked for', async () => {
  const env = { AWS_ENDPOINT_URL_LAMBDA: await fakeLambda([], undefined), ...CREDENTIALS };
  const { code, stderr } = await cli(['ui', '--stage', 'prod', '--service', 'shop'], { env });
  expect(code).toBe(2);
  expect(stderr).toContain(
    'Cannot find the stage prod of shop by the function "shop-prod-result": there is no such function.',
  );
});

test('--service without --stage is refused', async () => {
  const { code, stderr } = await cli(['ui', '--service', 'shop']);
  expect(code).toBe(2);
  expect(stderr).toContain('Cannot use --service without --stage');
});

// --- internal ---

const CREDENTIALS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** Answers GetFunctionConfiguration with an environment; without one there is no function. */
async function fakeLambda(asked: string[], variables: Readonly<Record<string, string>> | undefined): Promise<string> {
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(variables === undefined ? 404 : 200, {
      'content-type': 'application/json',
      ...(variables === undefined && { 'x-amzn-errortype': 'ResourceNotFoundException' }),
    });
    response.end(JSON.stringify({ Environment: { Variables: variables } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // A server that listens on a port has an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
