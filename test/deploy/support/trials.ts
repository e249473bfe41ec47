import { chain, chord, range } from 'chordal';
import { addReplaced, addToAll, replaceWithChain } from '../../../handlers/tasks/canvas.ts';
import { add, mul, tsum } from '../../../handlers/tasks/math.ts';
import { identity } from '../../../handlers/tasks/text.ts';
import { crash, fail, retry, retryOnce } from '../../../handlers/tasks/trouble.ts';

/** Something that a deployed stack must do right. */
export interface Trial {
  readonly name: string;
  readonly run: () => Promise<unknown>;
  readonly expected: unknown;
}

const large = 'x'.repeat(3_000_000);

/** The trials that need more than a workflow of the introduction. The environment leads to the stack. */
export const trials: readonly Trial[] = [
  { name: 'a task that retries once', run: async () => valueOf(await retryOnce.delay()), expected: 1 },
  { name: 'a task that has no retry left', run: async () => valueOf(await retry.delay()), expected: 'ExpectedError' },
  { name: 'a task that succeeds at its last retry', run: async () => valueOf(await retry.delay(7)), expected: 7 },
  { name: 'a task that fails', run: async () => valueOf(await fail.delay()), expected: 'ExpectedError' },
  { name: 'a task that replaces itself', run: async () => valueOf(await addReplaced.delay(2, 3)), expected: 5 },
  {
    name: 'a step that replaces itself with a group',
    run: async () => valueOf(await chain(addToAll.s([1, 2, 3], 10), tsum.s()).delay()),
    expected: 36,
  },
  {
    name: 'a task that replaces itself with a chain',
    run: async () => valueOf(await replaceWithChain.delay('a')),
    expected: 'a',
  },
  {
    name: 'a chain through two queues',
    run: async () => valueOf(await chain(add.s(1, 2), identity.s(), mul.s(2), identity.s()).delay()),
    expected: 6,
  },
  {
    name: 'a chord across two queues',
    run: async () =>
      valueOf(
        await chord(
          range(20).map((i) => (i % 2 === 0 ? identity.s(i) : add.s(i, 0))),
          tsum.s(),
        ).delay(),
      ),
    expected: 190,
  },
  {
    name: 'a value of 3 MB',
    run: async () => valueOf(await chain(identity.s(large), identity.s()).delay()),
    expected: large,
  },
  { name: 'a countdown of 3 s', run: () => delayed(3), expected: 'not before' },
];

/** A task that kills its sandbox at each start. It fails after the fourth start: each comes six timeouts after the one before. */
export const crashTrial: Trial = {
  name: 'a task that crashes',
  run: async () => valueOf(await crash.delay()),
  expected: 'WorkerLostError',
};

// --- internal ---

const timeout = 300;

/** The value, or the type of the error. */
async function valueOf(result: { get(options: { timeout: number }): Promise<unknown> }): Promise<unknown> {
  try {
    return await result.get({ timeout });
  } catch (error) {
    return Object(error).errorType ?? error;
  }
}

async function delayed(seconds: number): Promise<string> {
  const startedAt = Date.now();
  const result = await add.applyAsync({ args: [1, 2], countdown: seconds });
  await result.get({ timeout });
  const tookMs = Date.now() - startedAt;
  return tookMs >= seconds * 1000 ? 'not before' : `after ${tookMs} ms`;
}
