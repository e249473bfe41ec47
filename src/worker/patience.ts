import { isChordalError } from '../core/errors/caller.ts';
import { untilNextTry } from '../core/protocol/disposition.ts';
import { LEAST_NEEDED_MS } from '../engine/task/limits.ts';
import type { EffectContext } from './interpret.ts';

/** A delivery that writes, and what is known of its task. */
export interface Writer extends Pick<EffectContext, 'engine' | 'remainingMs'> {
  /** `request` if the function was called. */
  readonly seen: { readonly request?: unknown };
}

/**
 * Makes a write, and if the task has run, makes it again while the cloud refuses it for now.
 *
 * @param write has the same effect when it is made again.
 * @throws the last refusal, when it is time to give up: {@link untilNextTry}.
 */
export async function patiently<T>({ engine, remainingMs, seen }: Writer, write: () => Promise<T>): Promise<T> {
  const { clock, nonces } = engine;
  const startedAt = clock.now();
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (seen.request === undefined || !isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE')) throw error;
      const spentMs = clock.now() - startedAt;
      const leftMs = remainingMs() - LEAST_NEEDED_MS;
      const wait = untilNextTry({ tries, spentMs, leftMs, chance: nonces.random() });
      if (wait === undefined) throw error;
      await clock.sleep(wait);
    }
  }
}
