import type { Wish } from '../core/protocol/places.ts';

/** The name of the places of some tasks. */
export interface OfKey {
  readonly key: string;
}

/** Places to take for a message, and for those that came with it: one for each token. */
export interface TakePlaces extends OfKey, Wish {
  /** Epoch ms until which they are held at most. */
  readonly until: number;
  /** Whether the message has looked before: then there is most likely no place. */
  readonly hasWaited: boolean;
}

/** The places that a message got. */
export interface TakenPlaces {
  /** The tokens of the places, the first ones of those asked for; empty if there was none. */
  readonly tokens: readonly string[];
  /** Epoch ms since which the message is the first in line, if it got none and is that. */
  readonly nextFrom?: number;
}

/** Places to give back, or a turn. */
export interface LeavePlaces extends OfKey {
  readonly tokens: readonly string[];
  /** The message that gives up its turn, if it is the first in line. Default: none. */
  readonly mid?: string;
}

/** How many runs of a key there are at once. Every place is a lease: one that is not given back lapses by itself. */
export interface Places {
  /**
   * Takes as many of the places as are free, in one step for all callers. Of more messages than places, notes the oldest:
   * one place is kept for it, as long as it comes back in time. A second call with the same tokens changes nothing, and
   * answers with those that it holds.
   */
  take(params: TakePlaces): Promise<TakenPlaces>;
  /** Gives places back, and the turn of a message that will not come back. A second call changes nothing: tokens are not used again. */
  leave(params: LeavePlaces): Promise<void>;
}
