import { expect, test } from 'vitest';
import { tooLate, unknownTask } from '../../../../src/core/protocol/delivery-errors.ts';
import { messageOf } from '../../worker/bench.ts';

test('tooLate() names the task whose group was not kept long enough', () => {
  expect(tooLate(messageOf('add', { id: 'W~1' })).message).toBe(
    'Cannot run add (W~1): its group was kept for 30 days after its latest eta, and no longer.',
  );
});

test('unknownTask() says which tasks the function knows', () => {
  const error = unknownTask('sub', 'W.1', ['add', 'mul']);
  expect(error).toMatchObject({ task: 'sub', known: ['add', 'mul'] });
  expect(error.message).toBe('Cannot run W.1: no task "sub" is registered in this function. Known tasks: add, mul.');
});
