import { MessageChannel } from 'node:worker_threads';

/**
 * Turns of the event loop that no test can fake: libraries of fake timers replace `setImmediate` and `setTimeout`, perhaps
 * before this module is loaded.
 */

/** Resolves in the next turn of the event loop. */
export function untilNextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length > 1) return;
    hold();
    start.postMessage(0);
  });
}

/** Resolves after a moment in which the processor is left to others. */
export async function aMoment(): Promise<void> {
  hold();
  await Atomics.waitAsync(UNUSED, 0, 0, 1).value;
  release();
}

// --- internal ---

const UNUSED = new Int32Array(new SharedArrayBuffer(4));
const { port1: start, port2: end } = new MessageChannel();
let waiting: (() => void)[] = [];
/** The number of callers that wait. The process may end when it is 0. */
let holders = 0;

end.on('message', () => {
  const woken = waiting;
  waiting = [];
  release();
  for (const wake of woken) wake();
});
end.unref();

function hold(): void {
  holders += 1;
  end.ref();
}

function release(): void {
  holders -= 1;
  if (holders === 0) end.unref();
}
