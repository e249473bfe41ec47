import type { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { SqsBroker } from '../../../../src/adapters/aws/sqs-broker.ts';
import { chain, group } from '../../../../src/client/canvas.ts';
import { makeBench } from '../../worker/bench.ts';

test('500 concurrent delay() are 50 requests, and a canvas goes in a request with others', async () => {
  const entries: number[] = [];
  const client = {
    send: async ({ input }: SendMessageBatchCommand) => {
      entries.push(input.Entries?.length ?? 0);
      return {};
    },
  };
  const bench = makeBench(({ clock, nonces }) => ({
    broker: new SqsBroker({
      // Of a client the broker calls nothing else.
      client: client as unknown as SQSClient,
      queueUrl: (queue) => `url-of-${queue}`,
      deadLetterQueue: 'dead',
      clock,
      nonces,
    }),
  }));
  bench.app.task('one', () => 1);
  const one = bench.app.signature('one', { immutable: true });

  await Promise.all(Array.from({ length: 500 }, () => one.delay()));
  expect(entries).toEqual(Array.from({ length: 50 }, () => 10));

  entries.length = 0;
  await Promise.all([one.delay(), chain(one, one).delay(), group([one, one, one]).delay(), one.delay()]);
  expect(entries).toEqual([6]);
});
