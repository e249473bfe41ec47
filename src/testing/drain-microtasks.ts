import { untilNextTurn } from '../adapters/memory/turns.ts';

/** The function as it is before a test fakes it. */
const nextTick = process.nextTick.bind(process);

/** Times after which the process may do other work: a signal, a line of progress. */
const TURN = 256;

/**
 * Makes a function that resolves once every promise that could go on has done so: without a turn of the event loop
 * (except now and then), which takes most of the time where nothing waits for files, sockets or timers.
 */
export function drainMicrotasks(): () => Promise<void> {
  let count = 0;
  return () => {
    count += 1;
    if (count % TURN === 0) return untilNextTurn();
    // Ticks that microtasks ask for come when no microtask is left.
    return new Promise((resolve) => void Promise.resolve().then(() => nextTick(resolve)));
  };
}
