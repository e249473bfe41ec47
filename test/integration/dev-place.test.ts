import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { chooseDevPlace } from '../../src/cli/dev/place.ts';
import { PORTS } from '../../src/cli/dev/ports.ts';
import { writeFiles } from '../support/temporary-folder.ts';
import { chordal, ownProject, startChordal } from './cli-support.ts';
import type { Running } from './cli-support.ts';

/** Says which AWS account and which files of variables its code sees. */
const handler = `
  import { createApp } from 'chordal';
  const app = createApp('shop');
  const seen = ['AWS_PROFILE', 'AWS_REGION', 'AWS_ENDPOINT_URL_S3', 'FROM_ENV', 'FROM_LOCAL', 'BOTH', 'SHELL_TOO', 'CHORDAL_CELERY_RESULTS'];
  export const look = app.task('look', () => seen.map((name) => process.env[name] ?? null));
  export const handler = app.handler(look);
`;
const program = `
  import { createApp } from 'chordal';
  const result = await createApp('shop').signature('look').delay();
  console.log(JSON.stringify([process.env.AWS_PROFILE, (await result.get())[0]]));
`;

test('dev has the same addresses at each start, tells them in a file, and leaves AWS to the developer', async () => {
  const dir = await ownProject({
    'handlers/h.ts': handler,
    'program.mjs': program,
    '.env': 'FROM_ENV=a\nBOTH=a\nSHELL_TOO=a\nCHORDAL_TABLE=other\n',
    '.env.local': 'FROM_LOCAL=b\nBOTH=b\n',
  });
  const env = { AWS_PROFILE: 'work', AWS_REGION: 'eu-west-1', SHELL_TOO: 'shell', CHORDAL_CELERY_RESULTS: 'celery' };
  const port = String(await freeBlock());
  const start = (...args: readonly string[]): Running => startChordal(['dev', '--json', ...args], env, dir);
  const file = join(dir, '.chordal', 'dev.env');

  const first = start('--port', port);
  const given = JSON.parse(await first.answer) as { readonly env: Readonly<Record<string, string>> };
  const called = await chordal(['call', 'look', '--wait'], { cwd: dir });
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=chordal-source', '--env-file=.chordal/dev.env', 'program.mjs'],
    { cwd: dir, env: { PATH: process.env['PATH'], AWS_PROFILE: 'work' } },
  );
  const second = await chordal(['dev', '--port', port], { cwd: dir });

  expect(called.answers).toEqual([{ value: ['work', 'eu-west-1', null, 'a', 'b', 'b', 'shell', 'celery'] }]);
  expect(JSON.parse(stdout)).toEqual(['work', 'work']);
  expect(Object.keys(given.env).filter((name) => !name.startsWith('CHORDAL_'))).toEqual([]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(second).toMatchObject({ code: 2, stdout: '' });
  expect(second.stderr).toMatch(/it already runs in this project, as process \d+. Stop it, or add --port 0/);

  const written = await readFile(file, 'utf8');
  await first.kill();
  const without = await chordal(['call', 'look'], { cwd: dir });
  // Not startChordal's own choice of ports: those of the last start.
  const again = start('--port', port);
  await again.answer;

  expect(without.stderr).toContain('CHORDAL_TABLE is not set');
  expect(withoutProcess(await readFile(file, 'utf8'))).toBe(withoutProcess(written));
  expect(await again.interrupt()).toBe(0);
}, 90_000);

test('dev takes other ports than at its last start if one of them cannot be used, and says which', async () => {
  const dir = await ownProject({ 'handlers/h.ts': '' });
  const endpoints = (port: number): string => `{"sqs":"http://127.0.0.1:${port}","accessKeyId":"key"}`;
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;
  await writeFiles(dir, { '.chordal/dev.env': `CHORDAL_ENDPOINTS='${endpoints(port)}'\n` });

  const { ports, note, accessKey } = await chooseDevPlace(join(dir, 'handlers'));
  expect(accessKey).toBe('key');
  expect(note).toBe(`Using port ${ports?.sqsS3}, not ${port} of the last start: port ${port} is in use.`);

  // No start can have had these ports.
  await writeFiles(dir, { '.chordal/dev.env': `CHORDAL_ENDPOINTS='${endpoints(65_534)}'\n` });
  expect((await chooseDevPlace(join(dir, 'handlers'))).note).toBeUndefined();
});

// --- internal ---

function withoutProcess(text: string): string {
  return text.replace(/process \d+/, 'process');
}

/** The first of the ports of a start. They lie below those that a system gives to connections, which would take one between two starts. */
async function freeBlock(): Promise<number> {
  for (;;) {
    const first = randomInt(20_000, 32_000);
    const ports = Array.from({ length: PORTS }, (_, index) => first + index);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return first;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  const listens = await new Promise<boolean>((done) =>
    server.once('listening', () => done(true)).once('error', () => done(false)),
  );
  await new Promise((done) => server.close(done));
  return listens;
}
