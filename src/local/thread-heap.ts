/**
 * The heaps of the threads of the embedded cloud. V8 lets each heap grow as if it were alone in its process: a sandbox of small tasks
 * comes to 170 MB, and 20 MB of them are in use.
 */
import type { ResourceLimits } from 'node:worker_threads';

/** The space for new objects. With half of it, a wide group takes a quarter more time of the processor. */
const YOUNG_MB = 12;

/** The heap of an emulator. Its old objects have no limit, because a table without a folder is among them. */
export const EMULATOR_HEAP: ResourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };

/**
 * The heap of a sandbox. V8 collects old objects the sooner, the lower their limit is. This limit is twice the memory of the function on
 * Lambda or more, so that no function fails here that runs there.
 */
export function sandboxHeap(memoryMb: number): ResourceLimits {
  return { maxYoungGenerationSizeMb: YOUNG_MB, maxOldGenerationSizeMb: Math.max(1024, 2 * memoryMb) };
}
