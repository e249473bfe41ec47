/** The example of a Django application whose tasks run as functions: the real Django and Celery, on the embedded cloud. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../src/local/localstack/free-port.ts';
import { preparePython } from './support/python.ts';
import { environmentWith } from './support/run.ts';

const EXAMPLE = 'examples/django-to-lambda';
const python = await preparePython();
const missing = 'missing' in python ? ` (skipped: ${python.missing})` : '';

describe.skipIf(missing !== '')(`the example ${EXAMPLE}${missing}`, () => {
  const ends: (() => Promise<unknown>)[] = [];
  let env: Readonly<Record<string, string>>;
  let url: string;

  beforeAll(async () => {
    env = await startFunctions();
    url = await startDjango();
  }, 60_000);
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  /** Runs the example's own script, as its README says, with the command line of this repository. */
  async function startFunctions(): Promise<typeof env> {
    const dir = await mkdtemp(join(tmpdir(), 'chordal-django-'));
    ends.push(() => rm(dir, { recursive: true, force: true }));
    await cp(EXAMPLE, dir, { recursive: true });
    await mkdir(join(dir, 'node_modules', '.bin'), { recursive: true });
    await symlink(resolve('.'), join(dir, 'node_modules', 'chordal'));
    const command = `exec node --conditions=chordal-source ${resolve('src/cli/main.ts')} "$@"`;
    await writeFile(join(dir, 'node_modules', '.bin', 'chordal'), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
    const child = spawn('npm', ['run', '--silent', 'dev', '--', '--json', '--port', '0'], {
      cwd: dir,
      env: environmentWith(),
      stdio: ['ignore', 'pipe', 'ignore'],
      // A group of its own: npm starts others.
      detached: true,
    });
    const ended = new Promise((done) => child.once('close', done));
    ends.push(async () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      await ended;
    });
    const answer = await new Promise<string>((done) => createInterface(child.stdout).once('line', done));
    return Object(JSON.parse(answer)).env;
  }

  async function startDjango(): Promise<string> {
    const port = await freePort();
    const bin = 'bin' in python ? python.bin : '';
    const child = spawn(join(bin, 'python'), ['-u', 'manage.py', 'runserver', '--noreload', String(port)], {
      cwd: EXAMPLE,
      env: environmentWith({ ...env, PYTHONDONTWRITEBYTECODE: '1' }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((done) => child.once('close', done));
    ends.push(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    const errors: string[] = [];
    createInterface(child.stderr).on('line', (line) => void errors.push(line));
    const ready = new Promise<'ready'>((done) => {
      createInterface(child.stdout).on('line', (line) => {
        if (line.includes('Quit the server')) done('ready');
      });
    });
    if ((await Promise.race([ready, ended])) !== 'ready') throw new Error(`Django ended:\n${errors.join('\n')}`);
    return `http://127.0.0.1:${port}`;
  }

  async function orderOf(...articles: readonly string[]): Promise<unknown> {
    const started = await fetch(`${url}/orders`, { method: 'POST', body: JSON.stringify({ articles }) });
    expect(started.status).toBe(202);
    const { id } = Object(await started.json());
    return vi.waitFor(
      async () => {
        const answer = Object(await (await fetch(`${url}/orders/${id}`)).json());
        expect(answer.state).not.toBe('PENDING');
        return answer;
      },
      { timeout: 20_000, interval: 200 },
    );
  }

  test('sends a chord and reads what the functions made of it', { timeout: 30_000 }, async () => {
    expect(await orderOf('tea', 'cake', 'honey')).toEqual({ state: 'SUCCESS', receipt: '15.60 EUR' });
  });

  test('reads the failure of a function', { timeout: 30_000 }, async () => {
    expect(await orderOf('tea', 'sand')).toEqual({
      state: 'FAILURE',
      error: expect.stringMatching(/^ChordError: Dependency .* raised RangeError\("there is no sand"\)$/),
    });
  });

  test('waits for one task as before', { timeout: 30_000 }, async () => {
    expect(await (await fetch(`${url}/prices/tea`)).json()).toEqual({ cents: 450 });
  });
});
