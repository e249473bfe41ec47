import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { handler as canvas } from '../../handlers/canvas.ts';
import { handler as math } from '../../handlers/math.ts';
import { identity } from '../../handlers/tasks/text.ts';
import { handler as text } from '../../handlers/text.ts';
import { handler as trouble } from '../../handlers/trouble.ts';
import type { RuntimeSignature } from '../../src/client/caller.ts';
import { setCurrentApp } from '../../src/client/current-app.ts';
import type { AsyncResult, GetOptions } from '../../src/core/types/results.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { SimulatedCloud } from '../../src/testing/simulated-cloud.ts';
import { clock, handler as more, recorded } from './tasks.ts';

/** Every function of `handlers/`, and the tasks that only these tests need. */
const handlers = { canvas, math, text, trouble, more };

/** Ends an endless wait. Time is virtual, so it costs nothing. */
const PATIENCE: GetOptions = { timeout: 7 * 86_400 };

/** Nothing in these tests takes longer than the longest countdown. */
const LONGEST_SECONDS = 20_000;

/** A fresh cloud in virtual time, and the app of its tasks as the one that sends empty groups. */
export function conformanceCloud(): TestCloud {
  // Test files share a process, so another file may have made the last app. A signature has this field at run time.
  setCurrentApp((identity.s('') as unknown as RuntimeSignature).caller);
  const cloud = memoryCloud(handlers, {
    time: 'virtual',
    seed: 1,
    logLevel: 'silent',
    timeoutSeconds: 900,
    visibilitySeconds: 5400,
  });
  clock.now = () => cloud.clock.now();
  clock.sleep = (ms, signal) => cloud.clock.sleep(ms, signal);
  return cloud;
}

/** A cloud with faults; what has been submitted runs in `run()`. */
export function faultyCloud(faults: Faults): SimulatedCloud {
  return new SimulatedCloud(handlers, { seed: 7, faults });
}

/** The value of a canvas, run by workers. */
export async function valueOf<T>(canvas: { delay(): Promise<AsyncResult<T>> }): Promise<T> {
  return get(await canvas.delay());
}

/** The value behind a handle. */
export function get<T>(result: AsyncResult<T>): Promise<T> {
  return result.get({ ...PATIENCE, propagate: true });
}

/** Returns the error that `get()` throws. */
export async function errorOf(result: AsyncResult<unknown>): Promise<unknown> {
  try {
    await get(result);
  } catch (error) {
    return error;
  }
  throw new Error(`Cannot find the error of ${result.taskId}: it succeeded`);
}

/** Resolves when nothing is queued, delayed or being worked on. */
export async function idle(cloud: TestCloud): Promise<void> {
  for (let seconds = 0; !cloud.isIdle; seconds += 1) {
    if (seconds > LONGEST_SECONDS) throw new Error('Cannot wait until the cloud is idle: something never ends');
    await cloud.clock.sleep(1000);
  }
}

/** The texts that the recording tasks have appended, once the cloud is idle. */
export async function ledger(cloud: TestCloud, key = 'echo'): Promise<readonly unknown[]> {
  await idle(cloud);
  return recorded(key);
}

/** Texts in an order that does not depend on who was first. */
export function sorted(texts: readonly unknown[]): readonly string[] {
  return texts.map(String).toSorted((a, b) => a.localeCompare(b));
}
