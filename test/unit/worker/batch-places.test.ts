import { describe, expect, it, test } from 'vitest';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { NoPlace } from '../../../src/core/protocol/places.ts';
import type { LeavePlaces, TakenPlaces, TakePlaces } from '../../../src/ports/places.ts';
import { BatchPlaces } from '../../../src/worker/places.ts';
import type { HeldPlace, PlaceWish } from '../../../src/worker/places.ts';
import { makeBench, taskDelivery } from './bench.ts';

type Answer = (params: TakePlaces) => TakenPlaces | Promise<TakenPlaces>;

/** The places of one batch, on a port that answers as a test says. */
function batch(answer: Answer, remainingMs = 60_000) {
  const asked: TakePlaces[] = [];
  const left: LeavePlaces[] = [];
  const bench = makeBench(() => ({
    places: {
      take: async (params) => {
        asked.push(params);
        return answer(params);
      },
      leave: async (params) => void left.push(params),
    },
  }));
  const startedAt = bench.clock.now();
  const places = new BatchPlaces(bench.engine, () => remainingMs - (bench.clock.now() - startedAt));
  const take = (mid: string, wish: Partial<PlaceWish> = {}): Promise<HeldPlace | NoPlace> =>
    places.take({ place: { key: 'k', limit: 1 }, mid, waits: undefined, neededMs: 1000, ...wish });
  return { asked, left, take, places, clock: bench.clock, startedAt };
}

const TWO = { place: { key: 'k', limit: 2 } };
const none: Answer = () => ({ tokens: [] });
const all: Answer = ({ tokens }) => ({ tokens });
const held = (got: HeldPlace | NoPlace): HeldPlace => {
  if ('afterMs' in got) throw new Error('Cannot go on: there was no place');
  return got;
};

