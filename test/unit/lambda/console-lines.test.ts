import { createApp } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { lambdaLog } from '../../../src/adapters/system/log.ts';
import { invocationId, noteInvocation } from '../../../src/runtime/invocation.ts';
import { lambdaLogLevel } from '../../../src/runtime/log.ts';

const METHODS = ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const;
const originals = METHODS.map((method) => [method, console[method]] as const);
let printed: string[];
let plain: unknown[];

beforeEach(() => {
  vi.resetModules();
  printed = [];
  plain = [];
  vi.stubEnv('AWS_LAMBDA_LOG_FORMAT', 'JSON');
  vi.stubEnv('AWS_LAMBDA_LOG_LEVEL', 'INFO');
  for (const method of METHODS) console[method] = (...given: unknown[]) => void plain.push(given);
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
});
afterEach(() => {
  for (const [method, original] of originals) console[method] = original;
  noteInvocation(undefined);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const linesOf = (texts: readonly string[]): readonly unknown[] =>
  texts.flatMap((text) => text.trim().split('\n')).map((line): unknown => JSON.parse(line));

test('console lines inside a task name it, in the form of the JSON log format; those outside stay as they are', async () => {
  const app = createApp('labelled', { logHeaders: ['customer'] });
  const talk = app.task('talk', async (x: number) => {
    console.log('x is %d', x, { deep: { y: 1 } });
    await Promise.resolve();
    console.debug('below the level');
    console.error(new RangeError('told'));
    return x;
  });
  const cloud = memoryCloud({ all: app.handler(talk) }, { time: 'virtual', logLevel: 'silent' });
  const result = await talk.s(5).applyAsync({ headers: { customer: 'c1', other: 'o' } });
  expect(await result.get()).toBe(5);
  console.log('outside');
  cloud.close();
  const about = {
    task: 'talk',
    taskId: result.taskId,
    workflowId: result.taskId,
    attempt: 0,
    headers: { customer: 'c1' },
  };
  expect(linesOf(printed)).toMatchObject([
    { level: 'INFO', message: 'x is 5 { deep: { y: 1 } }', ...about },
    { level: 'ERROR', message: expect.stringContaining('RangeError: told') as string, ...about },
  ]);
  expect(plain).toEqual([['outside']]);
});

test('lambdaLog() writes lines that Lambda takes as they are, with the invocation', () => {
  noteInvocation('request-1');
  const log = lambdaLog('warn', () => 0, invocationId);
  log.info('not logged');
  log.error('charge failed', { task: 'charge' });
  const line = { timestamp: '1970-01-01T00:00:00.000Z', level: 'ERROR', requestId: 'request-1' };
  expect(linesOf(printed)).toEqual([{ ...line, message: 'charge failed', task: 'charge' }]);
});

test.each([
  [{}, undefined],
  [{ AWS_LAMBDA_LOG_FORMAT: 'Text', AWS_LAMBDA_LOG_LEVEL: 'WARN' }, undefined],
  [{ AWS_LAMBDA_LOG_FORMAT: 'JSON' }, 'INFO'],
  [{ AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'debug' }, 'DEBUG'],
])('lambdaLogLevel() of %j is %s', (environment, level) => {
  expect(lambdaLogLevel(environment)).toBe(level);
});
