import { chain, chord, group, range } from 'chordal';
import type { AnySignature } from 'chordal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { app } from '../../handlers/tasks/app.ts';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { billOfCanvas } from '../../src/cli/cost-of-canvas.ts';
import type { Bill } from '../../src/cli/estimate.ts';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { CountedCloud } from '../bench/support/counted-cloud.ts';
import type { Counts } from '../bench/support/counting-proxy.ts';
import { seededRandom } from '../simulation/seeded-random.ts';
import type { SeededRandom } from '../simulation/seeded-random.ts';

const sums = (n: number): AnySignature & { delay(): Promise<unknown> } =>
  chord(
    range(n).map((x) => add.s(x, 1)),
    tsum.s(),
  );

const zeros = (n: number): readonly number[] => range(n).map(() => 0);

const canvases: readonly (readonly [string, AnySignature & { delay(): Promise<unknown> }])[] = [
  ['a task', add.s(1, 2)],
  ['a chain', chain(add.s(1, 2), add.s(3), add.s(4))],
  ['a small group', group(range(5).map((x) => add.s(x, x)))],
  ['a chord of one leaf', sums(8)],
  ['a chord of several leaves', sums(30)],
  ['a chord of several ranges', sums(450)],
  ['a group in a chain in a group', group(range(3).map((x) => chain(add.s(x, 1), group([add.s(1), add.s(2)]))))],
  ['a task with a callback', add.s(1, 2).link(add.s(3))],
  ['a chain of large arguments', chain(tsum.s(zeros(1500)), tsum.si(zeros(10_000)), add.si(1, 2))],
];

/** How many canvases a seed draws, and how many of them are counted together. */
const DRAWN = 50;
const TOGETHER = 10;

let cloud: CountedCloud;

beforeAll(async () => {
  cloud = await startCountedCloud();
  // The variables are this file's own process's: each test file has one.
  Object.assign(process.env, cloud.env);
});
afterAll(() => cloud.stop());

test.each(canvases)(
  'the units of %s are those that the embedded cloud counts',
  async (_, canvas) => {
    const estimate: Bill = await billOfCanvas({ where: 'a test', json: canvas.toJSON() });
    const { client, functions } = await cloud.billOf(() => canvas.delay());

    expect({ writes: client.writes + functions.writes, reads: functions.reads }).toEqual({
      writes: estimate.dynamodbWrites,
      reads: estimate.dynamodbReads,
    });
  },
  60_000,
);

test('a chain of inline steps costs one write a step, and three SQS requests in all', async () => {
  const steps = chain(add.s(1, 2), ...(range(19).map(() => add.s(1)) as [])).set({ inline: true });
  const { client, functions } = await cloud.billOf(() => steps.delay());

  expect(functions).toMatchObject({ writes: 20, reads: 0, requests: { DeleteMessageBatch: 1 } });
  const sends = ({ requests }: Counts): number => (requests['SendMessage'] ?? 0) + (requests['SendMessageBatch'] ?? 0);
  expect([sends(client), sends(functions)]).toEqual([1, 0]);
}, 60_000);

test.each(range(DRAWN / TOGETHER))(
  'the messages and the units of ten drawn canvases are those that the embedded cloud counts, draw %i',
  async (draw) => {
    const random = seededRandom(draw + 1);
    const drawn = range(TOGETHER).map(() => anything(random, 2));
    const bills = await Promise.all(drawn.map((canvas) => billOfCanvas({ where: 'a test', json: canvas.toJSON() })));
    const { client, functions, messages } = await cloud.billOf(() =>
      // From the JSON that the estimate was made of: what stands in it decides what is too large for a message.
      Promise.all(drawn.map((canvas) => app.signature(canvas.toJSON()).delay())),
    );

    expect({
      messages,
      writes: client.writes + functions.writes,
      reads: client.reads + functions.reads,
    }).toEqual({
      messages: bills.reduce((sum, bill) => sum + bill.messages, 0),
      writes: bills.reduce((sum, { dynamodbWrites }) => sum + dynamodbWrites, 0),
      reads: bills.reduce((sum, { dynamodbReads }) => sum + dynamodbReads, 0),
    });
  },
  120_000,
);

// --- internal ---

/** A canvas whose value is a number: a task, a chain, a chord, or a task with a callback. */
function number(random: SeededRandom, depth: number): AnySignature {
  const kind = depth === 0 ? 0 : random.below(4);
  switch (kind) {
    case 1:
      // A drawn canvas has no type that is known in advance.
      return chain(...([number(random, depth - 1), ...range(1 + random.below(3)).map(() => add.s(1))] as never[]));
    case 2:
      return chord(
        range(1 + random.below(25)).map(() => number(random, depth - 1)),
        tsum.s(),
      );
    case 3:
      return add.s(1, 2).link(add.s(3));
    default:
      return add.s(1, 2);
  }
}

/** Any canvas: one of a number, a group of such, or a chain that ends with a group. */
function anything(random: SeededRandom, depth: number): AnySignature {
  const kind = depth === 0 ? 0 : random.below(3);
  const few = 1 + random.below(12);
  if (kind === 1) return group(range(few).map(() => anything(random, depth - 1)));
  if (kind === 2) return chain(...([number(random, depth), group(range(few).map(() => add.s(1)))] as never[]));
  return number(random, depth);
}