describe('the places of a batch', () => {
  it('are asked for together, for the oldest messages, and no more than the limit', async () => {
    const { asked, take, clock } = batch(all);
    const now = clock.now();
    const got = [
      take('young', TWO),
      take('old', { ...TWO, waits: now - 9000 }),
      take('older', { ...TWO, waits: now - 99_000 }),
    ];
    await Promise.all(got.slice(1));
    expect(asked).toMatchObject([{ mid: 'older', since: now - 99_000, limit: 2, hasWaited: true }]);
    expect(asked[0]?.tokens).toHaveLength(2);
  });

  it('are of a key and of a limit: another limit has places of its own', async () => {
    const { asked, take } = batch(all);
    await Promise.all([take('a'), take('b', TWO), take('c', { place: { key: 'other', limit: 1 } })]);
    expect(asked.map(({ key, limit }) => `${key} ${limit}`)).toEqual(['k 1', 'k 2', 'other 1']);
  });

  it('are asked for again when a message has come meanwhile, and there may be one for it', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { asked, take, clock } = batch(async ({ tokens }) => {
      await promise;
      return { tokens };
    });
    const first = take('a', TWO);
    await clock.sleep(1);
    const second = take('b', TWO);
    resolve(undefined);
    expect([await first, await second].map(held)).toHaveLength(2);
    expect(asked.map(({ mid, hasWaited }) => [mid, hasWaited])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it('are asked for as far as the limit leaves some beside those that the batch has', async () => {
    const { asked, take } = batch(all);
    await take('a', TWO);
    const [second, third] = [take('b', TWO), take('c', TWO)];
    await held(await second).leave();
    await third;
    expect(asked.map(({ mid, tokens }) => [mid, tokens.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  it('are asked for as one that has waited only by a message that has', async () => {
    const { asked, take } = batch(all);
    await take('a');
    expect(asked[0]?.hasWaited).toBe(false);
  });
});

describe('a message that finds no place', () => {
  it('is sent on at once when no message of its batch has one', async () => {
    const { asked, take, clock, startedAt } = batch(none);
    expect(await take('a')).toEqual({ afterMs: expect.any(Number) as number, isNext: false });
    expect([asked.length, clock.now() - startedAt]).toEqual([1, 0]);
  });

  it('stays as the first in line, and looks ten times in a second', async () => {
    const { asked, take, clock, startedAt } = batch(() => ({ tokens: [], nextFrom: startedAt }));
    expect(await take('a')).toMatchObject({ isNext: true });
    expect([asked.length, clock.now() - startedAt]).toEqual([10, 900]);
    expect(asked.map(({ hasWaited }) => hasWaited)).toEqual([false, ...Array.from({ length: 9 }, () => true)]);
  });

  it('takes the place that it finds then', async () => {
    let looks = 0;
    const { take, startedAt } = batch(({ tokens }) => {
      looks += 1;
      return looks < 3 ? { tokens: [], nextFrom: startedAt } : { tokens };
    });
    expect(await take('a')).toHaveProperty('leave');
  });

  it.each<[string, Partial<PlaceWish>, number, number]>([
    ['has been the first in line for five seconds', {}, -5000, 60_000],
    ['must not wait in its sandbox', { neededMs: undefined }, 0, 60_000],
    ['would not find the time that it needs', { neededMs: 60_001 }, 0, 60_000],
  ])('does not stay when it %s', async (_, wish, from, remainingMs) => {
    const { asked, take, startedAt } = batch(() => ({ tokens: [], nextFrom: startedAt + from }), remainingMs);
    expect(await take('a', wish)).toMatchObject({ isNext: true });
    expect(asked).toHaveLength(1);
  });

  it('stays up to the last moment of both times', async () => {
    const { asked, take, startedAt } = batch(() => ({ tokens: [], nextFrom: startedAt - 4999 }), 1000);
    await take('a', { neededMs: 1000 });
    expect(asked).toHaveLength(2);
  });

  it('does not stay as the first in line while another one of its batch has a place; those behind it wait for that one', async () => {
    const { asked, take, startedAt } = batch(({ tokens }) => ({ tokens: tokens.slice(0, 1), nextFrom: startedAt }));
    const [first, second, third] = [take('a', TWO), take('b', TWO), take('c', TWO)];
    expect(await second).toMatchObject({ isNext: true });
    expect(asked).toHaveLength(1);
    await held(await first).leave();
    expect(await third).toHaveProperty('leave');
  });
});

describe('a place that is left', () => {
  it('is given back once, and can be taken anew', async () => {
    const { asked, left, take } = batch(all);
    const place = held(await take('a'));
    await Promise.all([place.leave(), place.leave()]);
    expect(left).toEqual([{ key: 'k', tokens: asked[0]?.tokens }]);
    expect(await take('b')).toHaveProperty('leave');
    expect(asked).toHaveLength(2);
  });

  it('is handed on without a write to the oldest that waits here and has the time', async () => {
    let isFree = true;
    const { asked, left, take, clock } = batch(({ tokens }) => {
      const taken = isFree ? tokens : [];
      isFree = false;
      return { tokens: taken };
    });
    const first = held(await take('a'));
    const long = take('long', { neededMs: 59_900 });
    const next = take('b');
    await clock.sleep(200);
    await first.leave();
    expect(await next).toHaveProperty('leave');
    expect([asked.length, left.length]).toEqual([1, 0]);
    await held(await next).leave();
    expect(left).toHaveLength(1);
    expect(await long).toMatchObject({ isNext: false });
    isFree = true;
    expect(await take('later')).toHaveProperty('leave');
  });

  it('is not lost when it is handed on to a message whose own question is under way: the second one is given back', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { asked, left, take, clock } = batch(async ({ mid, tokens }) => {
      if (mid === 'b') await promise;
      return { tokens };
    });
    const first = held(await take('a', TWO));
    const next = take('b', TWO);
    await clock.sleep(1);
    await first.leave();
    const second = held(await next);
    resolve(undefined);
    await clock.sleep(1);
    await second.leave();
    expect(left.flatMap(({ tokens }) => tokens).toSorted()).toEqual(asked.flatMap(({ tokens }) => tokens).toSorted());
    await Promise.all([take('c', TWO), take('d', TWO)]);
    expect(asked.at(-1)?.tokens).toHaveLength(2);
  });

  it('ends the turn of a message that becomes the first in line when it has just been handed on to it', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { asked, left, take, clock, startedAt } = batch(async ({ mid, tokens }) => {
      if (mid !== 'b') return { tokens };
      await promise;
      return { tokens: [], nextFrom: startedAt };
    });
    const first = held(await take('a', TWO));
    const next = take('b', TWO);
    const other = take('c', TWO);
    await clock.sleep(1);
    await first.leave();
    await next;
    resolve(undefined);
    expect(await other).toHaveProperty('leave');
    expect(left).toEqual([{ key: 'k', tokens: [], mid: 'b' }]);
    expect(asked.map(({ mid }) => mid)).toEqual(['a', 'b', 'c']);
  });

  it('is waited for at most five seconds', async () => {
    const { take, clock, startedAt } = batch(all);
    await take('a');
    expect(await take('b')).toMatchObject({ isNext: false });
    expect(clock.now() - startedAt).toBe(5000);
  });

  it('is kept while the code of its run goes on', async () => {
    const { left, take, clock } = batch(all);
    const place = held(await take('a'));
    const { promise, reject } = Promise.withResolvers<undefined>();
    place.runs(promise);
    await place.leave();
    await clock.sleep(1000);
    expect(left).toEqual([]);
    reject(new Error('late'));
    await clock.sleep(1);
    expect(left).toHaveLength(1);
  });

  it('is given back at once when its code has ended before', async () => {
    const { left, take, clock } = batch(all);
    const place = held(await take('a'));
    place.runs(Promise.resolve());
    await clock.sleep(1);
    await place.leave();
    expect(left).toHaveLength(1);
  });
});

describe('the end of a batch', () => {
  it.each([
    ['until the code that runs on has ended and its place is given back', 3000, 60_000, 3000],
    ['for five seconds at most', 9000, 60_000, 5000],
    ['up to a second before the end of its sandbox', 9000, 3000, 2000],
    ['no longer than its sandbox lives', 9000, 500, 0],
  ])('waits %s', async (_, codeMs, remainingMs, waitedMs) => {
    const { left, take, places, clock, startedAt } = batch(all, remainingMs);
    const place = held(await take('a', { neededMs: 1 }));
    place.runs(clock.sleep(codeMs));
    await place.leave();
    await places.emptied();
    expect(clock.now() - startedAt).toBe(waitedMs);
    expect(left).toHaveLength(codeMs === waitedMs ? 1 : 0);
  });

  it('waits for a question that is under way: it may bring a place', async () => {
    const { left, take, places, clock } = batch(async ({ mid, tokens }) => {
      if (mid === 'b') await clock.sleep(1000);
      return { tokens };
    });
    const first = held(await take('a', TWO));
    const next = take('b', TWO);
    await clock.sleep(1);
    await first.leave();
    await held(await next).leave();
    expect(left).toHaveLength(1);
    await places.emptied();
    expect(left).toHaveLength(2);
  });

  it('comes at once where nothing is left', async () => {
    const { take, places, clock, startedAt } = batch(all);
    await places.emptied();
    await held(await take('a')).leave();
    await places.emptied();
    expect(clock.now()).toBe(startedAt);
  });
});

test('a batch ends when the code of its tasks has ended that have places, so that these are free', async () => {
  const bench = makeBench();
  const { app, clock, engine } = bench;
  app.task('late', { timeLimit: 1, concurrencyLimit: 1 }, () => clock.sleep(3000));
  expect(await bench.work([taskDelivery('late')])).toEqual([]);
  const now = clock.now();
  const wish = { key: 'late', limit: 1, mid: 'n', since: now, now, until: now + 1, tokens: ['t'], hasWaited: false };
  expect(await engine.places.take(wish)).toEqual({ tokens: ['t'] });
});

describe('a refusal of the cloud', () => {
  it('is told to all that ask, after the places are given back, and the next message asks again', async () => {
    let refuses = true;
    const { asked, left, take } = batch((params) => {
      if (refuses) throw new ServiceUnavailable('throttled');
      return all(params);
    });
    const both = await Promise.allSettled([take('a', TWO), take('b', TWO)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(left).toEqual([{ key: 'k', tokens: asked[0]?.tokens }]);
    refuses = false;
    expect(await take('a', TWO)).toHaveProperty('leave');
  });
});
