import type { Control, RevokeByStampOptions, RevokedStamps } from '../core/types/control.ts';
import { checkOptions, LIMIT, optionsObject } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import type { Engine } from '../engine/engine.ts';
import { readId } from './read-id.ts';
import { revokeStamps, sendRevocation, STANDS_MS } from './revoke.ts';

/** Makes the control of an app. */
export function makeControl(engine: Engine): Control {
  return {
    revoke: async (ids: unknown) => {
      const all = [ids].flat().map(readId);
      for (const id of all) await sendRevocation(engine, id);
    },
    revokeByStamp: async (stamps: RevokedStamps, options: RevokeByStampOptions = {}) => {
      const given = optionsObject(options, 'the options of a revocation');
      checkOptions(given, { seconds: SECONDS }, 'a revocation');
      const { seconds = DEFAULT_SECONDS }: RevokeByStampOptions = given;
      await revokeStamps(engine, optionsObject(stamps, 'the stamps of a revocation'), seconds * 1000);
    },
  };
}

// --- internal ---

/** As long as a message may wait, and the items of its workflow live. */
const DEFAULT_SECONDS = 15 * 86_400;

const SECONDS: OptionCheck = {
  is: (value) => LIMIT.is(value) && Number(value) * 1000 <= STANDS_MS,
  want: `${LIMIT.want}, at most ${STANDS_MS / 1000}, which is 366 days`,
};
