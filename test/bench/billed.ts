/** The bill of AWS: calls of SQS and units of DynamoDB, counted in front of the emulators. */
import { chain, chord, range } from 'chordal';
import { addReplaced } from '../../handlers/tasks/canvas.ts';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { retryOnce } from '../../handlers/tasks/trouble.ts';
import { startCountedCloud } from './support/counted-cloud.ts';
import type { Bill } from './support/counted-cloud.ts';
import type { Counts } from './support/counting-proxy.ts';
import { aimedAt } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

const timeout = 300;
/** RRU a member: a body reads the 128 members of a leaf's partition by one Query; some 30 bytes each, 4 KB a unit. */
const gathers = 0.03;
const steps = (n: number) => {
  const [first, ...rest] = [add.s(0, 1), ...range(n - 1).map(() => add.s(1))];
  return chain(first, ...rest);
};
const members = (n: number) =>
  chord(
    range(n).map((i) => add.s(i, i)),
    tsum.s(),
  );

progress('billed: starting the embedded cloud behind counting proxies');
const cloud = await startCountedCloud();
try {
  Object.assign(process.env, cloud.env);
  answer(await measure());
} finally {
  await cloud.stop();
}

// --- internal ---

async function measure(): Promise<readonly Figure[]> {
  const bill = (name: string, work: () => Promise<unknown>): Promise<Bill> => {
    progress(`billed: ${name}`);
    return cloud.billOf(work);
  };
  // Each sandbox asks once for the addresses of the queues it sends to.
  await bill('warming up', async () => {
    await members(200).delay();
    await Promise.all(range(20).map(() => steps(10).delay()));
    await (await retryOnce.delay(0)).get({ timeout });
    await (await addReplaced.delay(1, 2)).get({ timeout });
  });

  const task = await bill('2,000 tasks', () => Promise.all(range(2000).map((i) => add.delay(i, i))));
  const hop = await bill('20 chains of 50', () => Promise.all(range(20).map(() => steps(50).delay())));
  const wideHop = await bill('200 chains of 10', () => Promise.all(range(200).map(() => steps(10).delay())));
  const lone = await bill('a lone chain of 50', () => steps(50).delay());
  const inline = await bill('20 inline chains of 50', () =>
    Promise.all(range(20).map(() => steps(50).set({ inline: true }).delay())),
  );
  const hundred = await bill('a chord of 100', () => members(100).delay());
  const wide = await bill('a chord of 2,000', () => members(2000).delay());
  const retry = await bill('100 tasks that retry once', () => Promise.all(range(100).map(() => retryOnce.delay(0))));
  const replaced = await bill('100 tasks that replace themselves', () =>
    Promise.all(range(100).map((i) => addReplaced.delay(i, i))),
  );
  const plain = await bill('100 tasks', () => Promise.all(range(100).map((i) => add.delay(i, i))));
  const resumedTask = await bill('100 tasks resumed', () => again(plain.sent));
  const chains = await bill('100 chains of 2', () => Promise.all(range(100).map(() => steps(2).delay())));
  const resumedHop = await bill('100 chains resumed at their first step', () => again(chains.sent));
  // Last: it raises the gate, and while that is up every batch looks for revocations.
  const revoked = await bill('100 tasks that are revoked', () => revokeAll(100));

  return [
    ...aimed(figuresOf('task (2,000 single delays)', task, 2000), 1),
    callersSends('task (2,000 single delays)', task, 2000),
    ...aimed(figuresOf('hop (200 chains of 10)', wideHop, 2000), 1),
    ...aimed(figuresOf('hop (20 chains of 50)', hop, 1000), 1),
    ...figuresOf('hop (a lone chain of 50)', lone, 50),
    ...aimed(figuresOf('hop (20 inline chains of 50)', inline, 1000), 1, 0, 0.1),
    ...aimed(figuresOf('member (chord of 100, with its body)', hundred, 100), 1.2, gathers),
    ...aimed(figuresOf('member (chord of 2,000, with its body)', wide, 2000), 1.2, gathers),
    ...figuresOf('plain task', plain, 100),
    ...figuresOf('task that retries once', retry, 100),
    ...figuresOf('task that replaces itself', replaced, 100),
    ...figuresOf('delayed task that is revoked', revoked, 100),
    ...figuresOf('resume of a task that has ended', resumedTask, 100),
    ...figuresOf('resume of a step that was followed', resumedHop, 100),
  ];
}

async function revokeAll(n: number): Promise<void> {
  const results = await Promise.all(range(n).map((i) => add.applyAsync({ args: [i, i], countdown: 3 })));
  await Promise.all(results.map((result) => result.revoke()));
}

/** Ten at a time, as the event source mapping would. */
async function again(bodies: readonly string[]): Promise<void> {
  for (let i = 0; i < bodies.length; i += 10) await cloud.deliverAgain('math', bodies.slice(i, i + 10));
}

function figuresOf(name: string, { client, functions }: Bill, n: number): readonly Figure[] {
  const calls = ({ requests }: Counts, ...actions: readonly string[]): number =>
    actions.reduce((so, action) => so + (requests[action] ?? 0), 0) / n;
  const sends = calls(functions, 'SendMessageBatch', 'SendMessage');
  const receives = calls(functions, 'ReceiveMessage');
  const deletes = calls(functions, 'DeleteMessageBatch');
  const submits = calls(client, 'SendMessageBatch', 'SendMessage');
  const releases = calls(functions, 'ChangeMessageVisibilityBatch');
  const kinds = { 'worker sends': sends, receives, deletes, releases };
  const parts = Object.entries(kinds).filter(([, value]) => value > 0);
  const note = [
    ...parts.map(([kind, value]) => `${kind} ${value.toFixed(2)}`),
    `beside them the caller's ${submits.toFixed(2)}`,
  ].join(', ');
  const { writes, reads, refused } = functions;
  return [
    {
      name: `${name}: writes`,
      value: writes / n,
      unit: 'WRU',
      ...noteOf([
        ...(refused > 0 ? [`${(refused / n).toFixed(2)} refused, counted as 1 each`] : []),
        ...(client.writes > 0
          ? [`beside them the caller's ${(client.writes / n).toFixed(2)} for what no message holds`]
          : []),
      ]),
    },
    { name: `${name}: reads`, value: reads / n, unit: 'RRU', ...(reads > 0 && { note: readsOf(functions) }) },
    { name: `${name}: SQS`, value: sends + receives + deletes + releases, unit: 'requests', note },
  ];
}

/** The caller's share, which calls of one turn make small. */
function callersSends(name: string, { client: { requests } }: Bill, n: number): Figure {
  const sends = (requests['SendMessageBatch'] ?? 0) + (requests['SendMessage'] ?? 0);
  return aimedAt({ name: `${name}: the caller's SQS`, value: sends / n, unit: 'requests' }, 0.12);
}

function readsOf({ requests }: Counts): string {
  const reads = ['GetItem', 'Query', 'BatchGetItem'].filter((action) => requests[action] !== undefined);
  return reads.map((action) => `${action} ${requests[action]} in all`).join(', ');
}

function noteOf(notes: readonly string[]): { readonly note?: string } {
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}

/** The design's aims: write units, no reads, SQS requests. */
function aimed(figures: readonly Figure[], writes: number, reads = 0, requests = 0.35): readonly Figure[] {
  const aims: Readonly<Record<string, number>> = { WRU: writes, RRU: reads, requests };
  return figures.map((figure) => aimedAt(figure, aims[figure.unit] ?? Number.POSITIVE_INFINITY));
}
