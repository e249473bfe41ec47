import { chain, chord, group, kwargs, range, zip } from 'chordal';
import type { AnySignature } from 'chordal';
import { add, tsum } from '../../../handlers/tasks/math.ts';
import { log } from '../../../handlers/tasks/text.ts';

/** A workflow, and what it comes to. */
export interface Workflow {
  readonly signature: AnySignature;
  readonly value: unknown;
}

const sums = range(10).map((i) => 2 * i);
const pairs = zip(range(100), range(100));

/** The workflows of the introduction to Celery that the demo shows, too. */
export const workflows: readonly Workflow[] = [
  { signature: add.s(2, 3), value: 5 },
  { signature: add.s(2, 2, kwargs({ debug: true })), value: 4 },
  { signature: group(range(10).map((i) => add.s(i, i))), value: sums },
  { signature: chain(add.s(1, 2), add.s(3)), value: 6 },
  { signature: add.s(1, 2).pipe(add.s(3)), value: 6 },
  {
    signature: chord(
      range(10).map((i) => add.s(i, i)),
      log.s(),
    ),
    value: `LOG: ${JSON.stringify(sums)}`,
  },
  { signature: chain(group(range(10).map((i) => add.s(i, i))), tsum.s(), log.s()), value: 'LOG: 90' },
  { signature: add.chunks(pairs, 10), value: range(10).map((k) => range(10).map((i) => 2 * (10 * k + i))) },
  { signature: log.map(range(3)), value: ['LOG: 0', 'LOG: 1', 'LOG: 2'] },
  {
    signature: add.starmap([
      [1, 2],
      [3, 4],
    ]),
    value: [3, 7],
  },
];

/** The workflows as NDJSON, for `chordal run -`. */
export function asLines(all: readonly Workflow[]): string {
  return all.map(({ signature }) => `${JSON.stringify(signature)}\n`).join('');
}
