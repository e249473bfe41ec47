import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';

const app = createApp('controlled');
const count = app.task('count', (line: string) => line.split(' ').length);
const other = app.task('other', () => 'other');
const free = app.task('free', () => 1);

let cloud: TestCloud;
beforeEach(() => {
  const handlers = { words: app.handler(count, other), free: app.handler(free) };
  cloud = memoryCloud(handlers, { time: 'virtual', seed: 1, logLevel: 'silent' });
});
afterEach(() => cloud.close());

describe('control.pause()', () => {
  it.each(['count', 'words'])('stops the function of a task or a queue, and no other: %s', async (name) => {
    expect(await app.control.pause(name)).toEqual({ queue: 'words', receiving: false, tasks: ['count', 'other'] });
    expect(await app.control.pause(name)).toMatchObject({ receiving: false });
    const [waiting, alsoWaiting, running] = [await count.delay('to be'), await other.delay(), await free.delay()];
    expect(await running.get()).toBe(1);
    await cloud.clock.sleep(3_600_000);
    expect([await waiting.state(), await alsoWaiting.state()]).toEqual(['PENDING', 'PENDING']);

    expect(await app.control.resume(name)).toEqual({ queue: 'words', receiving: true, tasks: ['count', 'other'] });
    expect([await waiting.get(), await alsoWaiting.get()]).toEqual([2, 'other']);
  });

  it.each(['pause', 'resume', 'purge'] as const)(
    'is refused, as are the others, for a name that is none: %s',
    async (verb) => {
      await expect(app.control[verb]('cuont')).rejects.toThrow(
        `Cannot ${verb} "cuont": there is no task and no queue of that name. Did you mean count? Known tasks: count, other, free. Known queues: words, free.`,
      );
      await expect(app.control[verb]('wrods')).rejects.toThrow('Did you mean words?');
      await expect(app.control[verb]('nothing-like-it')).rejects.toMatchObject({ code: 'CHORDAL_NOT_REGISTERED' });
      for (const name of [undefined, 3, {}, ''])
        await expect(app.control[verb](name as string)).rejects.toThrow(/^Cannot .*: there is no task and no queue/);
    },
  );

  it('is refused for a queue that no function receives from', async () => {
    const elsewhere = createApp('elsewhere');
    elsewhere.task('lonely', { queue: 'nowhere' }, () => 1);
    await expect(elsewhere.control.pause('lonely')).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: 'Cannot pause nowhere: no function receives from that queue. Deploy the stack, or start `chordal dev`.',
    });
  });
});

describe('inspect', () => {
  it('counts the messages by their state, and lists the tasks', async () => {
    await app.control.pause('words');
    await count.delay('a');
    await count.applyAsync({ args: ['b'], countdown: 600 });
    await other.applyAsync({ countdown: 3600 });

    expect(await app.inspect.registered()).toEqual([
      { task: 'count', queue: 'words' },
      { task: 'free', queue: 'free' },
      { task: 'other', queue: 'words' },
    ]);
    expect(await app.inspect.stats()).toEqual({ waiting: 1, received: 0, delayed: 1, scheduled: 1, dead: 0 });
    expect(await app.inspect.scheduled()).toEqual({ delayed: 1, scheduled: 1 });
    expect(await app.inspect.active()).toEqual({ received: 0 });
    expect(await app.inspect.reserved()).toEqual({ received: 0 });
  });

  it('counts what a worker has received as active', async () => {
    const slow = createApp('slow');
    let seen: unknown;
    const look = slow.task('look', async () => {
      seen = await app.inspect.active();
    });
    using _cloud = memoryCloud({ slow: slow.handler(look) }, { time: 'virtual' });
    await (await look.delay()).get();
    expect(seen).toEqual({ received: 1 });
  });
});
