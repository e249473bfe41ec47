import { chain, chord, createApp, group, kwargs } from 'chordal';
import { describe, expect, it } from 'vitest';

const app = createApp('immutable');
const add = app.task('add', (x: number, y: number, { debug = false }: { debug?: boolean } = {}) => (debug ? 0 : x + y));
const tsum = app.task('tsum', (nums: readonly number[]) => nums.length);

describe('a signature', () => {
  it('does not change when its caller changes what it was made of', () => {
    const given = { args: [1, 2] as [number, number], keywords: { debug: true }, eta: new Date(0), headers: { a: 1 } };
    const members = [add.s(1, 2)];
    const pairs: [number, number][] = [[1, 2]];
    const signatures = [
      add.s(1, 2, kwargs(given.keywords)),
      add.signature({ args: given.args, kwargs: given.keywords, options: { headers: given.headers } }),
      app.signature('add', { args: given.args, kwargs: given.keywords, options: { eta: given.eta } }),
      add.s(1, 2).set({ eta: given.eta, expires: given.eta, headers: given.headers }),
      group(members),
      chord(members, tsum.s()),
      add.starmap(pairs),
    ];
    const before = signatures.map((signature) => JSON.stringify(signature));
    given.args[0] = 5;
    pairs.push([3, 4]);
    given.keywords.debug = false;
    given.eta.setTime(1e12);
    given.headers.a = 2;
    members.push(add.s(3, 4));
    expect(signatures.map((signature) => JSON.stringify(signature))).toEqual(before);
  });

  it('is not changed by set(), link(), linkError(), clone() and pipe(): they return new ones', () => {
    for (const signature of [add.s(1, 2), group([add.s(1, 2)]), chain(add.s(1, 2), add.s(3)), add.starmap([])]) {
      const before = JSON.stringify(signature);
      const others = [
        signature.set({ countdown: 1 }),
        signature.link(tsum.si([])),
        signature.linkError(tsum.si([])),
        signature.clone(),
        signature.pipe(tsum.si([])),
      ];
      for (const other of others) expect(other).not.toBe(signature);
      expect(JSON.stringify(signature)).toBe(before);
    }
  });

  it('cannot be written to', () => {
    const signature = add.s(1, 2, kwargs({ debug: true })).set({ countdown: 1 });
    const { data } = signature as unknown as { data: { args: number[]; kwargs: object; options: object } };
    expect(() => data.args.push(3)).toThrow(TypeError);
    expect(() => Object.assign(data.kwargs, { debug: false })).toThrow(TypeError);
    expect(() => Object.assign(data.options, { countdown: 2 })).toThrow(TypeError);
    expect(() => Object.assign(data, { task: 'mul' })).toThrow(TypeError);
    expect(() => Object.assign(signature, { name: 'mul' })).toThrow(TypeError);
  });
});
