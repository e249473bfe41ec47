import { describe, expect, it } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { MemoryJournal } from '../../../src/adapters/memory/journal.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import type { Rerun, Result } from '../../../src/core/protocol/outcome.ts';
import type { Shape } from '../../../src/core/protocol/shape.ts';
import { listWorkflows } from '../../../src/ui/workflows.ts';
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
});
