/** `chordal dev --cloud localstack` with programs that stand in for LocalStack and the framework; test/deploy has the real ones. */
import { chmod, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { writeFiles } from '../support/temporary-folder.ts';
import { ownProject, startChordal } from './cli-support.ts';
import type { Running } from './cli-support.ts';

const serverlessYml = `
service: shop
params:
  default: { timeout: 300 }
provider:
  environment: { LANGUAGE: en }
custom:
  functions:
    words: { environment: { REGION: eu }, provided: [not-installed] }
`;

/** It does not build or load without the settings of its project, and may run for longer than a function does by default. */
const words = `
  export const config = { environment: { COLOR: 'red' } };
  if (\`\${process.env.LANGUAGE} \${process.env.REGION} \${process.env.COLOR} \${process.env.CHORDAL_TABLE}\` !== 'en eu red shop-dev')
    throw new Error('a variable is missing');
  export const later = () => import('not-installed');
  export const handler = Object.assign(async () => {}, { tasks: ['count'], timeLimits: { count: 120 } });
`;

test('handlers are built and loaded with the settings of their functions, again when they change, and their logs are read to the end', async () => {
  const { dir, dev, replaced } = await start();
  await dev.until(/The stack is on LocalStack/);
  await dev.until(/shop-dev-words \| on the first page/);
  await dev.until(/shop-dev-words \| on the second page/);

  await writeFiles(dir, { 'handlers/words.ts': `${words} // changed` });
  await dev.until(/Replaced the code of 4 functions/);
  expect(replaced().toSorted()).toEqual(['bury', 'result', 'submit', 'words'].map((name) => `shop-dev-${name}`));
});

test('a new handler whose deployment has failed is deployed after the next change', async () => {
  const { dir, dev, deployments } = await start();
  await dev.until(/The stack is on LocalStack/);
  const other = "export const handler = Object.assign(async () => {}, { tasks: ['log'] });";
  await writeFiles(dir, { 'is-down': '', 'handlers/log.ts': other });
  await dev.until(/Not deployed: Cannot deploy to .*: the Serverless Framework ended with 1/);
  await rm(join(dir, 'is-down'));
  await writeFiles(dir, { 'handlers/log.ts': `${other} // again` });
  await vi.waitFor(async () => expect(await deployments()).toBe(3), 30_000);
});

// --- internal ---

interface Started {
  readonly dir: string;
  readonly dev: Running;
  /** The functions whose code was replaced. */
  readonly replaced: () => readonly string[];
  /** How often the framework was called. */
  readonly deployments: () => Promise<number>;
}

async function start(): Promise<Started> {
  const replaced: string[] = [];
  const url = await fakeLocalStack((name) => replaced.push(name));
  const dir = await ownProject({
    'serverless.yml': serverlessYml,
    'handlers/words.ts': words,
    'bin/serverless':
      '#!/bin/sh\necho "$@" >> deployments\n[ -e is-down ] && exit 1\necho Service deployed to stack shop-dev\n',
  });
  await chmod(join(dir, 'bin/serverless'), 0o755);
  const env = { AWS_ENDPOINT_URL: url, PATH: `${join(dir, 'bin')}${delimiter}${process.env['PATH']}` };
  const deployments = async (): Promise<number> =>
    (await readFile(join(dir, 'deployments'), 'utf8')).trimEnd().split('\n').length;
  return { dir, dev: startChordal(['dev', '--cloud', 'localstack'], env, dir), replaced: () => replaced, deployments };
}

/** Answers the calls of the loop. */
async function fakeLocalStack(onReplaced: (functionName: string) => void): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const [, functionName] = /functions\/([^/]+)\/code$/.exec(request.url ?? '') ?? [];
      if (functionName !== undefined) onReplaced(functionName);
      response.end(answerTo(body));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  // A server that listens on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function answerTo(body: string): string {
  if (body.includes('DescribeStacks'))
    return '<OutputKey>CallerEnvironment</OutputKey><OutputValue>CHORDAL_TABLE=shop-dev</OutputValue>';
  if (!body.includes('logGroupName') || !body.includes('shop-dev-words')) return '{}';
  const event = (eventId: string, message: string) => ({ eventId, timestamp: Date.now(), message });
  return JSON.stringify(
    body.includes('"nextToken":"2"')
      ? { events: [event('b', 'on the second page')] }
      : { events: [event('a', 'on the first page')], nextToken: '2' },
  );
}
