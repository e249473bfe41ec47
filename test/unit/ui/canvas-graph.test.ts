import { describe, expect, it, vi } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { addressOf } from '../../../src/core/protocol/address.ts';
import { memberId } from '../../../src/core/protocol/ids.ts';
import type { Result } from '../../../src/core/protocol/outcome.ts';
import type { Shape } from '../../../src/core/protocol/shape.ts';
import { memberStates, readGraph } from '../../../src/ui/canvas-graph.ts';
import type { GraphNode } from '../../../src/ui/canvas-graph.ts';

const until = Date.now() + 86_400_000;
const by = { mid: 'm', token: 't' };
const SUCCESS: Result = { state: 'SUCCESS', value: { inline: 1 } };

const CHORD: Shape = {
  seq: [
    [1, { par: [[2, 'add']] }],
    [1, 'tsum'],
  ],
};

/** Ids and states, from left to right. */
function flat(node: GraphNode): readonly string[] {
  if (node.kind === 'task') return [`${node.id} ${node.name ?? '?'} ${node.state}`];
  if (node.kind === 'seq') return node.steps.flatMap(flat);
  return [`${node.id} group ${node.done}/${node.total} ${node.state}`, ...(node.members ?? []).flatMap(flat)];
}

/** The ports of a cloud in which some ids have succeeded. */
async function portsWith(succeeded: readonly string[]): Promise<MemoryCloud['ports']> {
  const { ports } = new MemoryCloud();
  const decision = { ...SUCCESS, run: { startedAt: 10, endedAt: 20 } };
  for (const id of succeeded) await ports.outcomes.commit({ address: addressOf(id), attempt: 0, decision, by, until });
  return ports;
}

const steps = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `W.${index}`);

