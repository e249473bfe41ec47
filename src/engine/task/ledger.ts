import type { Ledger } from '../../core/types/context.ts';
import { decode, encode } from '../../core/values/serializer.ts';
import type { Engine } from '../engine.ts';
import { fittingItem, ledgerKey } from '../item-size.ts';

/** Returns the ledgers of a running task. `mustBeWanted` throws once nothing waits for the task any more. */
export function ledgerOf(engine: Engine, mustBeWanted: (what: string) => void): Ledger {
  const { clock, nonces } = engine;
  return {
    append: async (name, value) => {
      mustBeWanted('append to the ledger');
      const at = clock.now();
      const key = ledgerKey(name);
      const what = `a value of the ledger ${key}`;
      const text = fittingItem(encode(value, what), what);
      // Entries that this sandbox appends within one millisecond stay in order.
      const nonce = `${String((appended += 1)).padStart(9, '0')}${nonces.token()}`;
      await engine.records.appendLedger({ key, at, nonce, text, until: at + LEDGER_MS });
    },
    read: async (key) => {
      const texts = await engine.records.readLedger({ key });
      return texts.map((text) => decode(text, `a value of the ledger ${key}`));
    },
  };
}

// --- internal ---

/** How long a ledger's entries live: they are for tests and audits, not for the engine. */
const LEDGER_MS = 90 * 86_400_000;
let appended = 0;
