import { describe, expect, it } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { MemoryJournal } from '../../../src/adapters/memory/journal.ts';
import { followList, nothingOf, readList } from '../../../src/cli/journal-lists.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { listWorkflows } from '../../../src/ui/workflows.ts';
import type { ListQuery } from '../../../src/ui/workflows.ts';

const HOUR_MS = 3_600_000;

/** A cloud with a journal, at a time of its own. */
function listing() {
  const { ports } = new MemoryCloud();
  let now = Date.now();
  const engine = { ...ports, clock: { ...ports.clock, now: () => now } };
  const journal = new MemoryJournal(engine.clock);
  const query = (part: Partial<ListQuery> = {}): ListQuery => ({ since: now - 24 * HOUR_MS, limit: 50, ...part });
  return {
    wait: (seconds: number) => void (now += seconds * 1000),
    submit: async (...ids: readonly string[]) => {
      for (const id of ids)
        await journal.noteSubmission({ entry: { at: now, id, app: 'shop', shape: 'add' }, until: now + 99 * HOUR_MS });
    },
    end: (id: string, state: 'SUCCESS' | 'FAILURE') =>
      ports.outcomes.commit({
        address: addressOf(id),
        attempt: 0,
        decision: { state, value: { inline: 1 } },
        by: { mid: 'm', token: 't' },
        until: now + 99 * HOUR_MS,
      }),
    list: async (part: Partial<ListQuery>) => {
      const { items, next } = await readList(listWorkflows, engine, journal, query(part));
      return [...items.map(({ id }) => id), ...(next === undefined ? [] : ['and more'])];
    },
    follow: (part: Partial<ListQuery> = {}) => {
      const look = followList(engine, journal, query(part));
      return async () => (await look()).map(({ id, state }) => `${id} ${state}`);
    },
  };
}

const idsOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${String(index).padStart(5, '0')}`);

describe('readList()', () => {
  it('reads on until it has found as many as it is asked for, however few of the entries fit', async () => {
    const { submit, end, list } = listing();
    await submit('a-first', 'a-second', ...idsOf('b', 6000));
    for (const id of ['a-first', 'a-second']) await end(id, 'FAILURE');
    expect(await list({ state: 'FAILURE' })).toEqual(['a-second', 'a-first']);
    expect(await list({ state: 'FAILURE', limit: 1 })).toEqual(['a-second', 'and more']);
  });
});

describe('followList()', () => {
  it('tells a workflow when it is submitted, and again when it has ended, however long that takes', async () => {
    const { wait, submit, end, follow } = listing();
    const look = follow();
    await submit('a', 'b');
    expect(await look()).toEqual(['a OPEN', 'b OPEN']);
    wait(1);
    await end('b', 'SUCCESS');
    expect(await look()).toEqual(['b SUCCESS']);
    wait(7200);
    await end('a', 'FAILURE');
    expect(await look()).toEqual(['a FAILURE']);
    expect(await look()).toEqual([]);
  });

  it('tells those in one state as soon as they are in it: those of later, and those that were open before', async () => {
    const { wait, submit, end, follow } = listing();
    await submit('failed', 'slow');
    await end('failed', 'FAILURE');
    wait(3600);
    await submit(...idsOf('more', 60));
    const look = follow({ state: 'FAILURE', limit: 5 });
    expect(await look()).toEqual(['failed FAILURE']);
    await submit('later', 'fine');
    expect(await look()).toEqual([]);
    wait(3600);
    await end('later', 'FAILURE');
    await end('fine', 'SUCCESS');
    await end('slow', 'FAILURE');
    expect((await look()).toSorted()).toEqual(['later FAILURE', 'slow FAILURE']);
    expect(await look()).toEqual([]);
  });

  it('begins with as many as it is asked for, and leaves out none of those that come later', async () => {
    const { wait, submit, follow } = listing();
    await submit(...idsOf('before', 60));
    const look = follow({ limit: 2 });
    expect(await look()).toEqual(['before-00058 OPEN', 'before-00059 OPEN']);
    wait(1);
    await submit(...idsOf('later', 260));
    expect(await look()).toHaveLength(260);
    wait(1);
    expect(await look()).toEqual([]);
  });
});

describe('a list without an entry', () => {
  it.each([
    ['list', {}, 'The journal has no workflow of the last 24 hours.'],
    ['list', { state: 'OPEN' }, 'The journal has no workflow of the last 24 hours that fits the filter.'],
    ['failures', {}, 'The journal has no failed workflow of the last 24 hours.'],
    ['failures', { task: 'add' }, 'The journal has no failed workflow of the last 24 hours that fits the filter.'],
  ] as const)('of chordal %s with %j has a note that says so', (name, given, note) => {
    expect(nothingOf(name, { hours: 24, ...given })).toBe(note);
  });
});
