import { chmod, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { containerArguments, hasDocker } from '../../src/local/localstack/localstack-container.ts';
import { findPrerequisites } from '../../src/local/localstack/prerequisites.ts';
import { LOCALSTACK_VERSION, settingsWith } from '../../src/local/localstack/settings.ts';
import { startLocalStack } from '../../src/local/localstack/start-localstack.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('the container and the packages for Python are of one version', async () => {
  const requirements = await readFile('src/local/localstack/python/requirements.txt', 'utf8');
  expect(requirements).toContain(`\nlocalstack-core==${LOCALSTACK_VERSION}\n`);
  expect(containerArguments(4566, {}).at(-1)).toBe(`localstack/localstack:${LOCALSTACK_VERSION}`);
});

test('the file for docker-compose has the image and the settings of this project', async () => {
  const compose = await readFile('docs/localstack.compose.yml', 'utf8');
  const variables = [...compose.matchAll(/^ {6}([A-Z_]+): '?([^'\n]+)'?$/gm)].map(([, name, value]) => [name, value]);
  expect(Object.fromEntries(variables)).toEqual(settingsWith({}));
  expect(compose).toContain(`image: localstack/localstack:${LOCALSTACK_VERSION}`);
});

test('where Docker runs, the official image is started on the loopback interface, with the same settings, and stopped', async () => {
  const { env, calls } = await fakeDocker(0);
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;

  const started = await startLocalStack({ dir: 'none', port, env, onProgress: () => {} });
  if ('missing' in started) throw new Error(started.missing);
  expect(started).toMatchObject({ url: `http://127.0.0.1:${port}`, kind: 'container' });
  await started.stop();

  const [, run = '', ...rest] = (await calls()).filter((call) => !call.startsWith('wait'));
  expect(run).toMatch(/^run --detach --rm --publish 127\.0\.0\.1:\d+:4566 --volume \/var\/run\/docker\.sock/);
  for (const [name, value] of Object.entries(settingsWith({}))) expect(run).toContain(`--env ${name}=${value}`);
  expect(rest).toEqual(['stop --time 15 container-1']);
});

test('a machine with neither Docker nor Python is told what LocalStack needs', async () => {
  const { env } = await fakeDocker(1);
  expect(await hasDocker(env)).toBe(false);
  const missing = 'LocalStack needs Python 3.13 with venv, a JDK 17 or later, Maven, or Docker';
  expect(await findPrerequisites(env)).toEqual({ missing });
  expect(await startLocalStack({ dir: await temporaryFolder(), env, onProgress: () => {} })).toEqual({ missing });
});

// --- internal ---

/** A machine that has a program `docker`, which notes its arguments, and nothing else. */
async function fakeDocker(exitCode: number): Promise<{
  readonly env: Readonly<Record<string, string>>;
  readonly calls: () => Promise<readonly string[]>;
}> {
  const dir = await temporaryFolder({
    docker: `#!/bin/sh\necho "$@" >> "$(/usr/bin/dirname "$0")/calls"\n[ "$1" = wait ] && exec /bin/sleep 5\necho container-1\nexit ${exitCode}\n`,
  });
  await chmod(join(dir, 'docker'), 0o755);
  return {
    env: { PATH: dir, HOME: dir },
    calls: async () => (await readFile(join(dir, 'calls'), 'utf8')).trim().split('\n'),
  };
}
