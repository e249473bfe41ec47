/** BullMQ on Redis: a caller here, and a worker in a process of its own. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { contest, upTo } from './contest.ts';
import { peer, redisUrl } from './packages.ts';

interface Job {
  waitUntilFinished(events: unknown): Promise<unknown>;
}

const { FlowProducer, Queue, QueueEvents } = await import(peer('bullmq'));
const queueName = 'peers';
const connection = { url: redisUrl };
const queue = new Queue(queueName, { connection });
const flows = new FlowProducer({ connection });
const events = new QueueEvents(queueName, { connection });
// Each job that is waited for listens.
for (const emitter of [queue, events]) emitter.setMaxListeners(0);
await events.waitUntilReady();
const worker = fork(new URL('./bullmq-worker.ts', import.meta.url), { stdio: ['ignore', 2, 2, 'ipc'] });
await once(worker, 'message');

const add = (i: number) => ({ name: 'add', data: { x: i, y: i }, queueName });
const ended = (jobs: readonly Job[]) => Promise.all(jobs.map((job) => job.waitUntilFinished(events)));
const flow = async (root: object): Promise<unknown> => (await flows.add(root)).job.waitUntilFinished(events);

await contest(
  {
    delays: async (n) => ended(await Promise.all(upTo(n).map((i) => queue.add('add', { x: i, y: i })))),
    group: async (n) => ended(await queue.addBulk(upTo(n).map(add))),
    chord: (n) => flow({ name: 'tsum', data: {}, queueName, children: upTo(n).map(add) }),
    chain: (n) => {
      const first: object = { name: 'add', data: { x: 0, y: 1 }, queueName };
      const root = upTo(n - 1).reduce(
        (child) => ({ name: 'add', data: { y: 1 }, queueName, children: [child] }),
        first,
      );
      return flow(root);
    },
  },
  async () => {
    worker.kill();
    await Promise.all([queue.close(), flows.close(), events.close()]);
  },
);
