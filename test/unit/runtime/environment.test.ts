import { createApp } from 'chordal';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { environmentRuntime, environmentWith, queuePrefix } from '../../../src/runtime/environment.ts';

const settings = { table: 't', bucket: 'b', queuePrefix: 'shop-dev-', routes: { add: 'math' } };

beforeEach(() => {
  for (const name of ['TABLE', 'BUCKET', 'QUEUE_PREFIX', 'ROUTES']) vi.stubEnv(`CHORDAL_${name}`, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test('an app finds its cloud by its settings alone, and leaves the process’s environment as it is', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  const runtime = environmentRuntime(environmentWith(settings));

  expect(() => runtime.ports()).not.toThrow();
  expect(runtime.routes()).toEqual({ add: 'math' });
  expect(process.env['CHORDAL_TABLE']).toBeUndefined();
  await expect(createApp('a').asyncResult('W').state()).rejects.toMatchObject({ code: 'CHORDAL_CONFIGURATION' });
  // It knows the queue by now, and not where it is.
  const lost = createApp('b', { routes: settings.routes }).signature('add');
  await expect(lost.delay()).rejects.toMatchObject({ code: 'CHORDAL_CONFIGURATION' });
});

test('a program without a cloud gets the names of the variables to set', async () => {
  const app = createApp('c');
  const add = app.task('add', (x: number, y: number) => x + y);
  await expect(add.delay(1, 2)).rejects.toThrow(
    /No task is known here\. Set the variables of \.chordal\/dev\.env, which `chordal dev` writes, .*CHORDAL_ROUTES/,
  );
});

test('the environment is asked for a setting that is absent, when it is needed', () => {
  const environment = environmentWith({ table: 't' });
  vi.stubEnv('CHORDAL_TABLE', 'other');
  vi.stubEnv('CHORDAL_BUCKET', 'b');
  vi.stubEnv('CHORDAL_QUEUE_PREFIX', 'shop-dev-');

  expect([environment['CHORDAL_TABLE'], environment['CHORDAL_BUCKET'], queuePrefix(environment)]).toEqual([
    't',
    'b',
    'shop-dev-',
  ]);
});

test('a service and a stage make the prefix of its queues, unless it is given', () => {
  const named = { service: 'shop', stage: 'dev' };

  expect(queuePrefix(environmentWith(named, {}))).toBe('shop-dev-');
  expect(queuePrefix(environmentWith({ ...named, queuePrefix: 'p-' }, {}))).toBe('p-');
  expect(queuePrefix(environmentWith({ stage: 'dev' }, { CHORDAL_QUEUE_PREFIX: 'shop-prod-' }))).toBe('shop-prod-');
});

test('a level of the log that there is not is told once, and the log goes on at info', () => {
  const printed = vi.spyOn(console, 'error').mockReturnValue();
  for (const _ of ['two', 'apps']) {
    const { log } = environmentRuntime(environmentWith(settings, { CHORDAL_LOG_LEVEL: 'verbose' })).ports();
    log.debug('hidden');
    log.info('shown');
  }
  environmentRuntime({ CHORDAL_LOG_LEVEL: '' });

  const lines = printed.mock.calls.map(([line]) => Object(JSON.parse(String(line))).message);
  expect(lines).toEqual([
    'Cannot use CHORDAL_LOG_LEVEL: expected one of debug, info, warn, error, silent, got "verbose"',
    'shown',
    'shown',
  ]);
  printed.mockRestore();
});
