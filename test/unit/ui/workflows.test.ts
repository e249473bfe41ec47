import { describe, expect, it } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { MemoryJournal } from '../../../src/adapters/memory/journal.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { Rerun, Result } from '../../../src/core/protocol/outcome.ts';
import type { Shape } from '../../../src/core/protocol/shape.ts';
import { listFailures, listWorkflows } from '../../../src/ui/workflows.ts';
import type { ListQuery } from '../../../src/ui/workflows.ts';

const HOUR_MS = 3_600_000;
const now = Date.now();
const until = now + 24 * HOUR_MS;
const SUCCESS: Result = { state: 'SUCCESS', value: { inline: 1 } };
const RETRY: Rerun = { kind: 'retry', notBefore: now + HOUR_MS };
const REPLACED: Rerun = { kind: 'replace', plan: { inline: { task: 'add' } } };
const CHAIN: Shape = {
  seq: [
    [1, 'add'],
    [1, 'mul'],
  ],
};

/** A cloud with a journal, and the workflows that are listed in it. */
function listing() {
  const { ports } = new MemoryCloud();
  const journal = new MemoryJournal(ports.clock);
  let submitted = 0;
  let failed = 0;
  const submit = (id: string, shape: Shape): Promise<void> => {
    submitted += 1;
    return journal.noteSubmission({ entry: { at: now - HOUR_MS + submitted, id, app: 'shop', shape }, until });
  };
  const decide = (id: string, decision: Result | Rerun): Promise<unknown> =>
    ports.outcomes.commit({
      address: addressOf(id),
      attempt: 0,
      decision: 'kind' in decision ? { ...decision, attempt: 1 } : decision,
      by: { mid: 'm', token: 't' },
      until,
    });
  const fail = (id: string): Promise<void> => {
    failed += 1;
    return journal.noteFailure({ mark: { at: now - HOUR_MS + failed, id }, until });
  };
  /** Submits a task that waits for its next attempt, one that is open, and one that has ended. */
  const submitThree = async (): Promise<void> => {
    await submit('retrying', 'add');
    await decide('retrying', RETRY);
    await submit('open', 'add');
    await submit('done', 'add');
    await decide('done', SUCCESS);
  };
  return {
    submit,
    decide,
    submitThree,
    fail,
    failures: async (query: Partial<ListQuery> = {}) => {
      const { items, next } = await listFailures(ports, journal, { since: now - 2 * HOUR_MS, limit: 10, ...query });
      return [...items.map(({ id }) => id), ...(next === undefined ? [] : [`after ${next.id}`])];
    },
    list: async (query: Partial<ListQuery> = {}) => {
      const { items } = await listWorkflows(ports, journal, { since: now - 2 * HOUR_MS, limit: 10, ...query });
      return items.map(({ id, state }) => `${id} ${state}`);
    },
  };
}

describe('listWorkflows()', () => {
  it('says of a lone task that waits for its next attempt that it is in RETRY', async () => {
    const { submit, decide, submitThree, list } = listing();
    await submitThree();
    await submit('replaced', 'add');
    await decide('replaced', REPLACED);
    expect(await list()).toEqual(['replaced OPEN', 'done SUCCESS', 'open OPEN', 'retrying RETRY']);
  });

  it('has the state of the last step for a chain, as its result has', async () => {
    const { submit, decide, list } = listing();
    await submit('first', CHAIN);
    await decide('first.0', RETRY);
    await submit('last', CHAIN);
    await decide('last', RETRY);
    expect(await list()).toEqual(['last RETRY', 'first OPEN']);
  });

  it('finds a workflow in RETRY among those that have not ended, and by its own state', async () => {
    const { submitThree, list } = listing();
    await submitThree();
    expect(await list({ state: 'OPEN' })).toEqual(['open OPEN', 'retrying RETRY']);
    expect(await list({ state: 'RETRY' })).toEqual(['retrying RETRY']);
    expect(await list({ state: 'SUCCESS' })).toEqual(['done SUCCESS']);
  });

  it('looks further back for the only one that fits, the more it is asked for', async () => {
    const { submit, list } = listing();
    await submit('old', 'mul');
    for (let index = 0; index < 450; index += 1) await submit(`new-${index}`, 'add');
    expect(await list({ task: 'mul', limit: 1 })).toEqual([]);
    expect(await list({ task: 'mul', limit: 5 })).toEqual(['old OPEN']);
  });

  it('lists a workflow once that a second run of its launcher has submitted again', async () => {
    const { submit, list } = listing();
    await submit('launched', 'add');
    await submit('other', 'add');
    await submit('launched', 'add');
    expect(await list()).toEqual(['launched OPEN', 'other OPEN']);
    expect(await list({ limit: 1 })).toEqual(['launched OPEN']);
  });
});

describe('listFailures()', () => {
  it('lists as many failures of a task as it is asked for, whatever has failed since', async () => {
    const { submit, fail, failures } = listing();
    for (const [id, task] of [
      ['a', 'add'],
      ['b', 'add'],
      ['c', 'add'],
      ['d', 'mul'],
      ['e', 'mul'],
    ] as const) {
      await submit(id, task);
      await fail(id);
    }
    expect(await failures({ task: 'add', limit: 2 })).toEqual(['c', 'b', 'after b']);
    expect(await failures({ task: 'add', limit: 3 })).toEqual(['c', 'b', 'a']);
    expect(await failures({ task: 'none', limit: 1 })).toEqual([]);
  });

  it('lists a workflow once that has failed again', async () => {
    const { fail, failures } = listing();
    for (const id of ['a', 'b', 'a']) await fail(id);
    expect(await failures({ limit: 2 })).toEqual(['a', 'b']);
  });
});
