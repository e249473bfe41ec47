import { spawnSync } from 'node:child_process';
import { chain, chord, group } from 'chordal';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { addToAll } from '../../handlers/tasks/canvas.ts';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { log, record, recorded } from '../../handlers/tasks/text.ts';
import { fail, retryOnce } from '../../handlers/tasks/trouble.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
import type { LocalCloud } from '../../src/local/local-options.ts';

/** Seconds; far more than needed. */
const timeout = 15;
let local: LocalCloud;

beforeAll(async () => {
  local = await startLocal({ handlersDir: 'handlers', service: 'samples', stage: 'test', onEvent: () => {} });
  for (const [name, value] of Object.entries(local.env)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await local.stop();
});

test('a program, and a function, find the queue of a task that another function runs', async () => {
  const result = await chain(add.s(1, 2), log.s()).delay();

  expect(await result.get({ timeout })).toBe('LOG: 3');
});

test('replacements, retries and records work across functions', async () => {
  const replaced = await chain(addToAll.s([1, 2], 10), tsum.s()).delay();
  const retried = await chord(group([retryOnce.s(0), add.s(1, 1)]), tsum.s()).delay();
  const noted = await chain(record.s('key', 'value'), recorded.si('key')).delay();

  expect(await replaced.get({ timeout })).toBe(23);
  expect(await retried.get({ timeout })).toBe(3);
  expect(await noted.get({ timeout })).toEqual(['value']);
});

test('an error keeps its name and what it was made with when its function is bundled', async () => {
  const result = await chain(fail.s('a'), log.s()).delay();

  await expect(result.get({ timeout })).rejects.toMatchObject({
    errorType: 'ExpectedError',
    message: 'Task expected to fail',
    args: ['Task expected to fail', 'a'],
    failedTask: 'fail',
  });
});

test('crash() ends its process', () => {
  const code = `import { crash } from './handlers/tasks/trouble.ts'; await crash(); console.log('alive');`;
  const options = ['--conditions=chordal-source', '--input-type=module', '-e', code];
  const { status, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' });

  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
});
