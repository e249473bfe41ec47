/** `chordal deploy-local`, with stand-ins for the emulator and for the Serverless Framework. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startChordal } from './cli-support.ts';
import type { Running } from './cli-support.ts';

const file = '.chordal/deployed.env';

test('the stack on an emulator that the command starts is removed at its end, with the file of its addresses', async () => {
  const project = await shop();
  const command = start(project);

  expect(await command.until(/The stack is deployed/)).toMatch(
    /node --env-file=\.chordal\/deployed\.env <program>\. It is removed when this command ends\.$/,
  );
  expect(await readFile(join(project, file), 'utf8')).toContain('export CHORDAL_STAGE=dev\n');
  expect(await command.interrupt()).toBe(0);
  await expect(readFile(join(project, file), 'utf8')).rejects.toThrow('ENOENT');
});

test('an interrupted command ends its program, and removes the stack', async () => {
  const project = await shop();
  const command = start(project, { words: ['node', '-e', 'console.log(0); setInterval(() => {}, 1000)'] });

  expect(await command.answer).toBe('0');
  expect(await command.interrupt('SIGTERM')).toBe(1);
  await expect(readFile(join(project, file), 'utf8')).rejects.toThrow('ENOENT');
});

test('the stack stays on an emulator that was there before, and so does the file', async () => {
  const project = await shop({ 'serverless.yml': "service: shop\nprovider: { stage: '${env:SHOP_STAGE}' }\n" });
  const url = await emulator(project);
  const command = start(project, { env: { AWS_ENDPOINT_URL: url, SHOP_STAGE: 'qa' } });

  expect(await command.until(/The stack is deployed/)).toMatch(
    new RegExp(`<program>\\. It stays on ${url} when this command ends\\.$`),
  );
  expect(await command.interrupt()).toBe(0);
  // The stage is that of serverless.yml.
  expect(await readFile(join(project, file), 'utf8')).toContain('export CHORDAL_STAGE=qa\n');
});

// --- internal ---

/** Answers every request with the outputs of the stack that it names. */
const MINISTACK = `#!/usr/bin/env node
const { text } = require('node:stream/consumers');
const server = require('node:http').createServer(async (request, response) => {
  const [, stage] = /StackName=shop-(\\w+)/.exec(await text(request)) ?? [];
  response.end('<OutputKey>CallerEnvironment</OutputKey><OutputValue>CHORDAL_STAGE=' + stage + '</OutputValue>');
});
server.listen(process.env.GATEWAY_PORT, '127.0.0.1', () => console.log(server.address().port));
`;

const FILES = {
  'package.json': '{ "name": "shop" }',
  'node_modules/.bin/serverless': '#!/bin/sh\necho "deployed to stack shop-$4"\n',
  // `python3 -m venv DIR` makes a folder of programs.
  'bin/python3': `#!/bin/sh\n[ "$1" = -m ] || exit 0\nmkdir -p "$3/bin" && cp "$(dirname "$0")"/pip "$(dirname "$0")"/ministack "$3/bin"\n`,
  'bin/pip': '#!/bin/sh\n',
  'bin/ministack': MINISTACK,
};

async function shop(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const project = await temporaryFolder({ ...FILES, ...files });
  const programs = Object.keys(FILES).filter((path) => path.includes('bin/'));
  await Promise.all(programs.map((path) => chmod(join(project, path), 0o755)));
  return project;
}

function start(
  project: string,
  {
    words = [],
    env = {},
  }: { readonly words?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Running {
  const PATH = `${join(project, 'bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  return startChordal(['deploy-local', ...(words.length > 0 ? ['--', ...words] : [])], { PATH, ...env }, project);
}

/** Starts an emulator beside the command, and returns its address. */
async function emulator(project: string): Promise<string> {
  const child = spawn(join(project, 'bin/ministack'), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill());
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  return `http://127.0.0.1:${port}`;
}