describe('readGraph()', () => {
  it('gives every part of a canvas its id, before anything has run', async () => {
    const { ports } = new MemoryCloud();
    const shape: Shape = {
      seq: [
        [2, 'add'],
        [
          1,
          {
            par: [
              [1, 'mul'],
              [
                1,
                {
                  seq: [
                    [1, 'a'],
                    [1, 'b'],
                  ],
                },
              ],
            ],
          },
        ],
      ],
    };
    expect(flat(await readGraph(ports, 'W', shape))).toEqual([
      'W.0 add OPEN',
      'W.1 add OPEN',
      'W group 0/2 OPEN',
      'W~0 mul OPEN',
      'W~1.0 a OPEN',
      'W~1 b OPEN',
    ]);
  });

  it('shows outcomes, retries, and that what lies behind a failure was not run', async () => {
    const { ports } = new MemoryCloud();
    const decide = (id: string, decision: Result, attempt = 0): Promise<unknown> =>
      ports.outcomes.commit({ address: addressOf(id), attempt, decision, by, until });
    await ports.outcomes.commit({
      address: addressOf('W.0~0'),
      attempt: 0,
      decision: { kind: 'retry', notBefore: 5, attempt: 1 },
      by,
      until,
    });
    expect(flat(await readGraph(ports, 'W', CHORD))).toContain('W.0~0 add RETRY');
    await decide('W.0~0', { state: 'FAILURE', value: { inline: {} } }, 1);
    await decide('W', { state: 'FAILURE', value: { inline: {} }, failedId: 'W.0~0' });
    expect(flat(await readGraph(ports, 'W', CHORD))).toEqual([
      expect.stringMatching(/^W\.0 group 1\/2 FAILURE$/),
      'W.0~0 add FAILURE',
      'W.0~1 add SKIPPED',
      'W tsum SKIPPED',
    ]);
  });

  it('shows a group as revoked if members were, and none has failed', async () => {
    const { ports } = new MemoryCloud();
    const decide = (id: string, decision: Result): Promise<unknown> =>
      ports.outcomes.commit({ address: addressOf(id), attempt: 0, decision, by, until });
    await decide('W.0~0', { state: 'REVOKED', value: { inline: {} } });
    expect(flat(await readGraph(ports, 'W', CHORD))).toContain('W.0 group 1/2 REVOKED');
    await decide('W.0~1', { state: 'FAILURE', value: { inline: {} } });
    expect(flat(await readGraph(ports, 'W', CHORD))).toContain('W.0 group 2/2 FAILURE');
  });

  it('shows a task that is known to run, with its attempt and since when', async () => {
    const { ports } = new MemoryCloud();
    const retry = { kind: 'retry' as const, notBefore: 5, attempt: 1, run: { startedAt: 1, endedAt: 2 } };
    await ports.outcomes.commit({ address: addressOf('W.0~0'), attempt: 0, decision: retry, by, until });
    await ports.outcomes.commit({ address: addressOf('W.0~1'), attempt: 0, decision: SUCCESS, by, until });
    const starts = new Map([
      ['W.0~0', 7],
      ['W.0~1', 3],
    ]);
    const root = await readGraph(ports, 'W', CHORD, (id) => starts.get(id));
    expect(flat(root)).toEqual(['W.0 group 1/2 OPEN', 'W.0~0 add STARTED', 'W.0~1 add SUCCESS', 'W tsum OPEN']);
    const [group] = root.kind === 'seq' ? root.steps : [];
    const [first] = group?.kind === 'group' ? (group.members ?? []) : [];
    expect(first).toEqual({
      kind: 'task',
      id: 'W.0~0',
      name: 'add',
      state: 'STARTED',
      attempt: 1,
      queuedAt: 5,
      startedAt: 7,
    });
  });

  it('shows that a task still runs although its workflow was revoked', async () => {
    const { ports } = new MemoryCloud();
    const revoked: Result = { state: 'REVOKED', value: { inline: {} }, failedId: 'W' };
    await ports.outcomes.commit({ address: addressOf('W'), attempt: 0, decision: revoked, by, until });
    const root = await readGraph(ports, 'W', CHORD, (id) => (id === 'W.0~0' ? 7 : undefined));
    expect(flat(root)).toContain('W.0~0 add STARTED');
    expect(flat(root)).toContain('W.0~1 add SKIPPED');
  });

  it('draws what replaces a task in its place', async () => {
    const { ports } = new MemoryCloud();
    const plan = { seq: [{ task: 'mul' }, { task: 'log' }] };
    const decision = { kind: 'replace' as const, attempt: 1, plan: { inline: plan } };
    await ports.outcomes.commit({ address: addressOf('W.0'), attempt: 0, decision, by, until });
    const shape: Shape = {
      seq: [
        [1, 'add'],
        [1, 'tsum'],
      ],
    };
    expect(flat(await readGraph(ports, 'W', shape))).toEqual(['W.0!1.0 mul OPEN', 'W.0 log OPEN', 'W tsum OPEN']);
  });

  it('folds the equal steps of a long chain around the one at which it stands, and reads few of them', async () => {
    const ports = await portsWith(steps(573));
    const reads = vi.spyOn(ports.outcomes, 'readMany');
    const root = await readGraph(ports, 'W', { seq: [[10_000, 'add']] });
    expect(flat(root)).toEqual(['W.0 … 573 × add SUCCESS', 'W.573 add OPEN', 'W.574 … 9,425 × add OPEN', 'W add OPEN']);
    expect(root).toMatchObject({ steps: [{ steps: 573, startedAt: 10, endedAt: 20 }, {}, { steps: 9425 }, {}] });
    expect(reads.mock.calls.flatMap(([{ addresses }]) => addresses).length).toBeLessThan(25);
  });

  it('draws the step of a long chain that has failed, also a group whose members have all ended', async () => {
    const ports = await portsWith([...steps(20), 'W.21']);
    const failed: Result = { state: 'FAILURE', value: { inline: {} } };
    const commit = (id: string, decision: Result): Promise<unknown> =>
      ports.outcomes.commit({ address: addressOf(id), attempt: 0, decision, by, until, size: { members: 1 } });
    await commit('W.20~0', failed);
    await commit('W', { ...failed, failedId: 'W.20~0' });
    const shape: Shape = {
      seq: [
        [20, 'add'],
        [30, { par: [[1, 'mul']] }],
        [1, 'tsum'],
      ],
    };
    expect(flat(await readGraph(ports, 'W', shape))).toEqual([
      'W.0 … 20 × add SUCCESS',
      'W.20 group 1/1 FAILURE',
      'W.20~0 mul FAILURE',
      'W.21 … 29 × group(mul) SKIPPED',
      'W tsum SKIPPED',
    ]);
  });

  it('folds all steps but the last of a long chain that has ended, and draws a chain of 16 step by step', async () => {
    const ports = await portsWith([...steps(16), 'W']);
    expect(flat(await readGraph(ports, 'W', { seq: [[17, 'add']] }))).toEqual([
      'W.0 … 16 × add SUCCESS',
      'W add SUCCESS',
    ]);
    expect(flat(await readGraph(ports, 'W', { seq: [[16, 'add']] }))).toHaveLength(16);
  });

  it('shows where a chain stands in steps that the journal left out, whatever they are', async () => {
    const ports = await portsWith(steps(9));
    const commit = { attempt: 0, decision: SUCCESS, by, until, size: { members: 1 } };
    await ports.outcomes.commit({ ...commit, address: addressOf('W.9~0') });
    await ports.outcomes.commit({ ...commit, address: addressOf('W.10') });
    const shape: Shape = {
      seq: [
        [1, 'add'],
        [18, null],
        [1, 'tsum'],
      ],
    };
    expect(flat(await readGraph(ports, 'W', shape))).toEqual([
      'W.0 add SUCCESS',
      'W.1 … 10 more SUCCESS',
      'W.11 ? OPEN',
      'W.12 … 7 more OPEN',
      'W tsum OPEN',
    ]);
  });

  it('draws fewer levels of groups inside groups where all of them would be too many boxes', async () => {
    const { ports } = new MemoryCloud();
    const nested = (width: number, levels: number): Shape =>
      levels === 0 ? 'add' : { par: [[width, nested(width, levels - 1)]] };
    expect(flat(await readGraph(ports, 'W', nested(16, 4)))).toHaveLength(1 + 16 + 256);
    expect(flat(await readGraph(ports, 'W', nested(2, 20))).length).toBeLessThan(1000);
    const chains: Shape = { seq: [[16, { par: [[16, { seq: [[16, 'add']] }]] }]] };
    expect(flat(await readGraph(ports, 'W', chains)).length).toBeLessThan(1000);
  });

  it('counts the members of a wide group, and lists none', async () => {
    const { ports } = new MemoryCloud();
    const shape: Shape = { par: [[10_000, 'add']] };
    await Promise.all(
      Array.from({ length: 16 }, (_, i) =>
        ports.outcomes.commit({ address: addressOf(memberId('W', i)), attempt: 0, decision: SUCCESS, by, until }),
      ),
    );
    const node = await readGraph(ports, 'W', shape);
    expect(node).toMatchObject({ kind: 'group', total: 10_000, label: '10,000 × add' });
    expect(node).not.toHaveProperty('members');
    expect(await memberStates(ports, 'W', 14, 4)).toBe('SS..');
  });
});
