import { chain, chord, group, range } from 'chordal';
import type { AnySignature } from 'chordal';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { billOfCanvas } from '../../src/cli/estimate.ts';
import type { Bill } from '../../src/cli/estimate.ts';
import { startCountedCloud } from '../bench/support/counted-cloud.ts';
import type { CountedCloud } from '../bench/support/counted-cloud.ts';

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
