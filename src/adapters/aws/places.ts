import { grant } from '../../core/protocol/places.ts';
import type { LeavePlaces, Places, TakenPlaces, TakePlaces } from '../../ports/places.ts';
import {
  leaveLineRequest,
  leaveRequest,
  markRequest,
  placesKey,
  placesOf,
  takeAllRequest,
  takeGrantedRequest,
} from './places-requests.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';

/** The places of keys in a DynamoDB table: an item for each key, changed on the condition that it is as it was seen. */
export class DynamoPlaces implements Places {
  readonly #table: Table;

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  /** A message that comes for the first time most likely finds a place, and one that has waited none: a read costs a fifth of a write. */
  async take(params: TakePlaces): Promise<TakenPlaces> {
    const { name } = this.#table;
    const { key, tokens } = params;
    const at = placesKey(key);
    const first = params.hasWaited
      ? { standing: await this.#table.getAny(at, true) }
      : await this.#table.updateOrFind(at, takeAllRequest(name, params));
    if ('item' in first) return { tokens };
    let { standing } = first;
    for (let tries = 0; tries < MOST_TRIES;) {
      const seen = placesOf(standing);
      const granted = grant(seen, params);
      if (granted.kind === 'take') {
        // A repeated call holds them already.
        if (granted.tokens.some((token) => token in seen.holders)) return { tokens: granted.tokens };
        const taken = await this.#table.updateOrFind(at, takeGrantedRequest(name, params, granted, seen));
        if ('item' in taken) return { tokens: granted.tokens };
        ({ standing } = taken);
        tries += 1;
      } else if (granted.kind === 'clear') {
        // Their tokens are not used again, so that they may go whatever else has changed.
        await this.#table.update(leaveRequest(name, { key, tokens: granted.lapsed }));
        standing = await this.#table.getAny(at, true);
      } else {
        const { next, isNew } = granted;
        const isNext =
          next !== undefined &&
          (!isNew || (await this.#table.update(markRequest(name, params, next, seen))) !== undefined);
        return isNext ? { tokens: [], nextFrom: next.from } : { tokens: [] };
      }
    }
    // Others were faster each time.
    return { tokens: [] };
  }

  async leave(params: LeavePlaces): Promise<void> {
    const { name } = this.#table;
    const { key, tokens, mid } = params;
    await Promise.all([
      tokens.length === 0 ? undefined : this.#table.update(leaveRequest(name, params)),
      mid === undefined ? undefined : this.#table.update(leaveLineRequest(name, key, mid)),
    ]);
  }
}

// --- internal ---

/** Places change hands quickly where many messages look at once: then there is none for this one now. */
const MOST_TRIES = 5;
