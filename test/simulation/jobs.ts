import { Worker } from 'node:worker_threads';
import type { Campaign, Tally } from './campaign.ts';
import { emptyTally, mergeTally, runCampaign, TOLD } from './campaign.ts';

/** Workflows that a thread is given at a time: enough to make little of handing them over. */
const SLICE = 100;

/** The request to a thread. */
export type Slice = Omit<Campaign, 'onProgress'>;

/**
 * Simulates the workflows of a campaign in several threads. Each seed's run is what it is alone, so the tally is the
 * same as with one thread, in any distribution of the jobs.
 */
export async function runInThreads(campaign: Campaign, jobs: number): Promise<Tally> {
  const { onProgress, ...given } = campaign;
  const slices = slicesOf(given, jobs);
  if (jobs === 1 || slices.length === 1) return runCampaign(campaign);
  const tally = emptyTally();
  const threads = Array.from({ length: Math.min(jobs, slices.length) }, () => new SimulationThread());
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) {
          // Shrinking takes long, and is for the first few only.
          mergeTally(tally, await thread.run({ ...slice, tell: TOLD - tally.found.length }));
          onProgress?.(tally.workflows, tally);
        }
      }),
    );
  } finally {
    await Promise.all(threads.map((thread) => thread.stop()));
  }
  return { ...tally, found: tally.found.slice(0, TOLD) };
}

// --- internal ---

function slicesOf(campaign: Slice, jobs: number): Slice[] {
  const { from, workflows } = campaign;
  const size = Math.max(1, Math.min(SLICE, Math.ceil(workflows / jobs)));
  return Array.from({ length: Math.ceil(workflows / size) }, (_, k) => ({
    ...campaign,
    from: from + k * size,
    workflows: Math.min(size, workflows - k * size),
  }));
}

class SimulationThread {
  readonly #worker = new Worker(new URL('./job-thread.ts', import.meta.url));

  /** Runs one slice; the next may be given when it has ended. */
  run(slice: Slice): Promise<Tally> {
    const { promise, resolve, reject } = Promise.withResolvers<Tally>();
    const ended = (code: number): void => reject(new Error(`A thread of the simulation ended with ${code}`));
    this.#worker.once('error', reject).once('exit', ended);
    this.#worker.once('message', (tally: Tally) => {
      this.#worker.off('error', reject).off('exit', ended);
      resolve(tally);
    });
    this.#worker.postMessage(slice);
    return promise;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
