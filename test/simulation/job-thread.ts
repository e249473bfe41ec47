import { parentPort } from 'node:worker_threads';
import { runCampaign } from './campaign.ts';
import type { Slice } from './jobs.ts';

// The message of `jobs.ts`. An error thrown here ends the thread, and with it the simulation.
parentPort?.on('message', (slice: Slice) => {
  void runCampaign(slice).then((tally) => parentPort?.postMessage(tally));
});
