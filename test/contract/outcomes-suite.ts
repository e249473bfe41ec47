import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/core/protocol/address.ts';
import type { Address } from '../../src/core/protocol/address.ts';
import { ANY_ATTEMPT, ownershipOf } from '../../src/core/protocol/outcome.ts';
import type { Cell, Owner, Result, Standing } from '../../src/core/protocol/outcome.ts';
import type { Climb, Commit, Outcomes } from '../../src/ports/outcomes.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface OutcomesKit extends Closable {
  readonly outcomes: Outcomes;
}

const DAY = 86_400_000;

/** The contract of every adapter of Outcomes. */
export function describeOutcomes(name: string, start: (clock: TestClock) => Promise<OutcomesKit>): void {
  describe(`Outcomes, ${name}`, () => {
    const clock = new TestClock();
    let kit: OutcomesKit;
    let outcomes: Outcomes;

    beforeAll(async () => {
      kit = await start(clock);
      outcomes = kit.outcomes;
    });
    afterAll(() => kit.close());

    const until = (): number => clock.now() + DAY;
    const decide = (id: string, by: Owner, more: Partial<Commit> = {}): Promise<Standing> =>
      outcomes.commit({ address: addressOf(id), attempt: 0, decision: success(1), by, until: until(), ...more });
    const retry = (id: string, by: Owner, attempt = 0): Promise<Standing> =>
      decide(id, by, { attempt, decision: { kind: 'retry', notBefore: 5, attempt: attempt + 1 } });
    const begin = (id: string, token: string, attempt = 0): Promise<Standing> =>
      outcomes.countStart({ address: addressOf(id), attempt, token, until: until() });
    const claim = (id: string, by: Owner, attempt = 0): Promise<Standing> =>
      outcomes.claim({ address: addressOf(id), attempt, by, claimedUntil: 77, until: until() });
    const look = (id: string): Promise<Standing> => outcomes.read({ address: addressOf(id) });
    const climb = (
      join: string,
      mid: string,
      child: number,
      more: Partial<Climb> = {},
    ): ReturnType<Outcomes['climb']> =>
      outcomes.climb({
        join,
        rung: { level: 0, node: Math.floor(child / 200), child, children: 200 },
        mid,
        failed: false,
        until: until(),
        ...more,
      });

    describe('commit()', () => {
      it('commit() commits a result when nothing stands', async () => {
        const id = freshWorkflow();
        const standing = await decide(id, A);
        expect(standing).toEqual({ cell: { outcome: { ...success(1), ...A } } });
        expect(await look(id)).toEqual(standing);
      });

      it.each(Object.entries(RESULTS))('commit() keeps every field of %s', async (_, result) => {
        const id = freshWorkflow();
        await decide(id, A, { decision: result });
        expect((await look(id)).cell).toEqual({ outcome: { ...result, ...A } });
      });

      it('commit() tells the tasks of a leaf apart', async () => {
        const join = freshWorkflow();
        const run = (task: string): Result => ({ ...success(1), run: { task, endedAt: 1_899_000_000_999 } });
        const names = ['add', 'shop.orders.confirm', 'add', '', 'mul', 'x', 'y', 'z'].map((name) => name || 'é');
        await Promise.all(names.map((task, i) => decide(`${join}~${i}`, A, { decision: run(task) })));
        const cells = await outcomes.gather({ join, n: 8 });
        expect(cells.map(({ outcome }) => outcome?.run?.task)).toEqual(names);
      });

      it('commit() keeps the given value when its caller changes it afterwards', async () => {
        const id = freshWorkflow();
        const items = [1, 2];
        await decide(id, A, { decision: success(items) });
        items.push(3);
        expect((await look(id)).cell.outcome?.value).toEqual({ inline: [1, 2] });
      });

      it('commit() is refused and finds its own mark when the same delivery calls it twice', async () => {
        const id = freshWorkflow();
        await decide(id, A);
        const again = await decide(id, A, { decision: success(2) });
        expect(again.cell.outcome?.value).toEqual({ inline: 1 });
        expect(ownershipOf(again.cell, 0, A)).toBe('thisDelivery');
      });

      it('commit() is refused and shows whose outcome stands when there is one', async () => {
        const id = freshWorkflow();
        await decide(id, A);
        expect(ownershipOf((await decide(id, { ...A, token: 'later' })).cell, 0, { ...A, token: 'later' })).toBe(
          'sameMessage',
        );
        expect(ownershipOf((await decide(id, B, { attempt: ANY_ATTEMPT })).cell, 0, B)).toBe('otherMessage');
      });

      it.each(['', '~3'])('commit() has exactly one winner when many race (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        const deciders = Array.from({ length: 20 }, (_, i) => ({ mid: `mid${i}`, token: `token${i}` }));
        const found = await Promise.all(deciders.map((by, i) => decide(id, by, { decision: success(i) })));
        const owners = found.map(({ cell }, i) => ownershipOf(cell, 0, deciders[i] ?? A));
        expect(owners.filter((owner) => owner === 'thisDelivery')).toHaveLength(1);
        expect(new Set(found.map(({ cell }) => JSON.stringify(cell))).size).toBe(1);
      });

      it('commit() has exactly one winner when a result and a rerun race', async () => {
        const id = freshWorkflow();
        const found = await Promise.all([decide(id, A), retry(id, B)]);
        const owners = [A, B].map((by, i) => ownershipOf(found[i]?.cell ?? {}, 0, by));
        expect(owners.toSorted()).toEqual(['otherMessage', 'thisDelivery']);
      });

      it('commit() refuses an attempt when a later one stands', async () => {
        const id = freshWorkflow();
        const { cell } = await retry(id, A);
        expect(cell.next).toEqual({ kind: 'retry', notBefore: 5, attempt: 1, ...A });
        expect(await decide(id, B)).toEqual({ cell });
        expect(await retry(id, B)).toEqual({ cell });
        expect((await decide(id, B, { attempt: 1 })).cell).toEqual({ ...cell, outcome: { ...success(1), ...B } });
      });

      it('commit() settles whatever attempt stands when it is for any attempt', async () => {
        const id = freshWorkflow();
        await retry(id, A, 3);
        const { cell } = await decide(id, B, { attempt: ANY_ATTEMPT });
        expect(ownershipOf(cell, ANY_ATTEMPT, B)).toBe('thisDelivery');
        expect(cell.next?.attempt).toBe(4);
      });

      it('commit() refuses a rerun when an outcome stands', async () => {
        const id = freshWorkflow();
        await decide(id, A);
        expect((await retry(id, B, 1)).cell).toEqual({ outcome: { ...success(1), ...A } });
      });

      it.each(['', '~7'])('commit() forgets starts and claim when it makes the next attempt (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        await begin(id, 'first');
        await claim(id, A);
        expect(Object.keys((await retry(id, A)).cell)).toEqual(['next']);
        expect((await begin(id, 'first', 1)).cell.starts).toEqual(['first']);
        expect((await claim(id, B, 1)).cell.claim).toEqual({ ...B, until: 77 });
      });

      it.each(Object.entries(RERUNS))('commit() keeps every field of %s', async (_, rerun) => {
        const id = freshWorkflow();
        await decide(id, A, { decision: { ...rerun, attempt: 1 } });
        expect((await look(id)).cell).toEqual({ next: { ...rerun, attempt: 1, ...A } });
      });

      it('commit() replaces the last rerun when the next attempt is decided', async () => {
        const id = freshWorkflow();
        await decide(id, A, { decision: { kind: 'replace', plan: { ref: 'a' }, attempt: 1 } });
        expect((await retry(id, B, 1)).cell).toEqual({ next: { kind: 'retry', notBefore: 5, attempt: 2, ...B } });
      });

      it('commit() starts afresh when the time of what stands is over', async () => {
        const id = `${freshWorkflow()}~0`;
        const sibling = id.replace('~0', '~1');
        await decide(id, A, { decision: failure(id) });
        await retry(sibling, A);
        await clock.sleep(2 * DAY);
        expect((await look(id)).cell).toEqual({});
        expect(await decide(id, B)).toEqual({
          cell: { outcome: { ...success(1), ...B } },
          leaf: { filled: 1, failed: false, last: { mid: B.mid, child: 0 } },
        });
        expect((await look(sibling)).cell).toEqual({});
      });

      it('commit() fills a free slot of an empty leaf when the time of what is in the others is over', async () => {
        const join = freshWorkflow();
        await decide(`${join}~0`, A, { decision: failure(join) });
        await clock.sleep(2 * DAY);
        const { leaf } = await decide(`${join}~1`, B);
        expect(leaf).toEqual({ filled: 1, failed: false, last: { mid: B.mid, child: 1 } });
      });

      it.each(UNUSUAL_ENDS)(
        'commit() keeps the outcomes of an id and its neighbours apart when it ends in "%s"',
        async (end) => {
          const workflow = freshWorkflow();
          await decide(`${workflow}${end}`, A, { decision: success('this') });
          const others = UNUSUAL_ENDS.filter((other) => other !== end).map((other) => addressOf(`${workflow}${other}`));
          expect((await look(`${workflow}${end}`)).cell.outcome?.value).toEqual({ inline: 'this' });
          expect(await outcomes.readMany({ addresses: others })).toEqual(others.map(() => ({})));
        },
      );

      it('commit() takes an id when its workflow is of 100 characters', async () => {
        const id = `${freshWorkflow()}${'x:_-'.repeat(16)}.1~3!2.0`;
        await decide(id, A);
        expect(ownershipOf((await look(id)).cell, 0, A)).toBe('thisDelivery');
      });
    });

    describe('commit() of a member', () => {
      it('commit() fills the slot of a member and records the writer when it commits a result', async () => {
        const join = freshWorkflow();
        await decide(`${join}~1`, A);
        const { leaf } = await decide(`${join}~6`, B);
        expect(leaf).toEqual({ filled: 2, failed: false, last: { mid: B.mid, child: 6 } });
      });

      it('commit() counts members of the same leaf alone when there are several leaves', async () => {
        const join = freshWorkflow();
        await decide(`${join}~7`, A);
        const { leaf } = await decide(`${join}~8`, B);
        expect(leaf).toEqual({ filled: 1, failed: false, last: { mid: B.mid, child: 0 } });
      });

      it.each(['FAILURE', 'REVOKED'] as const)(
        'commit() marks the leaf as failed when a member is %s',
        async (state) => {
          const join = freshWorkflow();
          await decide(`${join}~0`, A, { decision: { ...failure(`${join}~0`), state } });
          const { leaf } = await decide(`${join}~1`, B);
          expect(leaf).toEqual({ filled: 2, failed: true, failures: 1, last: { mid: B.mid, child: 1 } });
        },
      );

      it('commit() leaves the leaf as it was when it makes the next attempt of a member', async () => {
        const join = freshWorkflow();
        await decide(`${join}~0`, A);
        const { leaf } = await retry(`${join}~1`, B);
        expect(leaf).toEqual({ filled: 1, failed: false, last: { mid: A.mid, child: 0 } });
      });

      it('commit() leaves the leaf as it was when it is refused', async () => {
        const join = freshWorkflow();
        await decide(`${join}~0`, A);
        const { leaf } = await decide(`${join}~0`, B, { decision: failure(join) });
        expect(leaf).toEqual({ filled: 1, failed: false, last: { mid: A.mid, child: 0 } });
      });

      it('commit() leaves the other slots of a leaf open when one is decided', async () => {
        const join = freshWorkflow();
        await retry(`${join}~0`, A);
        await begin(`${join}~1`, 'token');
        await claim(`${join}~2`, A);
        await decide(`${join}~3`, A);
        const cells = await outcomes.gather({ join, n: 8 });
        expect(cells.map((cell) => Object.keys(cell))).toEqual([
          ['next'],
          ['starts'],
          ['claim'],
          ['outcome'],
          [],
          [],
          [],
          [],
        ]);
        expect(ownershipOf((await decide(`${join}~4`, B)).cell, 0, B)).toBe('thisDelivery');
      });

      it('commit() shows a full leaf to its last writer alone when all members race', async () => {
        const join = freshWorkflow();
        const found = await Promise.all(
          Array.from({ length: 8 }, (_, i) => decide(`${join}~${i}`, { mid: `mid${i}`, token: 'token' })),
        );
        expect(found.map(({ leaf }) => leaf?.filled ?? 0).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
        const full = found.findIndex(({ leaf }) => leaf?.filled === 8);
        expect(found[full]?.leaf?.last).toEqual({ mid: `mid${full}`, child: full });
        expect((await look(`${join}~0`)).leaf).toEqual(found[full]?.leaf);
      });

      it('commit() shows no leaf when the id is a task below a member', async () => {
        const standing = await decide(`${freshWorkflow()}~0.0`, A);
        expect(standing).not.toHaveProperty('leaf');
      });
    });

    describe('countStart()', () => {
      it.each(['', '~5'])('countStart() counts each token once, in whatever order it is repeated (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        const starts = async (token: string): Promise<readonly string[]> =>
          ((await begin(id, token)).cell.starts ?? []).toSorted();
        expect(await starts('one')).toEqual(['one']);
        expect(await starts('one')).toEqual(['one']);
        expect(await starts('two')).toEqual(['one', 'two']);
        expect(await starts('one')).toEqual(['one', 'two']);
      });

      it.each(['', '~5'])('uncountStart() takes back its own start, once (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        await begin(id, 'one');
        await begin(id, 'two');
        await outcomes.uncountStart({ address: addressOf(id), token: 'two' });
        await outcomes.uncountStart({ address: addressOf(id), token: 'two' });
        await outcomes.uncountStart({ address: addressOf(id), token: 'never' });
        expect((await begin(id, 'three')).cell.starts?.toSorted()).toEqual(['one', 'three']);
      });

      it('countStart() counts every start when many race', async () => {
        const id = freshWorkflow();
        const found = await Promise.all(Array.from({ length: 10 }, (_, i) => begin(id, `token${i}`)));
        expect(Math.max(...found.map(({ cell }) => cell.starts?.length ?? 0))).toBe(10);
      });

      it('countStart() counts nothing when an outcome or a later attempt stands', async () => {
        const decided = freshWorkflow();
        const turned = freshWorkflow();
        const { cell } = await retry(turned, A);
        await decide(decided, A);
        expect((await begin(decided, 'one')).cell).toEqual({ outcome: { ...success(1), ...A } });
        expect((await begin(turned, 'one')).cell).toEqual(cell);
      });
    });

    describe('claim()', () => {
      it.each(['', '~2'])('claim() takes the claim when there is none (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        expect((await claim(id, A)).cell.claim).toEqual({ ...A, until: 77 });
      });

      it('claim() is refused and shows whose claim stands when there is one', async () => {
        const id = freshWorkflow();
        const first = await claim(id, A);
        expect(await claim(id, A)).toEqual(first);
        expect(await claim(id, B)).toEqual(first);
      });

      it('claim() has exactly one owner when many race', async () => {
        const id = freshWorkflow();
        const claims = await Promise.all(
          Array.from({ length: 10 }, (_, i) => claim(id, { mid: `mid${i}`, token: 'token' })),
        );
        expect(new Set(claims.map(({ cell }) => cell.claim?.mid)).size).toBe(1);
      });

      it('claim() is refused when an outcome or a later attempt stands', async () => {
        const decided = freshWorkflow();
        const turned = freshWorkflow();
        await decide(decided, A);
        await retry(turned, A);
        expect((await claim(decided, B)).cell.claim).toBeUndefined();
        expect((await claim(turned, B)).cell.claim).toBeUndefined();
      });

      it('claim() leaves the outcome to be decided by anybody when it stands', async () => {
        const id = freshWorkflow();
        await claim(id, A);
        expect(ownershipOf((await decide(id, B)).cell, 0, B)).toBe('thisDelivery');
      });
    });

    describe('forget()', () => {
      it.each(['', '~1'])('forget() marks the value of an outcome as forgotten and keeps it (%s)', async (end) => {
        const id = `${freshWorkflow()}${end}`;
        await decide(id, A);
        const outcome = { ...success(1), ...A, forgotten: true };
        expect(await outcomes.forget({ address: addressOf(id) })).toEqual(outcome);
        expect(await outcomes.forget({ address: addressOf(id) })).toEqual(outcome);
        expect((await look(id)).cell).toEqual({ outcome });
        expect(await outcomes.readMany({ addresses: [addressOf(id)] })).toEqual([{ outcome }]);
      });

      it('forget() changes nothing when there is no outcome', async () => {
        const id = `${freshWorkflow()}~1`;
        expect(await outcomes.forget({ address: addressOf(id) })).toBeUndefined();
        const { cell, leaf } = await retry(id, A);
        expect(await outcomes.forget({ address: addressOf(id) })).toBeUndefined();
        expect(await look(id)).toEqual({ cell, leaf });
        expect((await decide(id, A, { attempt: 1 })).cell.outcome).toEqual({ ...success(1), ...A });
      });
    });

    describe('look()', () => {
      it('read() finds nothing when nothing was written', async () => {
        expect(await look(freshWorkflow())).toEqual({ cell: {} });
        expect(await look(`${freshWorkflow()}~9`)).toEqual({ cell: {}, leaf: { filled: 0, failed: false } });
      });
    });

    describe('climb()', () => {
      it('climb() marks a child and records the writer when it is not marked', async () => {
        const join = freshWorkflow();
        await climb(join, 'first', 0);
        expect(await climb(join, 'second', 7)).toEqual({ filled: 2, failed: false, last: { mid: 'second', child: 7 } });
      });

      it('climb() changes nothing when the child is marked', async () => {
        const join = freshWorkflow();
        await climb(join, 'first', 3);
        const node = await climb(join, 'second', 4);
        expect(await climb(join, 'third', 3, { failed: true })).toEqual(node);
        expect(await climb(join, 'second', 4)).toEqual(node);
      });

      it('climb() keeps the node failed when one child failed', async () => {
        const join = freshWorkflow();
        await climb(join, 'first', 0, { failed: true });
        expect((await climb(join, 'second', 1)).failed).toBe(true);
      });

      it('climb() keeps nodes apart when their join, their level or their place differ', async () => {
        const join = freshWorkflow();
        await climb(join, 'first', 0);
        expect((await climb(`${join}!1`, 'second', 1)).filled).toBe(1);
        expect(await climb(join, 'third', 201)).toEqual({
          filled: 1,
          failed: false,
          last: { mid: 'third', child: 201 },
        });
        const rung = { level: 1, node: 0, child: 1, children: 2 };
        expect((await climb(join, 'fourth', 1, { rung })).filled).toBe(1);
      });

      it('climb() shows a full node to its last writer alone when all children race', async () => {
        const join = freshWorkflow();
        const nodes = await Promise.all(Array.from({ length: 60 }, (_, i) => climb(join, `mid${i}`, i)));
        const full = nodes.flatMap(({ filled }, child) => (filled === 60 ? [child] : []));
        expect(full).toHaveLength(1);
        expect(nodes[full[0] ?? -1]?.last).toEqual({ mid: `mid${full[0]}`, child: full[0] });
        expect(nodes.map(({ filled }) => filled).toSorted((a, b) => a - b)).toEqual(nodes.map((_, i) => i + 1));
      });
    });

    describe('tally()', () => {
      const end = (join: string, i: number, members: number, steps?: number): Promise<Standing> =>
        decide(`${join}~${i}`, A, {
          decision: i % 3 === 0 ? failure(`${join}~${i}`) : success(i),
          size: steps === undefined ? { members } : { members, steps },
        });

      it('tally() answers nothing when no member has left anything', async () => {
        expect(await outcomes.tally({ join: freshWorkflow() })).toBeUndefined();
      });

      it('tally() counts the members of a small group, and those that failed', async () => {
        const join = `${freshWorkflow()}.0`;
        for (const i of [0, 3, 9, 250]) await end(join, i, 300, 2);
        const size = { members: 300, steps: 2 };
        expect(await outcomes.tally({ join })).toEqual({ size, done: 4, failures: 3, isExact: true });
      });

      it('tally() knows the size of a group when a member is to be retried, and when only later ones have ended', async () => {
        const early = `${freshWorkflow()}.0`;
        const rerun = { kind: 'retry', notBefore: 5, attempt: 1 } as const;
        await decide(`${early}~2`, A, { decision: rerun, size: { members: 9 } });
        expect(await outcomes.tally({ join: early })).toMatchObject({ size: { members: 9 }, done: 0 });
        const late = freshWorkflow();
        await end(late, 200, 300);
        await climb(late, 'mid', 25, { size: { members: 300 } });
        expect(await outcomes.tally({ join: late })).toMatchObject({ size: { members: 300 }, done: 1 });
      });

      it('tally() counts the complete leaves of a large group without its members', async () => {
        const join = freshWorkflow();
        const size = { members: 100_001 };
        await climb(join, 'a', 0, { size, failed: true, failures: 3 });
        await climb(join, 'a', 0, { size, failed: true, failures: 3 });
        await climb(join, 'b', 399, { size, failed: true, failures: 2 });
        expect(await outcomes.tally({ join })).toEqual({ size, done: 16, failures: 5, isExact: false });
        // The last leaf has one member.
        await climb(join, 'c', 12_500, { size });
        expect(await outcomes.tally({ join })).toMatchObject({ done: 17 });
      });
    });

    describe('steps()', () => {
      it('commit() counts the failures inside a group that is a member', async () => {
        const join = `${freshWorkflow()}.0`;
        const value = { join: `${join}~0`, n: 4, splice: true, collect: true } as const;
        const decision: Result = { state: 'SUCCESS', value, failures: 3 };
        const { cell, leaf } = await decide(`${join}~0`, A, { decision });
        expect(cell.outcome).toEqual({ ...decision, ...A });
        expect(leaf).toMatchObject({ filled: 1, failed: true, failures: 3 });
        const failure: Result = { state: 'FAILURE', value: { inline: 'e' } };
        expect((await decide(`${join}~1`, B, { decision: failure })).leaf).toMatchObject({ failures: 4 });
        expect((await decide(`${join}~2`, B)).leaf).toMatchObject({ filled: 3, failed: true, failures: 4 });
      });

      it('steps() finds the steps of a chain, and nothing inside them', async () => {
        const W = freshWorkflow();
        for (const id of [`${W}.0`, `${W}.10`, `${W}.1.0`, `${W}.1^0`, `${W}!1.0`, W, `${W}~3.0`]) await decide(id, A);
        const idsOf = async (base: string): Promise<readonly string[]> =>
          (await outcomes.steps({ base })).map(({ id }) => id).toSorted();
        expect(await idsOf(W)).toEqual([`${W}.0`, `${W}.10`]);
        expect(await idsOf(`${W}~3`)).toEqual([`${W}~3.0`]);
        expect(await idsOf(`${W}!1`)).toEqual([`${W}!1.0`]);
        expect((await outcomes.steps({ base: `${W}.1` }))[0]?.cell.outcome).toMatchObject(success(1));
      });
    });

    describe('gather()', () => {
      it('gather() finds the cells of all members in order when some have no outcome', async () => {
        const join = `${freshWorkflow()}.2`;
        const members = Array.from({ length: 300 }, (_, i) => i).filter((i) => i % 7 !== 3);
        await Promise.all(members.map((i) => decide(`${join}~${i}`, A, { decision: success(i) })));
        await Promise.all([`${join}~0.0`, `${join}~5~1`, `${join}~9!1.0`].map((inner) => decide(inner, B)));
        const cells = await outcomes.gather({ join, n: 300 });
        const expected: Cell[] = Array.from({ length: 300 }, (_, i) =>
          i % 7 === 3 ? {} : { outcome: { ...success(i), ...A } },
        );
        expect(cells).toEqual(expected);
      });

      it('gather() finds as many cells as it is asked for when there are more or none', async () => {
        const join = freshWorkflow();
        await Promise.all([0, 1, 2].map((i) => decide(`${join}~${i}`, A, { decision: success(i) })));
        expect(await outcomes.gather({ join, n: 2 })).toHaveLength(2);
        expect(await outcomes.gather({ join, n: 0 })).toEqual([]);
        expect(await outcomes.gather({ join: freshWorkflow(), n: 10 })).toEqual(Array.from({ length: 10 }, () => ({})));
      });
    });

    describe('find()', () => {
      it('readMany() finds what stands at each address in order when some are given twice or hold nothing', async () => {
        const workflow = freshWorkflow();
        const ids = Array.from({ length: 130 }, (_, i) => (i % 3 === 0 ? `${workflow}.${i}` : `${workflow}~${i}`));
        await Promise.all(ids.map((id) => decide(id, A, { decision: success(id) })));
        const asked = [...ids, `${workflow}.999`, ...ids.slice(0, 5), `${workflow}~999`];
        const cells = await outcomes.readMany({ addresses: asked.map(addressOf) });
        const values = cells.map(({ outcome }) => outcome && 'inline' in outcome.value && outcome.value.inline);
        expect(values).toEqual(asked.map((id) => (id.endsWith('999') ? undefined : id)));
      });

      it('readMany() finds nothing when it is asked for nothing', async () => {
        expect(await outcomes.readMany({ addresses: [] })).toEqual([]);
      });

      it('readMany() passes over what stands when its time is over', async () => {
        const addresses: readonly Address[] = [addressOf(freshWorkflow())];
        await Promise.all(addresses.map(({ id }) => decide(id, A)));
        await clock.sleep(2 * DAY);
        expect(await outcomes.readMany({ addresses })).toEqual([{}]);
      });
    });
  });
}

