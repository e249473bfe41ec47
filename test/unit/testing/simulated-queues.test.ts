import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import { FaultInjector } from '../../../src/testing/fault-injector.ts';
import { NO_FAULTS } from '../../../src/testing/faults.ts';
import { SimulatedQueues } from '../../../src/testing/simulated-queues.ts';

test('setReceiving() pauses both queues of a function in a simulation, and of no other', async () => {
  const clock = new VirtualClock(0);
  const injector = new FaultInjector(
    NO_FAULTS,
    () => 0,
    (ms) => clock.sleep(ms),
  );
  const queues = new SimulatedQueues(clock, injector, ['math', 'text']);
  const names = ['math', 'math-high', 'text'];
  await queues.send({ messages: names.map((queue) => ({ queue, body: '{}', delaySeconds: 0 })) });
  const received = (): readonly string[] => names.flatMap(() => queues.receive(1)).map(({ receipt }) => receipt.queue);

  expect(await queues.setReceiving({ queue: 'maths', isReceiving: false })).toBe(false);
  expect(await queues.setReceiving({ queue: 'math', isReceiving: false })).toBe(true);
  expect(received()).toEqual(['text']);
  expect(await queues.setReceiving({ queue: 'math', isReceiving: true })).toBe(true);
  expect(received()).toEqual(['math', 'math-high']);
});
