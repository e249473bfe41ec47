import { expect, onTestFinished, test, vi } from 'vitest';
import type { LogEvent } from '../../../src/local/localstack/emulator-api.ts';
import { followLogs } from '../../../src/local/localstack/follow-logs.ts';
import { lambdaConsole } from '../../../src/local/localstack/lambda-console.ts';
import { processSettings, settingsWith } from '../../../src/local/localstack/settings.ts';

test('settings of the user win over those of this project', () => {
  const settings = settingsWith({ SQS_ENDPOINT_STRATEGY: 'path', DYNAMODB_IN_MEMORY: '', OTHER: '1' });
  expect(settings).toMatchObject({ SQS_ENDPOINT_STRATEGY: 'path', DYNAMODB_IN_MEMORY: '1' });
  expect(settings).not.toHaveProperty('OTHER');
});

test('a process of LocalStack listens on the loopback interface, and keeps all of its files in its folder', () => {
  const settings = processSettings({ dir: '/d', port: 4567, functionCommand: ['node', 'x.js'] });
  expect(settings).toMatchObject({ GATEWAY_LISTEN: '127.0.0.1:4567', GATEWAY_SERVER: 'hypercorn' });
  for (const name of ['HOME', 'TMPDIR', 'FILESYSTEM_ROOT']) expect(settings[name]).toMatch(/^\/d/);
});

test('lines of a function have the form of Lambda, as text and as JSON, from its level on', () => {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const options = { write, now: () => new Date(0), requestId: () => 'r' };
  const text = lambdaConsole({ ...options, logsJson: false, logLevel: 'TRACE' });
  text.log('a\nb', { c: 1 });
  text.trace('t');
  const json = lambdaConsole({ ...options, logsJson: true, logLevel: 'Info' });
  json.debug('left out');
  json.warn({ a: 1 });
  json.error('one', 'two');

  const at = '1970-01-01T00:00:00.000Z';
  expect(lines).toEqual([
    `${at}\tr\tINFO\ta\rb { c: 1 }`,
    `${at}\tr\tTRACE\tt`,
    JSON.stringify({ timestamp: at, level: 'WARN', requestId: 'r', message: { a: 1 } }),
    JSON.stringify({ timestamp: at, level: 'ERROR', requestId: 'r', message: 'one two' }),
  ]);
});

test('logs are asked for from half a minute before the last look on, and each line is printed once', async () => {
  vi.useFakeTimers({ now: 1_000_000 });
  onTestFinished(() => void vi.useRealTimers());
  const events: LogEvent[] = [];
  const looks: number[] = [];
  const printed: string[] = [];
  const api = {
    logEvents: async (_: string, from: number) => {
      looks.push((from - 1_000_000) / 1000);
      return events.filter(({ timestamp }) => timestamp >= from);
    },
  };
  const log = (message: string, secondsAgo = 0): void =>
    void events.push({ eventId: message, message: `${message}\n`, timestamp: Date.now() - secondsAgo * 1000 });
  const following = followLogs(
    api,
    () => ['f'],
    (_, line) => void printed.push(line),
  );
  log('a');
  await vi.advanceTimersByTimeAsync(40_000);
  log('late', 25);
  log('b');
  await vi.advanceTimersByTimeAsync(60_000);
  const stopped = following.stop();
  await vi.advanceTimersByTimeAsync(1000);
  await stopped;
  expect(printed).toEqual(['a', 'late', 'b']);
  expect([looks[0], looks[31], looks[100]]).toEqual([0, 0, 69]);
});
