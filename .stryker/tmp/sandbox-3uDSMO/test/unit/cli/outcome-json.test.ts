import { expect, test } from 'vitest';
import { explain, UsageError } from '../../../src/cli/errors.ts';
import { endingJson, exitCodeOf } from '../../../src/cli/outcome-json.ts';
import { InvalidCanvas, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { TaskFailedError, TaskRevokedError, TimeoutError } from '../../../src/core/errors/result.ts';

const failed = new TaskFailedError('no', {
  errorType: 'ValueError',
  taskId: 'W',
  failedTaskId: 'W.0',
  failedTask: 'add',
  remoteStack: 'a stack',
  args: ['no', 1],
});
const value = { value: 1 };
const failure = { error: failed };
const refusal = { error: new InvalidCanvas('none') };

test.each([
  [[value, value], 0],
  [[failure], 1],
  [[value, refusal], 1],
  [[failure, refusal], 1],
  [[refusal], 2],
  [[refusal, refusal], 2],
  [[{ error: new ServiceUnavailable('busy') }], 1],
  [[{ error: new TypeError('a bug') }], 1],
])('exitCodeOf() is the worst of what happened, and 2 only if nothing could be sent', (endings, code) => {
  expect(exitCodeOf(endings)).toBe(code);
});

test('endingJson() writes values with marks for what JSON cannot say', () => {
  expect(endingJson({ value: [1, 'a', null] })).toEqual({ value: [1, 'a', null] });
  expect(endingJson({ value: undefined })).toEqual({ value: null });
  expect(JSON.stringify(endingJson({ value: [2 * -0, -0] }))).toBe('{"value":[0,0]}');
  expect(endingJson({ value: { n: 2n } })).toEqual({ value: { n: { __type__: 'bigint', __value__: '2' } } });
});

test('endingJson() writes what failed and where, and no stack', () => {
  expect(endingJson(failure)).toEqual({
    error: { errorType: 'ValueError', message: 'no', failedTaskId: 'W.0', failedTask: 'add', args: ['no', 1] },
  });
  const revoked = new TaskRevokedError('gone', { taskId: 'W', reason: 'revoked' });
  expect(endingJson({ error: revoked })).toEqual({
    error: { errorType: 'TaskRevokedError', message: 'gone', failedTaskId: 'W' },
  });
  const late = new TimeoutError('late', { taskId: 'W', timeoutSeconds: 1 });
  expect(endingJson({ error: late })).toEqual({ error: { errorType: 'TimeoutError', message: 'late' } });
});

test.each([
  [new UsageError('wrong'), 2, 'wrong'],
  [new InvalidCanvas('none'), 2, 'none'],
  [new ServiceUnavailable('busy'), 1, 'busy'],
  [new TypeError('a bug'), 1, 'Unexpected error. TypeError: a bug\nRun the command again with --verbose'],
  ['thrown', 1, 'thrown'],
])('explain() tells of %s without a stack', (error, exitCode, message) => {
  const explanation = explain(error, false);

  expect(explanation.exitCode).toBe(exitCode);
  expect(explanation.message).toContain(message);
  expect(explanation.message).not.toMatch(/^\s+at /m);
});

test('explain() shows the stacks of an error and of its causes when asked', () => {
  const { message } = explain(new InvalidCanvas('none', { cause: new TypeError('a bug') }), true);

  expect(message).toMatch(/^InvalidCanvas: none\n\s+at /);
  expect(message).toMatch(/^Caused by: TypeError: a bug\n\s+at /m);
});