// --- internal ---

const A: Owner = { mid: 'midOfA', token: 'tokenOfA' };
const B: Owner = { mid: 'midOfB', token: 'tokenOfB' };

const UNUSUAL_ENDS = ['', '!1~0', '.1~3.0', '.1~30', '~1', '~1.0', '~1!1.0', '^0', '^0~1', '~129', '.0.0', '!1.0'];

const RESULTS: Readonly<Record<string, Result>> = {
  'an inline value': { state: 'SUCCESS', value: { inline: { a: [1, null, true, 'x', {}], '': '', ['__proto__']: 1 } } },
  'a text of 1 KB': { state: 'SUCCESS', value: { inline: 'é'.repeat(512) } },
  'an unusual text': { state: 'SUCCESS', value: { inline: [UNUSUAL_TEXT, '\uD800'] } },
  null: { state: 'SUCCESS', value: { inline: null } },
  'a reference': { state: 'SUCCESS', value: { ref: 'table:W|v.1/token' }, ignored: true, expiresAt: 1_900_000_000 },
  'a group': { state: 'SUCCESS', value: { join: 'W.1', n: 3 }, children: ['L1', 'L2'], added: { join: 'W^0', n: 2 } },
  'a spliced group': { state: 'SUCCESS', value: { join: 'W.1', n: 0, splice: true } },
  'a failure': { state: 'FAILURE', value: { inline: { name: 'Error' } }, failedId: 'W.1~0' },
  'a revocation': { state: 'REVOKED', value: { inline: null }, failedId: 'W' },
  'what ran': {
    state: 'SUCCESS',
    value: { inline: 1 },
    expiresAt: 1_900_000_000,
    run: {
      task: 'a.b c',
      attempt: 2,
      queuedAt: 1_899_000_000_123,
      startedAt: 1_899_000_000_124,
      endedAt: 1_899_000_000_999,
      steps: 3,
    },
  },
  'how it was called': {
    state: 'FAILURE',
    value: { ref: 'table:W|v.1/token' },
    run: { task: 'add', endedAt: 1_899_000_000_999, call: { inline: { sig: { task: 'add', args: [UNUSUAL_TEXT] } } } },
  },
  'when it ended': { state: 'FAILURE', value: { inline: 1 }, run: { endedAt: 1_899_000_000_999 } },
};

const RERUNS = {
  'a retry': { kind: 'retry', notBefore: 1_900_000_000_000 },
  'a retry after an error': { kind: 'retry', notBefore: 0, error: { inline: { message: UNUSUAL_TEXT } } },
  'a replacement': { kind: 'replace', plan: { inline: { task: 'add', args: [1, 2] } } },
  'a retry of what ran': {
    kind: 'retry',
    notBefore: 0,
    run: { task: 'add', startedAt: 1_899_000_000_124, endedAt: 1_899_000_000_999 },
  },
  'a retry of what is kept elsewhere': {
    kind: 'retry',
    notBefore: 0,
    run: { task: 'add', endedAt: 1_899_000_000_999, call: { ref: 'table:W|v.1/tokencall' } },
  },
  'a replacement kept elsewhere': { kind: 'replace', plan: { ref: 'bucket:v/W/token' } },
} as const;

function success(inline: string | number | readonly number[]): Result {
  return { state: 'SUCCESS', value: { inline } };
}

function failure(failedId: string): Result {
  return { state: 'FAILURE', value: { inline: { name: 'ExpectedError' } }, failedId };
}
