import { describe, expect, it } from 'vitest';
import { chain, chord, createApp, group } from '../../../src/index.ts';
import type { AnySignature, StampingVisitor, Stamps } from '../../../src/index.ts';

const app = createApp('stamped');
const add = app.task('add', (x: number, y: number) => x + y);
const tsum = app.task('tsum', (all: readonly number[]) => all.length);
const log = app.task('log', (_value: unknown) => 'logged');
const stampsHere = app.task('stampsHere', { bind: true }, (ctx) => ctx.request.stamps);

/** The stamps of all tasks of a canvas, by the JSON that Celery reads. */
function stampsIn(json: unknown): readonly Stamps[] {
  if (Array.isArray(json)) return json.flatMap(stampsIn);
  if (typeof json !== 'object' || json === null) return [];
  const { options } = json as { readonly options?: Readonly<Record<string, unknown>> };
  const names = options?.['stamped_headers'];
  const own = Array.isArray(names) ? [Object.fromEntries(names.map((name) => [name, options?.[name]]))] : [];
  return [...own, ...Object.values(json).flatMap(stampsIn)];
}

describe('stamp()', () => {
  it('stamps every task and every callback of a canvas, and the body of a chord', () => {
    const canvas = chain(
      group([add.s(1, 2), add.s(3, 4).link(log.s()), add.chunks([[1, 2]], 1)]).linkError(log.s()),
      log.s(),
      chord([log.s(), log.s()], log.s()),
    ).link(log.s());
    const stamped = canvas.stamp({ customer: 42 });
    expect(stampsIn(canvas.toJSON())).toEqual([]);
    expect(stampsIn(stamped.toJSON())).toEqual(Array.from({ length: 10 }, () => ({ customer: 42 })));
    expect(String(stamped)).toBe(String(canvas));
  });

  it('takes the place of a stamp of the same name, and keeps the others', () => {
    const twice = add
      .s(1, 2)
      .stamp({ a: [1], b: 2 })
      .stamp({ a: [3] });
    expect(stampsIn(twice.toJSON())).toEqual([{ a: [3], b: 2 }]);
  });

  it('adds to a list where it is told to', () => {
    const twice = add.s(1, 2).stamp({ a: 1 }).stamp({ a: 2 }, { appendStamps: true });
    expect(stampsIn(twice.stamp({ a: [3, 4], b: 5 }, { appendStamps: true }).toJSON())).toEqual([
      { a: [3, 4, 2, 1], b: 5 },
    ]);
  });

  it('shows a visitor each part in order, with the stamps from around it', () => {
    const calls: unknown[] = [];
    const saying =
      (name: string, answer: Stamps = {}) =>
      (signature: AnySignature, around: Stamps) => {
        calls.push([name, String(signature), around]);
        return answer;
      };
    const visitor: StampingVisitor = {
      onSignature: saying('signature', { each: 1 }),
      onChainStart: saying('chain', { ofChain: 2 }),
      onChainEnd: (signature, around) => void saying('chain end')(signature, around),
      onGroupStart: saying('group', { ofGroup: 3 }),
      onGroupEnd: (signature, around) => void saying('group end')(signature, around),
      onChordBody: saying('body', { body: 4 }),
      onCallback: saying('callback', { callback: 5 }),
      onErrback: saying('errback', { errback: 6 }),
    };
    const canvas = chain(add.s(1, 2), chord([add.s(1).link(log.s())], tsum.s().linkError(log.s())));
    const json = canvas.stamp(visitor).toJSON();
    expect(calls).toEqual([
      ['chain', 'add(1, 2) | chord([add(1)], tsum())', {}],
      ['signature', 'add(1, 2)', { ofChain: 2 }],
      ['group', 'group([add(1)])', { ofChain: 2 }],
      ['signature', 'add(1)', { ofChain: 2, ofGroup: 3 }],
      ['callback', 'log()', { ofChain: 2, ofGroup: 3 }],
      ['signature', 'log()', { ofChain: 2, ofGroup: 3, callback: 5 }],
      ['body', expect.stringMatching(/^chord/), { ofChain: 2, ofGroup: 3 }],
      ['signature', 'tsum()', { ofChain: 2, ofGroup: 3, body: 4 }],
      ['errback', 'log()', { ofChain: 2, ofGroup: 3, body: 4 }],
      ['signature', 'log()', { ofChain: 2, ofGroup: 3, body: 4, errback: 6 }],
      ['chain end', expect.stringMatching(/^add/), { ofChain: 2 }],
    ]);
    expect(stampsIn(json)).toContainEqual({ each: 1, ofChain: 2, ofGroup: 3, body: 4, errback: 6 });
  });

  it('gives a signature custom headers of a visitor that lists its stamps', () => {
    const visitor = { onSignature: () => ({ monitor: 'x', trace: 'y', stampedHeaders: ['monitor'] }) };
    expect(add.s(1, 2).stamp(visitor).toJSON().options).toEqual({
      monitor: 'x',
      stamped_headers: ['monitor'],
      headers: { trace: 'y' },
    });
  });

  it('is read back from Celery’s JSON', () => {
    const stamped = chain(add.s(1, 2), add.s(3)).stamp({ customer: 42, when: new Date(0) });
    const read = app.signature(JSON.parse(JSON.stringify(stamped)) as ReturnType<typeof stamped.toJSON>);
    expect(read.toJSON()).toEqual(stamped.toJSON());
    expect(read.data).toMatchObject({ steps: [{ options: { stamps: { customer: 42, when: new Date(0) } } }, {}] });
  });

  it('is there for a task that runs here', async () => {
    expect(await stampsHere.s().stamp({ customer: 42 })()).toEqual({ customer: 42 });
  });

  it('is not replaced by options that are given later, as in Celery', () => {
    const set = add
      .s(1, 2)
      .stamp({ a: 1 })
      .set({ stamps: { a: 2, b: 3 } });
    expect(stampsIn(set.toJSON())).toEqual([{ b: 3, a: 1 }]);
  });

  it.each([
    ['a name that no stamp can have', { 'a b': 1 }],
    ['a name of an option', { countdown: 1 }],
    ['too many values', { a: Array.from({ length: 51 }, (_, i) => i) }],
    ['no object', 7],
  ])('refuses %s', (_, stamps) => {
    expect(() => add.s(1, 2).stamp(stamps as Stamps)).toThrow(/^Cannot use stamps: expected an object of at most 50/);
  });

  it('refuses answers of a visitor that are no stamps', () => {
    const answering = (answer: unknown) => () => add.s(1, 2).stamp({ onSignature: () => answer as Stamps });
    expect(answering(7)).toThrow(
      'Cannot use the answer of onSignature: expected an object of stamps, or nothing, got 7',
    );
    expect(answering({ stampedHeaders: 'a' })).toThrow('expected a list of names as stampedHeaders, got "a"');
    expect(answering({ stampedHeaders: ['a'] })).toThrow('stampedHeaders names "a", which has no value there');
    expect(answering(undefined)).not.toThrow();
  });

  it('refuses unknown options, and a canvas that nests too deep', () => {
    expect(() => add.s(1, 2).stamp({}, { append: true } as object)).toThrow(
      /Cannot use append as an option of a stamp/,
    );
    let deep: AnySignature = log.s(1);
    for (let depth = 0; depth < 400; depth += 1) deep = chord([log.s(1)], deep as ReturnType<typeof log.s>);
    expect(() => (deep as ReturnType<typeof log.s>).stamp({ a: 1 })).toThrow(/Cannot stamp a canvas: it nests deeper/);
  });

  it('counts towards the size of the headers, and its values in a canvas and around it', async () => {
    const long = add
      .s(1, 2)
      .set({ headers: { a: 'x'.repeat(20_000) } })
      .stamp({ b: 'y'.repeat(20_000) });
    await expect(long.delay()).rejects.toThrow(/its headers and stamps have \d+ characters, and 32768 is the most/);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a${i}`, i]));
    const more = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`b${i}`, i]));
    const both = group([add.s(1, 2).stamp(many)]).set({ stamps: more });
    await expect(both.delay()).rejects.toThrow(
      /its stamps and those of the canvases around it have more than 50 values/,
    );
  });
});
