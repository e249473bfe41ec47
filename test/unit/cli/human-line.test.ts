import { expect, test } from 'vitest';
import { humanLine } from '../../../src/cli/human-line.ts';

/** As the output of a process: its methods need it. */
class Dimmed {
  readonly #marks = ['<', '>'] as const;

  faint(text: string): string {
    return this.#marks.join(text);
  }
}

const output = new Dimmed();

test('a failure is its message, its causes and its stack', () => {
  const line = JSON.stringify({
    level: 'error',
    message: 'charge failed: CardDeclined: no answer',
    task: 'charge',
    taskId: 'w1.0',
    workflowId: 'w1',
    attempt: 0,
    ms: 12,
    errorType: 'CardDeclined',
    errorMessage: 'no answer',
    causes: ['TypeError: fetch failed', 'Error: refused'],
    stack: 'CardDeclined: no answer\n    at charge (shop.ts:3:9)\n    at run (worker.ts:1:1)',
  });
  expect(humanLine(line, output).split('\n')).toEqual([
    'charge failed: CardDeclined: no answer',
    '  caused by TypeError: fetch failed',
    '  caused by Error: refused',
    '<    at charge (shop.ts:3:9)>',
    '<    at run (worker.ts:1:1)>',
  ]);
});

test('a cause with a stack of its own stands before it', () => {
  const line = JSON.stringify({
    level: 'error',
    message: 'charge failed: AggregateError: All promises were rejected',
    task: 'charge',
    taskId: 'w1',
    causes: ['Error: refused', 'TypeError: bad'],
    stack: 'AggregateError: All promises were rejected\ncaused by TypeError: bad\n    at charge (shop.ts:3:9)',
  });
  expect(humanLine(line, output).split('\n')).toEqual([
    'charge failed: AggregateError: All promises were rejected',
    '  caused by Error: refused',
    '  caused by TypeError: bad',
    '<    at charge (shop.ts:3:9)>',
  ]);
});

test('an error of ours has its code, and not the engine’s stack', () => {
  const about = { level: 'error', task: 'add', taskId: 'w1', errorCode: 'CHORDAL_INVALID_ARGUMENTS' };
  const line = JSON.stringify({
    ...about,
    message: 'add failed: InvalidArguments',
    stack: 'InvalidArguments\n    at a (b.ts:1:1)',
  });
  expect(humanLine(line, output)).toBe('add failed: InvalidArguments <{"errorCode":"CHORDAL_INVALID_ARGUMENTS"}>');
});

test('a line of a task’s logger is its message and its own fields', () => {
  const line = JSON.stringify({
    level: 'info',
    message: 'sold',
    task: 'sell',
    taskId: 'w1',
    workflowId: 'w1',
    attempt: 0,
    amount: 2,
  });
  expect(humanLine(line, output)).toBe('sold <{"amount":2}>');
});

test('a line that names its task nowhere else has it with its fields', () => {
  const line = (message: string): string =>
    JSON.stringify({
      level: 'warn',
      message,
      task: 'sell',
      taskId: 'w1',
      workflowId: 'w1',
      attempt: 0,
      reason: 'busy',
    });
  expect(humanLine(line('A message returns'), output, false)).toBe(
    'A message returns <{"task":"sell","taskId":"w1","reason":"busy"}>',
  );
  expect(humanLine(line('sell failed'), output, false)).toBe('sell failed <{"reason":"busy"}>');
  const unread = JSON.stringify({ level: 'error', message: 'A message dies', messageId: 'm1', reason: 'no JSON' });
  expect(humanLine(unread, output, false)).toBe('A message dies <{"messageId":"m1","reason":"no JSON"}>');
});

test.each(['plain text', '{"level":"info","message":"of a program"}', '{half', '{"taskId":"w1"}'])(
  'a line of a program’s own stays as it is: %s',
  (line) => {
    expect(humanLine(line, output)).toBe(line);
  },
);
