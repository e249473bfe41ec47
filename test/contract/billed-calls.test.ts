import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsJournalReader } from '../../src/adapters/aws/journal-reader.ts';
import { AwsJournal } from '../../src/adapters/aws/journal.ts';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { DynamoPlaces } from '../../src/adapters/aws/places.ts';
import { AwsRecords } from '../../src/adapters/aws/records.ts';
import { AwsWindows } from '../../src/adapters/aws/windows.ts';
import { inParallel } from '../../src/adapters/parallel.ts';
import { addressOf } from '../../src/core/protocol/address.ts';
import { memberId } from '../../src/core/protocol/ids.ts';
import { firstRung, leafSize, nextRung } from '../../src/core/protocol/join-tree.ts';
import type { Owner, Standing } from '../../src/core/protocol/outcome.ts';
import { shapeOf } from '../../src/core/protocol/shape.ts';
import type { TakenPlaces } from '../../src/ports/places.ts';
import { startTable } from './support/emulators.ts';
import type { TestTable } from './support/emulators.ts';
import { freshWorkflow } from './support/ids.ts';
import { Meter } from './support/meter.ts';
import { TestClock } from './support/test-clock.ts';

describe('the bill of calls', () => {
  const clock = new TestClock();
  const until = clock.now() + 86_400_000;
  let server: TestTable;
  let meter: Meter;
  let outcomes: DynamoOutcomes;
  let records: AwsRecords;
  let windows: AwsWindows;
  let places: DynamoPlaces;
  let journal: AwsJournal;
  let reader: AwsJournalReader;
  let payloads: AwsPayloads;

  beforeAll(async () => {
    server = await startTable();
    meter = new Meter(server.client);
    const { client, table } = server;
    const nonces = { random: () => 0.5 };
    outcomes = new DynamoOutcomes({ client, table, clock, nonces });
    records = new AwsRecords({ client, table, clock, nonces });
    windows = new AwsWindows({ client, table, clock, nonces });
    places = new DynamoPlaces({ client, table, clock, nonces });
    journal = new AwsJournal({ client, table, clock, nonces });
    reader = new AwsJournalReader({ client, table, clock, nonces });
    const s3 = (): Promise<never> => Promise.reject(new Error('no bucket is needed here'));
    payloads = new AwsPayloads({ dynamo: client, table, s3, bucket: 'none', clock, nonces });
  });
  afterAll(() => server.close());

  const endedAt = 1_764_388_800_000;
  /** As a worker has it: of a task with a long name, which waited for two minutes and ran for one. */
  const run = {
    task: 'shop.orders.send-confirmation',
    queuedAt: endedAt - 180_000,
    startedAt: endedAt - 60_000,
    endedAt,
  };
  const owner = (i: number): Owner => ({ mid: `mid${String(i).padStart(13, '0')}`, token: 'token678' });
  const decide = (id: string, by: Owner, inline: number | string = 12_345): Promise<Standing> =>
    outcomes.commit({
      address: addressOf(id),
      attempt: 0,
      decision: { state: 'SUCCESS', value: { inline }, expiresAt: endedAt / 1000 + 86_400, run },
      by,
      size: { members: 100_000, steps: 2 },
      until,
    });

  it('commit() costs one unit and one request when it is of a task', async () => {
    const bill = await meter.of(() => decide(freshWorkflow(), owner(0)));
    expect(bill).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
  });

  it('commit() costs one unit a member when all eight of a leaf hold values of 40 bytes', async () => {
    const join = `${freshWorkflow()}.1~12345!2`;
    for (let i = 0; i < 8; i += 1) {
      const bill = await meter.of(() => decide(memberId(join, i), owner(i), 'x'.repeat(38)));
      expect(bill).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
    }
  });

  it('commit() costs no unit more when a task keeps its arguments, if they fit in a kilobyte with the value', async () => {
    const call = { inline: { sig: { task: run.task, args: ['x'.repeat(600), 17], kwargs: { dry: true } } } };
    const params = { address: addressOf(freshWorkflow()), attempt: 0, by: owner(0), until };
    const decision = { state: 'SUCCESS', value: { inline: 12_345 }, run: { ...run, call } } as const;
    const bill = await meter.of(() => outcomes.commit({ ...params, decision }));
    expect(bill).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
  });

  // The answer of a refused write does not say its cost: a unit for each KB of the item, as if it were written.
  const refused = { requests: { UpdateItem: 1 }, units: 0 };

  it('commit(), countStart(), claim() and climb() cost no read when they are refused: the refusal says what stands', async () => {
    const id = freshWorkflow();
    const address = addressOf(id);
    await decide(id, owner(0));
    const began = { address, attempt: 0, until };
    expect(await meter.of(() => decide(id, owner(1)))).toEqual(refused);
    expect(await meter.of(() => outcomes.countStart({ ...began, token: 'another8' }))).toEqual(refused);
    expect(await meter.of(() => outcomes.claim({ ...began, by: owner(1), claimedUntil: until }))).toEqual(refused);
    const rung = { level: 0, node: 0, child: 0, children: 200 };
    const climb = { join: id, rung, failed: false, mid: owner(0).mid, until };
    await outcomes.climb(climb);
    expect(await meter.of(() => outcomes.climb(climb))).toEqual(refused);
  });

  it.each([
    [8, 8],
    [9, 9 + 2],
    [100, 100 + 13],
    [1700, 1700 + 213 + 2],
  ])(
    'a join of %i members costs %i units in all',
    async (n, units) => {
      const join = freshWorkflow();
      const indexes = Array.from({ length: n }, (_, i) => i);
      const bill = await meter.of(() => inParallel(indexes, 40, (i) => arrive(join, n, i)));
      expect(bill.units).toBe(units);
      expect(bill.requests).toEqual({ UpdateItem: units });
    },
    60_000,
  );

  it('climb() costs one unit a child when the node is full', async () => {
    const join = `${freshWorkflow()}.1~12345!2`;
    const climb = { join, failed: true, failures: 8, size: { members: 1_000_000, steps: 2 } };
    const bill = await meter.of(async () => {
      for (let i = 0; i < 200; i += 1) {
        const rung = { level: 0, node: 60, child: 12_000 + i, children: 200 };
        await outcomes.climb({ ...climb, rung, mid: owner(i).mid, until });
      }
    });
    expect(bill.units).toBe(200);
  });

  it('countStart(), claim() and read() cost one unit and one request each', async () => {
    const address = addressOf(freshWorkflow());
    const begin = (): Promise<Standing> => outcomes.countStart({ address, attempt: 0, token: 'token678', until });
    const claim = (): Promise<Standing> =>
      outcomes.claim({ address, attempt: 0, by: owner(0), claimedUntil: until, until });
    expect(await meter.of(begin)).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
    expect(await meter.of(claim)).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
    expect(await meter.of(() => outcomes.read({ address }))).toEqual({ requests: { GetItem: 1 }, units: 1 });
  });

  it('forget() costs one unit and no read: the write says which value there is to remove', async () => {
    const id = freshWorkflow();
    await decide(id, owner(0));
    const bill = await meter.of(() => outcomes.forget({ address: addressOf(id) }));
    expect(bill).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
  });

  it('gather() costs one query for 128 members, half as much for readers that can wait, and readMany() one call for 100 items', async () => {
    const join = freshWorkflow();
    const ids = Array.from({ length: 300 }, (_, i) => memberId(join, i));
    await Promise.all(ids.map((id, i) => decide(id, owner(i))));
    const gathered = await meter.of(() => outcomes.gather({ join, n: 300 }));
    const late = await meter.of(() => outcomes.gather({ join, n: 300, mayLag: true }));
    const found = await meter.of(() => outcomes.readMany({ addresses: ids.map(addressOf) }));
    expect(gathered.requests).toEqual({ Query: 3 });
    expect(found.requests).toEqual({ BatchGetItem: 1 });
    // 38 leaves of some 670 bytes, strongly consistent and added up: a unit for 4 KB; in a batch, half a unit for each.
    expect(gathered.units).toBe(7);
    expect(late).toEqual({ requests: { Query: 3 }, units: 3.5 });
    const rest = await meter.of(() => outcomes.gather({ join, n: 300, from: 290 }));
    expect(rest.requests).toEqual({ Query: 1 });
    expect(found.units).toBe(19);
  });

  it('tally() of 100,000 members costs one query and one read of their nodes', async () => {
    const join = freshWorkflow();
    const size = { members: 100_000 };
    for (const node of [0, 30, 62]) {
      const rung = { level: 0, node, child: node * 200, children: 200 };
      await outcomes.climb({ join, rung, mid: owner(node).mid, failed: false, size, until });
    }
    const bill = await meter.of(() => outcomes.tally({ join }));
    // Two nodes to know the size, then all 63 in one call; a unit and a half in all, as most of them are not there yet.
    expect(bill.requests).toEqual({ Query: 1, BatchGetItem: 2 });
    expect(bill.units).toBeLessThan(40);
    expect(await outcomes.tally({ join })).toEqual({ size, done: 24, failures: 0, isExact: false });
  });

  it('putValue() costs a unit a kilobyte, and getValue() half a unit for 4 KB', async () => {
    const address = addressOf(freshWorkflow());
    const put = (): Promise<string> => payloads.putValue({ address, token: 'token678', text: 'x'.repeat(3900), until });
    expect(await meter.of(put)).toEqual({ requests: { PutItem: 1 }, units: 4 });
    const ref = await put();
    expect(await meter.of(() => payloads.getValue({ ref }))).toEqual({ requests: { GetItem: 1 }, units: 0.5 });
  });

  it('reads of one turn share a request, also of different callers, and cost as much as apart', async () => {
    const ids = Array.from({ length: 150 }, () => freshWorkflow());
    const refs = await Promise.all(
      ids.map(async (id, i) => {
        await decide(id, owner(i));
        return payloads.putValue({ address: addressOf(id), token: 'token678', text: `${i}`, until });
      }),
    );
    const twice = [...ids, ...ids];
    const strong = await meter.of(() => Promise.all(twice.map((id) => outcomes.read({ address: addressOf(id) }))));
    expect(strong).toEqual({ requests: { BatchGetItem: 2 }, units: 150 });
    const weak = await meter.of(() => Promise.all(ids.map((id) => outcomes.readMany({ addresses: [addressOf(id)] }))));
    expect(weak).toEqual({ requests: { BatchGetItem: 2 }, units: 75 });
    const values = await meter.of(async () => {
      const texts = await Promise.all(refs.map((ref) => payloads.getValue({ ref })));
      expect(texts).toEqual(ids.map((_, i) => `${i}`));
    });
    expect(values).toEqual({ requests: { BatchGetItem: 2 }, units: 75 });
  });

  it('reserve() costs one unit and one request when reservations follow each other', async () => {
    const task = freshWorkflow();
    const reserve = (now: number): Promise<number> => records.reserve({ task, slots: 10, intervalMs: 100, now });
    const once = { requests: { UpdateItem: 1 }, units: 1 };
    expect(await meter.of(() => reserve(1_000_000))).toEqual(once);
    expect(await meter.of(() => reserve(1_000_100))).toEqual(once);
    expect(await meter.of(() => reserve(2_000_000))).toEqual(once);
  });

  it('take() and leave() cost a unit each, with up to forty places held, and a message that looks again one read', async () => {
    const key = freshWorkflow();
    const now = clock.now();
    const take = (tokens: readonly string[], hasWaited = false): Promise<TakenPlaces> =>
      places.take({ key, limit: 40, tokens, mid: `m${tokens[0]}`, since: now, now, until: now + 60_000, hasWaited });
    const token = (i: number): string => `token${String(i).padStart(3, '0')}`;
    // The first place of a key: its item is not there yet, which a refused write and a read find.
    expect(await meter.of(() => take([token(0)]))).toEqual({ requests: { UpdateItem: 2, GetItem: 1 }, units: 2 });
    for (let i = 1; i < 30; i += 1) await take([token(i)]);
    const ten = Array.from({ length: 10 }, (_, i) => token(30 + i));
    expect(await meter.of(() => take(ten))).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
    // Without a place: the first in line is noted, and reads alone from then on.
    expect((await meter.of(() => take([token(50)]))).requests).toEqual({ UpdateItem: 2 });
    expect(await meter.of(() => take([token(50)], true))).toEqual({ requests: { GetItem: 1 }, units: 1 });
    expect(await meter.of(() => take([token(51)], true))).toEqual({ requests: { GetItem: 1 }, units: 1 });
    expect(await meter.of(() => places.leave({ key, tokens: ten }))).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
  });

  it('openSubmission() and closeSubmission() cost two units', async () => {
    const workflow = freshWorkflow();
    const bill = await meter.of(async () => {
      await records.openSubmission({ key: workflow, workflow, digest: 'd', until });
      await records.closeSubmission({ key: workflow, workflow });
    });
    expect(bill).toEqual({ requests: { PutItem: 1, UpdateItem: 1 }, units: 2 });
  });

  it('openSubmission() costs no read when the same was sent before: the refusal says what stands', async () => {
    const submission = { key: freshWorkflow(), workflow: 'w', digest: 'd', until };
    await records.openSubmission(submission);
    const bill = await meter.of(() => records.openSubmission(submission));
    expect(bill).toEqual({ requests: { PutItem: 1 }, units: 0 });
  });

  it('revoke() costs one unit for its mark, and raises a gate only that is not known to be up for as long', async () => {
    const gateUntil = clock.now() + 3_600_000;
    const revoke = (later = 0): Promise<void> =>
      records.revoke({ scope: freshWorkflow(), until, gateUntil: gateUntil + later });
    const [mark, both] = [
      { requests: { PutItem: 1 }, units: 1 },
      { requests: { PutItem: 1, UpdateItem: 1 }, units: 2 },
    ];
    expect(await meter.of(() => revoke())).toEqual(both);
    expect(await meter.of(() => revoke())).toEqual(mark);
    expect(await meter.of(() => revoke(1))).toEqual(both);
    const together = await meter.of(() => Promise.all(Array.from({ length: 10 }, () => revoke(2))));
    expect(together).toEqual({ requests: { PutItem: 10, UpdateItem: 1 }, units: 11 });
    // A worker that has looked at the gate knows.
    const worker = new AwsRecords({ client: server.client, table: server.table, clock, nonces: { random: () => 0.5 } });
    await worker.gate();
    expect(await meter.of(() => worker.revoke({ scope: freshWorkflow(), until, gateUntil }))).toEqual(mark);
  });

  it('a debounced call costs one written unit and a read, the first of a window one more, and its end one', async () => {
    const key = freshWorkflow();
    const times = { openedAt: clock.now(), due: clock.now() };
    const window = { number: 0, workflow: 'w', ...times, message: 'x'.repeat(700), isAwaited: false, isClosed: false };
    const first = await meter.of(async () => {
      await windows.newest({ key });
      await windows.put({ key, window: { ...window, calls: 1 }, until });
      await windows.noteWake({ key, number: 0 });
    });
    // The emulator bills nothing for a query that finds nothing.
    expect(first).toEqual({ requests: { Query: 1, PutItem: 1, UpdateItem: 1 }, units: 2 });
    const further = await meter.of(async () => {
      await windows.newest({ key });
      await windows.put({ key, window: { ...window, calls: 2 }, until });
    });
    expect(further).toEqual({ requests: { Query: 1, PutItem: 1 }, units: 2 });
    const end = await meter.of(() => windows.close({ key, number: 0, workflow: 'w', mid: 'm', now: clock.now() + 1 }));
    expect(end).toEqual({ requests: { UpdateItem: 1 }, units: 1 });
    const again = await meter.of(() =>
      windows.close({ key, number: 0, workflow: 'w', mid: 'm', now: clock.now() + 1 }),
    );
    expect(again).toEqual(refused);
  });

  it('a throttled call that starts nothing costs half a read', async () => {
    const key = `$throttle/${freshWorkflow()}`;
    await records.openSubmission({ key, workflow: 'w', digest: 'd', until, message: 'x'.repeat(700) });
    expect(await meter.of(() => records.submission({ key }))).toEqual({ requests: { GetItem: 1 }, units: 0.5 });
  });

  it('noteSubmission() and noteFailure() cost one unit each, of the widest canvas that an entry keeps too', async () => {
    const steps = Array.from({ length: 400 }, (_, i) => ({ task: `a-task-with-a-long-name-${i}` }));
    const shape = shapeOf({ seq: steps });
    const entry = { at: clock.now(), id: freshWorkflow(), app: 'shop-of-the-day', tenant: 't'.repeat(128), shape };
    const bill = await meter.of(async () => {
      await journal.noteSubmission({ entry, until });
      await journal.noteFailure({ mark: entry, until });
    });
    expect(bill).toEqual({ requests: { PutItem: 2 }, units: 2 });
  });

  it('submissions() costs one query for each partition of a day, and find() one read where the time is known', async () => {
    const entry = { at: clock.now(), id: freshWorkflow(), app: 'shop', shape: 'add' };
    await journal.noteSubmission({ entry, until });
    const now = clock.now();
    const listed = await meter.of(() => reader.submissions({ since: now, now, limit: 50 }));
    expect(listed.requests).toEqual({ Query: 16 });
    const found = await meter.of(() => reader.find({ id: entry.id, at: entry.at, since: 0, now }));
    expect(found).toEqual({ requests: { GetItem: 1 }, units: 0.5 });
  });

  /** Decides a member, and climbs as far as its outcome completes something. */
  async function arrive(join: string, n: number, index: number): Promise<void> {
    const { mid, token } = owner(index);
    const { leaf } = await decide(memberId(join, index), { mid, token });
    if (leaf?.filled !== leafSize(n, index)) return;
    for (let rung = firstRung(n, index); rung !== undefined; rung = nextRung(n, rung)) {
      const node = await outcomes.climb({ join, rung, mid, failed: leaf.failed, until });
      if (node.filled !== rung.children) return;
    }
  }
});
