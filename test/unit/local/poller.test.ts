import type { Message } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Poller } from '../../../src/local/poller.ts';
import type { QueueClient } from '../../../src/local/queue-client.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A queue whose receive requests wait for messages, and its poller. */
function polling(windowSeconds: number, batchSeconds = 0) {
  const startedAt = Date.now();
  const visible: string[] = [];
  const arrivals = new Set<() => void>();
  const batches: string[] = [];
  const returned: string[] = [];
  const queue: QueueClient = {
    receive: async ({ atMost, waitSeconds }, signal) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, waitSeconds * 1000);
      signal.addEventListener('abort', () => resolve());
      arrivals.add(resolve);
      if (visible.length === 0) await promise;
      clearTimeout(timer);
      arrivals.delete(resolve);
      return visible.splice(0, atMost).map((MessageId) => ({ MessageId }));
    },
    delete: async () => 0,
    count: async () => visible.length,
  };
  const namesOf = (messages: readonly Message[]): string => messages.map(({ MessageId }) => MessageId).join(' ');
  const poller = new Poller({
    queue,
    mapping: { batchSize: 3, windowSeconds, concurrency: 2 },
    process: async (messages) => {
      batches.push(`${(Date.now() - startedAt) / 1000} s: ${namesOf(messages)}`);
      await new Promise((resolve) => setTimeout(resolve, batchSeconds * 1000));
    },
    giveBack: (messages) => void returned.push(namesOf(messages)),
    onError: (error) => {
      throw error;
    },
  });
  const send = (...names: readonly string[]): void => {
    visible.push(...names);
    for (const wake of arrivals) wake();
  };
  return { poller, send, batches, returned };
}

const seconds = (count: number): Promise<unknown> => vi.advanceTimersByTimeAsync(count * 1000);

it('a batch waits for its window from its first message on, or until it is full', async () => {
  const { poller, send, batches } = polling(30);
  await seconds(7);
  send('a');
  await seconds(25);
  send('b');
  await seconds(10);
  send('c', 'd');
  await seconds(1);
  send('e', 'f');
  await seconds(1);
  expect(batches).toEqual(['37 s: a b', '43 s: c d e']);
  await seconds(60);
  expect(batches.slice(2)).toEqual(['73 s: f']);
  await poller.stop();
});

it('a batch without a window has the messages that are there', async () => {
  const { poller, send, batches } = polling(0);
  send('a', 'b', 'c', 'd');
  await seconds(1);
  send('e');
  await seconds(1);
  expect(batches).toEqual(['0 s: a b c', '0 s: d', '1 s: e']);
  await poller.stop();
});

it('messages whose window is not over go back to the queue when the poller stops', async () => {
  const { poller, send, batches, returned } = polling(30);
  send('a');
  await seconds(5);
  await poller.stop();
  expect([batches, returned]).toEqual([[], ['a']]);
});

it('a poller reads with the settings of the last deployment: messages beyond its batch size go back, and batches start where there is room', async () => {
  const { poller, send, batches, returned } = polling(0, 30);
  await seconds(1);
  poller.configure({ batchSize: 2, windowSeconds: 0, concurrency: 1 });
  send('a', 'b', 'c');
  await seconds(1);
  send('d', 'e', 'f');
  await seconds(8);
  poller.configure({ batchSize: 2, windowSeconds: 5, concurrency: 2 });
  await seconds(60);
  expect(returned).toEqual(['c']);
  expect(batches).toEqual(['1 s: a b', '10 s: d e', '36 s: f']);
  await poller.stop();
});

it('a poller that ends gives back the messages of its last receive request', async () => {
  const { poller, send, batches, returned } = polling(0);
  await seconds(1);
  const ended = poller.end();
  send('a');
  await ended;
  expect([batches, returned]).toEqual([[], ['a']]);
});
