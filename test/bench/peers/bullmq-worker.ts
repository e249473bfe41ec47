/** BullMQ's worker: fifty jobs at once. */
import { peer, redisUrl } from './packages.ts';

interface Job {
  readonly name: string;
  readonly data: { readonly x?: number; readonly y: number };
  getChildrenValues(): Promise<Readonly<Record<string, number>>>;
}

const { Worker } = await import(peer('bullmq'));
const worker = new Worker('peers', run, { connection: { url: redisUrl }, concurrency: 50 });
await worker.waitUntilReady();
process.send?.('ready');

// --- internal ---

/** A job that waits for no other has its first operand among its data. */
async function run(job: Job): Promise<number> {
  const { x, y } = job.data;
  if (x !== undefined) return x + y;
  const values = Object.values(await job.getChildrenValues());
  return values.reduce((sum, value) => sum + value, job.name === 'tsum' ? 0 : y);
}
