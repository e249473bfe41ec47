import { expect, test } from 'vitest';
import { tooLate, unknownTask, unroutable } from '../../../../src/core/protocol/delivery-errors.ts';
import { messageOf } from '../../worker/bench.ts';

test('tooLate() names the task whose group was not kept long enough', () => {
  expect(tooLate(messageOf('add', { id: 'W~1' })).message).toBe(
    'Cannot run add (W~1): its group was kept for 30 days after its latest eta, and no longer.',
  );
});

test('unknownTask() says which tasks the function knows', () => {
  const error = unknownTask('sub', 'W.1', ['add', 'mul']);
  expect(error).toMatchObject({ task: 'sub', known: ['add', 'mul'] });
  expect(error.message).toBe(
    'Cannot run sub (W.1): no task of that name is registered in this function. Known tasks: add, mul. If it was renamed, register its old name, too, until no work in flight has it.',
  );
});

test('unroutable() says whether the task is not known, or the queue that its call has named', () => {
  expect(unroutable('sub', 'W.1', undefined).message).toBe(
    'Cannot send sub (W.1): no function runs a task of that name. If it was renamed, register its old name, too, until no work in flight has it.',
  );
  expect(unroutable('sub', 'W.1', 'matt').message).toBe(
    'Cannot send sub (W.1) to the queue matt: no function has a queue of that name. A queue has the name of a file in handlers/.',
  );
});
