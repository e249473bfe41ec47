import { chain, chord, group, range } from 'chordal';
import type { AsyncResult } from 'chordal';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { identity } from '../../handlers/tasks/text.ts';

/** A canvas that is long, wide or heavy, and what must come of it. */
export interface LargeCanvas {
  readonly name: string;
  /** How many tasks it runs. */
  readonly tasks: number;
  readonly make: () => Sendable;
  readonly value: unknown;
}

/** The part that all canvases share. */
export interface Sendable {
  delay(): Promise<Pick<AsyncResult<unknown>, 'get'>>;
  toJSON(): object;
}

/** A call can have some 100,000 arguments: a longer chain is a chain of chains. */
const MOST_ARGUMENTS = 10_000;

/** A chain that counts its steps. */
export function longChain(steps: number): LargeCanvas {
  const further = steps - 1;
  const make = (): Sendable =>
    chain(
      add.s(0, 1),
      ...range(Math.ceil(further / MOST_ARGUMENTS)).map((part) => {
        const [first = add.s(1), ...rest] = range(Math.min(MOST_ARGUMENTS, further - part * MOST_ARGUMENTS)).map(() =>
          add.s(1),
        );
        return chain(first, ...rest);
      }),
    );
  return { name: `a chain of ${shown(steps)}`, tasks: steps, make, value: steps };
}

/** A group of the even numbers. */
export function wideGroup(members: number): LargeCanvas {
  const make = (): Sendable => group(range(members).map((i) => add.s(i, i)));
  return { name: `a group of ${shown(members)}`, tasks: members, make, value: range(members).map((i) => i + i) };
}

/** A chord that adds up the even numbers. */
export function wideChord(members: number): LargeCanvas {
  const make = (): Sendable =>
    chord(
      range(members).map((i) => add.s(i, i)),
      tsum.s(),
    );
  return { name: `a chord of ${shown(members)}`, tasks: members + 1, make, value: members * (members - 1) };
}

/** Stages of a group of ten and a task that follows it: in Celery the messages of each hold all that come after. */
export function stages(count: number): LargeCanvas {
  const steps = range(count).flatMap(() => [group(range(10).map(() => add.s(1))), tsum.s()]);
  const value = range(count).reduce((so) => (so + 1) * 10, 0);
  // Each step fits the one before it, but the compiler does not know the order of a list.
  const make = (): Sendable => chain(identity.s(0), ...(steps as []));
  return { name: `${count} stages of ten and one`, tasks: 1 + 11 * count, make, value };
}

/** A value of so many characters through a chain. */
export function heavyChain(characters: number): LargeCanvas {
  const text = 'x'.repeat(characters);
  const make = (): Sendable => chain(identity.s(text), identity.s(), identity.s(), identity.s());
  return { name: `${shown(characters)} characters through a chain`, tasks: 4, make, value: text };
}

/** Values of so many characters, each made by a chain, through a chord. */
export function heavyChord(characters: number): LargeCanvas {
  const text = 'x'.repeat(characters);
  const member = chain(identity.s(text), identity.s());
  const make = (): Sendable => chord([member, member, identity.s(text)], identity.s());
  return {
    name: `values of ${shown(characters)} characters through a chord`,
    tasks: 6,
    make,
    value: [text, text, text],
  };
}

/** A chord whose JSON has 10 MB, in the arguments of its members. */
export function tenMegabytes(): LargeCanvas {
  const [members, ballast] = [5000, 'x'.repeat(1900)];
  const make = (): Sendable =>
    chord(
      range(members).map((i) => identity.s({ i, ballast })),
      identity.s(),
    );
  return { name: 'a canvas of 10 MB', tasks: members + 1, make, value: range(members).map((i) => ({ i, ballast })) };
}

// --- internal ---

function shown(count: number): string {
  return count.toLocaleString('en-US');
}
