import { describe, expect, it } from 'vitest';
import { MemoryQueues } from '../../../../src/adapters/memory/queues.ts';
import { VirtualClock } from '../../../../src/adapters/memory/virtual-clock.ts';

describe('MemoryQueues', () => {
  const scheduled = { name: 'one', queue: 'q', body: 'b' };

  it('schedule() puts one message on its queue for several calls with one name, until the schedule has fired', async () => {
    const clock = new VirtualClock(0);
    const queues = new MemoryQueues(clock);
    for (const at of [1000, 1000, 2000]) await queues.schedule({ ...scheduled, at });
    await clock.sleep(5000);
    expect(queues.receive('q', 10)).toHaveLength(1);
    await queues.schedule({ ...scheduled, at: 6000 });
    await clock.sleep(1000);
    expect(queues.receive('q', 10)).toHaveLength(1);
  });

  it('schedule() has its name forgotten before the receiver of its message can use it again', async () => {
    const clock = new VirtualClock(0);
    const queues = new MemoryQueues(clock);
    queues.onReady(() => {
      if (clock.now() < 3000 && queues.receive('q', 1).length === 1) void queues.schedule({ ...scheduled, at: 3000 });
    });
    await queues.schedule({ ...scheduled, at: 1000 });
    await clock.sleep(4000);
    expect(queues.receive('q', 10)).toHaveLength(1);
  });

  it('schedule() tells the listeners of a message whose time is already over', async () => {
    const queues = new MemoryQueues(new VirtualClock(10_000));
    const told: number[] = [];
    queues.onReady(() => void told.push(queues.inFlightOf('q').visible));
    await queues.schedule({ ...scheduled, at: 9000 });
    expect(told).toEqual([1]);
  });
});
