import { expect, test } from 'vitest';
import { billOf, estimate } from '../../../src/cli/estimate.ts';
import type { Plan } from '../../../src/core/protocol/plan.ts';

const task: Plan = { task: 'add', args: [1, 2] };
const group = (n: number): Plan => ({ par: Array.from({ length: n }, () => task) });

test.each<readonly [string, Plan, number]>([
  ['a task', task, 1],
  ['a group of 10, which the caller sends', group(10), 10],
  ['a group of 30, which is a range', group(30), 1 + 30],
  ['a chord of 450, in three ranges', { seq: [group(450), task] }, 3 + 450 + 1],
  ['a group of 2,100, whose ranges are no longer one batch', group(2100), 1 + 11 + 2100],
  ['2 groups of 10 in a group, which is more than a batch', { par: [group(10), group(10)] }, 1 + 20],
  ['a chord without a header, which a worker begins', { seq: [group(0), task] }, 1 + 1],
])('estimate() counts the messages of %s', (_, plan, messages) => {
  expect(estimate(plan).messages).toBe(messages);
});

test('billOf() spans from ten messages in flight to one', () => {
  const bill = billOf({ tasks: 1000, messages: 1000, writes: 1000, reads: 0, puts: 0, gets: 0 });

  expect(bill.sqsRequests).toEqual({ least: 300, most: 3000 });
  expect(bill.lambdaRequests).toEqual({ least: 100, most: 1000 });
  // 625 and 120 or 1,200 millionths for the table and SQS, 20 or 200 for Lambda.
  expect(bill.dollars).toEqual({ least: 0.000765, most: 0.002025 });
});

test('estimate() counts the four messages, the write and the read of a call of a Python worker, which may begin inline', () => {
  const external = ['proj.add'];
  const call = { task: 'proj.add', options: { inline: true } };
  expect(estimate(call, { external })).toMatchObject({ tasks: 1, messages: 4, foreign: 1, writes: 1, reads: 1 });
  expect(estimate(call)).toMatchObject({ tasks: 1, messages: 1, foreign: 0, writes: 1, reads: 0 });
  const chain = { seq: [{ task: 'add' }, call, { task: 'add' }] };
  expect(estimate(chain, { external, inline: true })).toMatchObject({ tasks: 3, messages: 6 - 2, writes: 4, reads: 1 });
  // Three of the four are received by functions.
  expect(billOf(estimate(call, { external }))).toMatchObject({
    sqsRequests: { least: 3, most: 12 },
    lambdaRequests: { least: 1, most: 3 },
  });
});
