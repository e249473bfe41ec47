import { describe, expect, it } from 'vitest';
import { chain, createApp, group, range } from '../../../src/index.ts';
import type { Group } from '../../../src/index.ts';

const app = createApp('skew');
const add = app.task('add', (x: number, y: number) => x + y);

/** The countdowns of a group's members. */
function countdowns({ data }: Group<[], readonly unknown[]>): readonly unknown[] {
  return data.kind === 'group' ? data.members.map(({ options }) => options.countdown) : [];
}

describe('group.skew()', () => {
  const five = group(range(5).map((i) => add.s(i, i)));

  it.each([
    [{}, [1, 2, 3, 4, 5]],
    [{ start: 1, stop: 3 }, [1, 2, 3, 3, 3]],
    [{ start: 0, step: 10 }, [0, 10, 20, 30, 40]],
    [{ start: 0, stop: 25, step: 10 }, [0, 10, 20, 20, 20]],
    [{ start: 5, step: 0 }, [5, 5, 5, 5, 5]],
    [{ start: 5, stop: 1 }, [5, 5, 5, 5, 5]],
  ])('gives members the countdowns that Celery gives, for %j', (options, expected) => {
    expect(countdowns(five.skew(options))).toEqual(expected);
  });

  it('leaves the group as it is, and other options of its members too', () => {
    const one = group([add.s(1, 2).set({ queue: 'slow' }), chain(add.s(1, 2), add.s(3))]);
    expect(countdowns(one.skew())).toEqual([1, 2]);
    expect(countdowns(one)).toEqual([undefined, undefined]);
    expect(one.skew().toJSON()).toMatchObject({
      kwargs: { tasks: [{ options: { countdown: 1, queue: 'slow' } }, {}] },
    });
  });

  it('refuses options that are wrong, and canvases that are no group', () => {
    expect(() => five.skew({ step: -1 })).toThrow('Cannot use step of skew()');
    expect(() => five.skew({ begin: 1 } as object)).toThrow('Cannot use begin');
    const other = add.s(1, 2) as unknown as typeof five;
    expect(() => other.skew()).toThrow('Cannot skew a task: only the members of a group start at once');
  });
});
