import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Places, TakenPlaces, TakePlaces } from '../../src/ports/places.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface PlacesKit extends Closable {
  readonly places: Places;
}

const MINUTE = 60_000;

/** The contract of every adapter of Places. */
export function describePlaces(name: string, start: (clock: TestClock) => Promise<PlacesKit>): void {
  describe(`Places, ${name}`, () => {
    const clock = new TestClock();
    let kit: PlacesKit;
    let places: Places;
    let count = 0;

    beforeAll(async () => {
      kit = await start(clock);
      places = kit.places;
    });
    afterAll(() => kit.close());

    const now = clock.now();
    /** Takes a place as a message that has come just now, unless it says otherwise. */
    const take = (key: string, more: Partial<TakePlaces> = {}): Promise<TakenPlaces> => {
      const mid = more.mid ?? `m${(count += 1)}`;
      const given = { limit: 1, mid, since: now, now, until: now + MINUTE, tokens: [`t-${mid}`], hasWaited: false };
      return places.take({ key, ...given, ...more });
    };
    const key = (): string => freshWorkflow();

    it('take() gives so many places as the limit says, and no more', async () => {
      const one = key();
      expect(await take(one, { limit: 2, mid: 'a' })).toEqual({ tokens: ['t-a'] });
      expect(await take(one, { limit: 2, mid: 'b' })).toEqual({ tokens: ['t-b'] });
      expect((await take(one, { limit: 2 })).tokens).toEqual([]);
      expect((await take(key(), { limit: 2, mid: 'c' })).tokens).toEqual(['t-c']);
    });

    it('take() gives no more places than there are to callers that come at once', async () => {
      const one = key();
      const all = await Promise.all(Array.from({ length: 20 }, () => take(one, { limit: 3 })));
      expect(all.flatMap(({ tokens }) => tokens)).toHaveLength(3);
    });

    it('take() gives several callers as many of several places as are free', async () => {
      const one = key();
      const all = await Promise.all(
        Array.from({ length: 4 }, (_, i) => take(one, { limit: 7, tokens: [0, 1, 2].map((n) => `t${i}-${n}`) })),
      );
      expect(all.flatMap(({ tokens }) => tokens).length).toBeLessThanOrEqual(7);
      expect(all.flatMap(({ tokens }) => tokens).length).toBeGreaterThanOrEqual(6);
      const later = now + 1;
      await take(one, { limit: 9, tokens: ['x', 'y', 'z', 'u'], now: later, hasWaited: true });
      expect((await take(one, { limit: 9, now: later })).tokens).toEqual([]);
    });

    it('take() changes nothing, and answers the same, when it is called again with the same tokens', async () => {
      const one = key();
      await take(one, { limit: 2, mid: 'a' });
      await take(one, { limit: 2, mid: 'b' });
      expect(await take(one, { limit: 2, mid: 'b', hasWaited: true })).toEqual({ tokens: ['t-b'] });
      expect(await take(one, { limit: 2, mid: 'b' })).toEqual({ tokens: ['t-b'] });
      await places.leave({ key: one, tokens: ['t-b'] });
      expect((await take(one, { limit: 2, mid: 'c' })).tokens).toEqual(['t-c']);
      expect((await take(one, { limit: 2 })).tokens).toEqual([]);
    });

    it('leave() frees a place, and changes nothing when it is called again or for a place that never was', async () => {
      const one = key();
      await places.leave({ key: one, tokens: ['never'] });
      await take(one, { mid: 'a' });
      await places.leave({ key: one, tokens: ['never', 't-a'] });
      await places.leave({ key: one, tokens: ['t-a'] });
      expect((await take(one, { mid: 'b' })).tokens).toEqual(['t-b']);
      await places.leave({ key: one, tokens: ['t-a'] });
      expect((await take(one)).tokens).toEqual([]);
    });

    it('a place is free again when its time is over, and not before', async () => {
      const one = key();
      await take(one, { mid: 'dead', until: now + MINUTE });
      const just = now + MINUTE - 1;
      expect((await take(one, { since: just, now: just, mid: 'a' })).tokens).toEqual([]);
      const over = now + MINUTE;
      const all = await Promise.all(
        Array.from({ length: 5 }, (_, i) =>
          take(one, { mid: `late${i}`, since: now, now: over, until: over + MINUTE, hasWaited: i % 2 === 0 }),
        ),
      );
      expect(all.flatMap(({ tokens }) => tokens)).toHaveLength(1);
      // The dead sandbox was not dead: it takes nobody's place.
      await places.leave({ key: one, tokens: ['t-dead'] });
      expect((await take(one, { now: over })).tokens).toEqual([]);
    });

    it('the oldest message that finds no place is the first in line, and keeps its turn', async () => {
      const one = key();
      await take(one, { mid: 'runs' });
      expect(await take(one, { mid: 'b', since: now - 10 })).toEqual({ tokens: [], nextFrom: now });
      expect(await take(one, { mid: 'c', since: now - 5 })).toEqual({ tokens: [] });
      const later = now + 1000;
      const again = { mid: 'b', since: now - 10, now: later, hasWaited: true };
      expect(await take(one, again)).toEqual({ tokens: [], nextFrom: now });
      expect(await take(one, { mid: 'a', since: now - 20, now: later })).toEqual({ tokens: [], nextFrom: later });
      expect(await take(one, again)).toEqual({ tokens: [] });
      await places.leave({ key: one, tokens: ['t-runs'] });
      expect(await take(one, again)).toEqual({ tokens: [] });
      expect(await take(one, { mid: 'new', since: later, now: later })).toEqual({ tokens: [] });
      expect(await take(one, { mid: 'a', since: now - 20, now: later, hasWaited: true })).toEqual({ tokens: ['t-a'] });
      await places.leave({ key: one, tokens: ['t-a'] });
      expect((await take(one, again)).tokens).toEqual(['t-b']);
    });

    it('one place is kept for the first in line, and others may take the rest', async () => {
      const one = key();
      await take(one, { limit: 3, tokens: ['p', 'q', 'r'] });
      await take(one, { limit: 3, mid: 'first' });
      await places.leave({ key: one, tokens: ['p', 'q'] });
      expect((await take(one, { limit: 3, mid: 'x', since: now + 1 })).tokens).toEqual(['t-x']);
      expect((await take(one, { limit: 3, since: now + 1 })).tokens).toEqual([]);
      // A message with a higher limit does not take the place of one with a lower limit either.
      expect((await take(one, { limit: 10, since: now + 1 })).tokens).toEqual([]);
      expect((await take(one, { limit: 3, mid: 'first', hasWaited: true })).tokens).toEqual(['t-first']);
    });

    it('a first in line that does not come back loses its turn', async () => {
      const one = key();
      await take(one, { mid: 'runs' });
      await take(one, { mid: 'gone' });
      await places.leave({ key: one, tokens: ['t-runs'] });
      expect((await take(one, { since: now + 1 })).tokens).toEqual([]);
      const later = now + MINUTE;
      expect((await take(one, { mid: 'z', since: later, now: later, until: later + MINUTE })).tokens).toEqual(['t-z']);
    });

    it('leave() gives up the turn of the first in line, and of no other message', async () => {
      const one = key();
      await places.leave({ key: one, tokens: [], mid: 'gone' });
      await take(one, { mid: 'runs' });
      await take(one, { mid: 'gone' });
      await places.leave({ key: one, tokens: ['t-runs'] });
      await places.leave({ key: one, tokens: [], mid: 'another' });
      expect((await take(one, { since: now + 1 })).tokens).toEqual([]);
      await places.leave({ key: one, tokens: [], mid: 'gone' });
      await places.leave({ key: one, tokens: [], mid: 'gone' });
      expect((await take(one, { since: now + 1, mid: 'z' })).tokens).toEqual(['t-z']);
      await take(one, { mid: 'waits' });
      await places.leave({ key: one, tokens: ['t-z'], mid: 'waits' });
      expect((await take(one, { since: now + 1, mid: 'y' })).tokens).toEqual(['t-y']);
    });

    it('keeps keys of all characters apart, up to the longest', async () => {
      const keys = [UNUSUAL_TEXT, `${UNUSUAL_TEXT} `, '€'.repeat(256), '€'.repeat(255)].map((text) =>
        text.slice(0, 256),
      );
      for (const one of keys) expect((await take(one, { mid: 'k' })).tokens).toEqual(['t-k']);
      for (const one of keys) expect((await take(one)).tokens).toEqual([]);
    });

    it('gives the places of many holders that die at one time, to many, and to one alone', async () => {
      const over = now + MINUTE;
      const late = { now: over, since: over, until: over + MINUTE };
      const fill = async (one: string): Promise<void> => {
        for (let i = 0; i < 10; i += 1)
          await take(one, { limit: 400, tokens: Array.from({ length: 40 }, (_, n) => `token${n}-${i}`) });
      };
      const many = key();
      await fill(many);
      expect((await take(many, { limit: 400, ...late, tokens: ['a', 'b'] })).tokens).toEqual(['a', 'b']);
      expect((await take(many, { limit: 400, ...late, mid: 'c', hasWaited: true })).tokens).toEqual(['t-c']);
      const single = key();
      await fill(single);
      expect((await take(single, { ...late, mid: 'd' })).tokens).toEqual(['t-d']);
      expect((await take(single, late)).tokens).toEqual([]);
    });

    it('holds a thousand places', async () => {
      const one = key();
      const tokens = Array.from({ length: 10 }, (_, n) => `token${n}`);
      for (let i = 0; i < 100; i += 1)
        expect((await take(one, { limit: 1000, tokens: tokens.map((t) => `${t}-${i}`) })).tokens).toHaveLength(10);
      expect((await take(one, { limit: 1000 })).tokens).toEqual([]);
    });
  });
}
