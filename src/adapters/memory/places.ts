import { grant } from '../../core/protocol/places.ts';
import type { Places as Standing } from '../../core/protocol/places.ts';
import { compact } from '../../core/values/compact.ts';
import type { LeavePlaces, Places, TakenPlaces, TakePlaces } from '../../ports/places.ts';

/** The places of keys in memory. */
export class MemoryPlaces implements Places {
  readonly #byKey = new Map<string, Standing>();

  async take(params: TakePlaces): Promise<TakenPlaces> {
    const { key, until, hasWaited: _hasWaited, ...wish } = params;
    const standing = this.#byKey.get(key) ?? EMPTY;
    const granted = grant(standing, wish);
    if (granted.kind === 'clear') {
      await this.leave({ key, tokens: granted.lapsed });
      return this.take(params);
    }
    if (granted.kind === 'wait') {
      const { next } = granted;
      if (next !== undefined) this.#byKey.set(key, { ...standing, next });
      return { tokens: [], ...compact({ nextFrom: next?.from }) };
    }
    const { tokens, lapsed, leavesLine } = granted;
    const kept = Object.entries(standing.holders).filter(([token]) => !lapsed.includes(token));
    // A repeated call does not hold them for longer.
    const taken = tokens.map((token) => [token, standing.holders[token] ?? until]);
    const holders = Object.fromEntries([...kept, ...taken]) as Standing['holders'];
    this.#byKey.set(key, { holders, ...compact({ next: leavesLine ? undefined : standing.next }) });
    return { tokens };
  }

  async leave({ key, tokens, mid }: LeavePlaces): Promise<void> {
    const standing = this.#byKey.get(key);
    if (standing === undefined) return;
    const kept = Object.entries(standing.holders).filter(([token]) => !tokens.includes(token));
    const next = standing.next?.mid === mid ? undefined : standing.next;
    this.#byKey.set(key, { holders: Object.fromEntries(kept), ...compact({ next }) });
  }
}

// --- internal ---

const EMPTY: Standing = { holders: {} };
