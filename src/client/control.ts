import { NotRegistered } from '../core/errors/caller.ts';
import { NO_LIMIT, rateInterval } from '../core/task/rate.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import type { Control, RevokeByStampOptions, RevokedStamps } from '../core/types/control.ts';
import { checkedOptions, LIMIT, optionsObject } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import type { Engine } from '../engine/engine.ts';
import { purge } from './purge.ts';
import { readId } from './read-id.ts';
import { setReceiving } from './receiving.ts';
import { revokeStamps, sendRevocation, STANDS_MS } from './revoke.ts';

/** Makes the control of an app. */
export function makeControl(engine: Engine): Control {
  return {
    revoke: async (ids: unknown) => {
      const all = [ids].flat().map(readId);
      for (const id of all) await sendRevocation(engine, id);
    },
    rateLimit: (task: unknown, limit: unknown) => setRate(engine, task, limit),
    pause: (name: unknown) => setReceiving(engine, name, false),
    resume: (name: unknown) => setReceiving(engine, name, true),
    purge: (name: unknown) => purge(engine, name),
    revokeByStamp: async (stamps: RevokedStamps, options: RevokeByStampOptions = {}) => {
      const given = checkedOptions<RevokeByStampOptions>(options, { seconds: SECONDS }, 'a revocation');
      const { seconds = DEFAULT_SECONDS } = given;
      await revokeStamps(engine, optionsObject(stamps, 'the stamps of a revocation'), seconds * 1000);
    },
  };
}

// --- internal ---

async function setRate(engine: Engine, task: unknown, limit: unknown): Promise<void> {
  if (typeof task !== 'string' || engine.queueOf(task) === undefined) {
    const known = engine.taskNames().filter((name) => engine.queueOf(name) !== undefined);
    const near = typeof task === 'string' ? nearest(task, known) : undefined;
    const hint = near === undefined ? `Known tasks: ${known.join(', ')}.` : `Did you mean ${near}?`;
    throw new NotRegistered(
      `Cannot limit the rate of ${describe(task)}: no function runs a task of that name. ${hint}`,
      {
        task: String(task),
        known,
      },
    );
  }
  await engine.records.setRate({ task, limit: readLimit(limit, task) });
}

function readLimit(limit: unknown, task: string): string | null {
  if (limit === null) return null;
  const text = typeof limit === 'string' || typeof limit === 'number' ? String(limit) : describe(limit);
  // Whatever is not a limit is refused, with its value.
  if (text !== NO_LIMIT) rateInterval(text, task);
  return text;
}

/** As long as a message may wait, and the items of its workflow live. */
const DEFAULT_SECONDS = 15 * 86_400;

const SECONDS: OptionCheck = {
  is: (value) => LIMIT.is(value) && Number(value) * 1000 <= STANDS_MS,
  want: `${LIMIT.want}, at most ${STANDS_MS / 1000}, which is 366 days`,
};
