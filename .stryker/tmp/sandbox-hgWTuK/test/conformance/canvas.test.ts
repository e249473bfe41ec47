/** Celery's own canvas tests (`t/integration/test_canvas.py`), by their numbers; `README.md` lists what does not apply. */
import { chain, chord, group, range } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_FAULTS } from '../../src/testing/faults.ts';
import { conformanceCloud, errorOf, faultyCloud, get, idle, ledger, sorted, valueOf } from './cloud.ts';
import {
  add,
  addChordToChord,
  addReplaced,
  addToAll,
  addToAllToChord,
  app,
  collectIds,
  countFailure,
  counter,
  echo,
  echoGroupId,
  fail,
  failReplaced,
  identity,
  ids,
  log,
  rebuildSignature,
  recorded,
  replaceWithChain,
  replaceWithChainAndEcho,
  replaceWithChainWhichRaises,
  retryOnce,
  returnSignature,
  tsum,
} from './tasks.ts';

let cloud: TestCloud;

beforeEach(() => {
  cloud = conformanceCloud();
});

afterEach(async () => {
  await idle(cloud);
  expect(cloud.deadLetters).toEqual([]);
  cloud.close();
});

const EXPECTED = {
  code: 'CHORDAL_TASK_FAILED',
  errorType: 'ExpectedError',
  message: 'Task expected to fail',
  failedTask: 'fail',
};
const VALUE_ERROR = { code: 'CHORDAL_TASK_FAILED', errorType: 'ValueError', message: 'deliberate error' };

const times = <T>(count: number, item: T): T[] => range(count).map(() => item);
/** `add` given what JSON may hold, but TypeScript does not let one write. */
const addAny = (...args: unknown[]) => app.signature('add', { args });

describe('link errors', () => {
  it('row 2: link error', async () => {
    await expect(fail.s('test').linkError(identity.s())()).rejects.toMatchObject({
      name: 'ExpectedError',
      args: ['Task expected to fail', 'test'],
    });
  });

  it('row 4: link error callback retries', async () => {
    const result = await fail.s('test').linkError(retryOnce.si()).delay();
    await expect(result.get({ timeout: 6, propagate: false })).resolves.toMatchObject({
      ...EXPECTED,
      args: ['Task expected to fail', 'test'],
    });
    await idle(cloud);
    expect(await app.asyncResult(`${result.taskId}^0`).get({ timeout: 1 })).toBe(1);
  });

  it('row 6: link error using signature', async () => {
    const result = await app
      .signature('fail', { args: ['test'] })
      .linkError(app.signature('identity'))
      .delay();
    await expect(result.get({ timeout: 6, propagate: false })).resolves.toMatchObject({
      ...EXPECTED,
      args: ['Task expected to fail', 'test'],
    });
  });
});

describe('chains', () => {
  it('row 8: single chain', async () => {
    expect(await valueOf(chain(add.s(3, 4)))).toBe(7);
  });

  it('row 10: group results in chain', async () => {
    expect(await valueOf(group([add.s(1, 2).pipe(group([add.s(1), add.s(2)]))]))).toEqual([[4, 5]]);
  });

  it('row 12: chain on error', async () => {
    const handle = await chain(add.s(1, 2), fail.s(), add.s(3, 4)).delay();
    await expect(get(handle)).rejects.toMatchObject(EXPECTED);
    if (handle.parent === null) throw new Error('Cannot find the step before the last');
    await expect(get(handle.parent)).rejects.toMatchObject(EXPECTED);
    expect(await handle.parent.parent?.get({ timeout: 10 })).toBe(3);
  });

  it('row 16: group result not has cache', async () => {
    const canvas = group([
      identity.si(1),
      identity.si(2),
      chain(identity.si(5), group([identity.si(3), identity.si(4)])),
    ]);
    expect(await valueOf(canvas)).toEqual([1, 2, [3, 4]]);
  });

  it('row 18: parent ids', async () => {
    let handle: Awaited<ReturnType<typeof app.asyncResult>> | null = await chain(
      ...range(10).map((i) => ids.si(i)),
    ).delay();
    const seen: { id: string; value: unknown }[] = [];
    for (; handle !== null; handle = handle.parent) seen.unshift({ id: handle.taskId, value: await get(handle) });
    const rootId = seen[0]?.id;
    expect(seen.map(({ value }) => value)).toEqual(range(10).map((i) => [rootId, seen[i - 1]?.id ?? null, i]));
  });

  it('row 20: chain error handler with eta', async () => {
    const startedAt = cloud.clock.now();
    const canvas = chain(group([add.s(1, 2), add.s(3, 4)]), tsum.s()).linkError(log.s());
    const result = await canvas.applyAsync({ eta: new Date(startedAt + 10_000) });
    expect(await get(result)).toBe(10);
    expect(cloud.clock.now()).toBeGreaterThanOrEqual(startedAt + 10_000);
  });

  it('row 22: chain of task a group and a chord', async () => {
    const canvas = add
      .si(1, 0)
      .pipe(group([add.s(1), add.s(1)]))
      .pipe(group([tsum.s(), tsum.s()]))
      .pipe(tsum.s());
    expect(await valueOf(canvas)).toBe(8);
  });

  it('row 24: chain of chords with two tasks', async () => {
    const canvas = add
      .si(1, 0)
      .pipe(group([add.s(1), add.s(1)]))
      .pipe(tsum.s())
      .pipe(add.s(1))
      .pipe(chord(group([add.s(1), add.s(1)]), tsum.s()));
    expect(await valueOf(canvas)).toBe(12);
  });

  it('row 26: chain of nine chords', async () => {
    const middle = chord(times(3, add.s(1)), tsum.s());
    const canvas = chain(
      chord(times(3, add.si(1, 0)), tsum.s()),
      ...times(7, middle),
      chord(times(3, add.s(0)), tsum.s()),
    );
    expect(await valueOf(canvas)).toBe(29_520);
  });

  it('row 28: chain of a chord and a task and a group', async () => {
    const canvas = group([add.s(1, 1), add.s(1, 1)])
      .pipe(tsum.s())
      .pipe(add.s(1))
      .pipe(group([add.s(1), add.s(1)]));
    expect(await valueOf(canvas)).toEqual([6, 6]);
  });

  it('row 30: chain of a chord and three tasks and a group', async () => {
    const canvas = group([add.s(1, 1), add.s(1, 1)])
      .pipe(tsum.s())
      .pipe(add.s(1))
      .pipe(add.s(1))
      .pipe(add.s(1))
      .pipe(group([add.s(1), add.s(1)]));
    expect(await valueOf(canvas)).toEqual([8, 8]);
  });

  it('row 32: nested chain group mid', async () => {
    expect(await valueOf(chain(identity.s(42), group([identity.s(), identity.s()]), identity.s()))).toEqual([42, 42]);
  });

  it('row 34: chain replaced with a chain and a callback', async () => {
    const canvas = chain(identity.s('Hello '), replaceWithChainAndEcho.s('inner'), addAny('world'));
    expect(await valueOf(canvas)).toBe('Hello world');
    expect(await ledger(cloud)).toEqual(['inner']);
  });

  it('row 36: chain with cb replaced with chain with cb', async () => {
    const canvas = chain(identity.s('Hello '), replaceWithChainAndEcho.s('inner'), addAny('world')).link(echo.s());
    expect(await valueOf(canvas)).toBe('Hello world');
    expect(sorted(await ledger(cloud))).toEqual(['Hello world', 'inner']);
  });

  it('row 38: chain with eb replaced with chain with eb', async () => {
    const canvas = chain(identity.s('Hello '), replaceWithChainWhichRaises.s('inner'), addAny('...'));
    await expect(valueOf(canvas.linkError(echo.si('outer')))).rejects.toMatchObject(VALUE_ERROR);
    expect(sorted(await ledger(cloud))).toEqual(['inner', 'outer']);
  });

  it('row 40: chain children with callbacks', async () => {
    expect(await valueOf(chain(...times(42, identity.si(1337).link(counter))))).toBe(1337);
    expect(await ledger(cloud, 'counter')).toHaveLength(42);
  });

  it('row 42: chain with callback child replaced', async () => {
    expect(await valueOf(chain(addReplaced.si(42, 1337), identity.s()).link(counter))).toBe(1379);
    expect(await ledger(cloud, 'counter')).toHaveLength(1);
  });

  it('row 44: chain child with callback replaced', async () => {
    expect(await valueOf(chain(addReplaced.si(42, 1337).link(counter), identity.s()))).toBe(1379);
    expect(await ledger(cloud, 'counter')).toHaveLength(1);
  });

  it('row 46: task replaced with chain', async () => {
    expect(await valueOf(replaceWithChain.si(42))).toBe(42);
  });

  it('row 48: chain child replaced with chain middle', async () => {
    expect(await valueOf(chain(identity.s(42), replaceWithChain.s(), identity.s()))).toBe(42);
  });

  it('row 50: chord header id duplicated on message duplication', async () => {
    const faulty = faultyCloud({ ...NO_FAULTS, duplicateSend: 1 });
    const result = await chain(identity.s(42), chord([echoGroupId.s(), identity.s()], identity.s())).delay();
    const { isLivelock, struck } = await faulty.run();
    expect(isLivelock).toBe(false);
    expect(struck.get('duplicateSend')).toBeGreaterThan(4);
    expect(await result.get({ timeout: 1 })).toEqual([42, 42]);
    const groups = await recorded('groups');
    expect(groups.length).toBeGreaterThan(0);
    expect(new Set(groups)).toEqual(new Set([`${result.taskId}.1`]));
  });

  it('row 52: chaining upgraded chords starting with chord', async () => {
    const echoes = (...messages: string[]) => group(messages.map((message) => echo.si(message)));
    const canvas = chain(
      chord(echoes('1', '2', '3'), echoes('4', '5', '6')),
      echoes('7'),
      echoes('8'),
      echo.si('9'),
      echo.si('Done'),
    );
    expect(await valueOf(canvas)).toBe('Done');
    const all = await ledger(cloud);
    expect(sorted(all.slice(0, 3))).toEqual(['1', '2', '3']);
    expect(sorted(all.slice(3, 6))).toEqual(['4', '5', '6']);
    expect(all.slice(6)).toEqual(['7', '8', '9', 'Done']);
  });

  it('row 56: group in center of chain', async () => {
    const t1 = chain(tsum.s(), group([add.s(8), add.s(16)]), tsum.s().pipe(add.s(32)));
    const t2 = chord([tsum.s(), tsum.s()], t1);
    const t3 = chord([add.s(0, 1)], t2);
    expect(await valueOf(t3)).toBe(60);
  });
});

describe('result sets', () => {
  it('row 58: result set', async () => {
    expect(await app.resultSet([await add.delay(1, 1), await add.delay(2, 2)]).get()).toEqual([2, 4]);
  });

  it('row 60: result set built via add', async () => {
    const set = app
      .resultSet([])
      .add(await add.delay(1, 1))
      .add(await add.delay(2, 2));
    expect(await set.get()).toEqual([2, 4]);
  });
});

describe('groups', () => {
  it('row 62: empty group result', async () => {
    const result = await group([]).applyAsync();
    await result.save();
    const restored = await app.groupResult(result.taskId);
    expect(restored?.results).toEqual([]);
    expect(await result.get({ timeout: 10 })).toEqual([]);
  });

  it('row 64: nested group', async () => {
    const canvas = group([add.si(1, 10), group([add.si(1, 100), group([add.si(1, 1000), add.si(1, 2000)])])]);
    expect(await valueOf(canvas)).toEqual([11, 101, 1001, 2001]);
  });

  it('row 66: group lone', async () => {
    expect(await valueOf(group([identity.s(42), identity.s(42)]))).toEqual([42, 42]);
  });

  it('row 68: nested group chord counting simple', async () => {
    expect(await valueOf(group([chord([identity.si(42)], identity.s())]))).toEqual([[42]]);
  });

  it('row 70: nested group chord counting group', async () => {
    const canvas = group([chord(group(times(42, identity.si(1337))), identity.s())]);
    expect(await valueOf(canvas)).toEqual([times(42, 1337)]);
  });

  it('row 72: nested group chord counting mixed', async () => {
    const header = [
      identity.si(42),
      chain(...times(42, identity.si(42))),
      group(times(42, identity.si(42))),
      chord(times(42, identity.si(42)), identity.si(1337)),
    ];
    expect(await valueOf(group([chord(header, identity.s())]))).toEqual([[42, 42, ...times(42, 42), 1337]]);
  });

  it('row 74: callback called by group', async () => {
    expect(await valueOf(group([identity.si(42), identity.si(1337)]).link(echo.si('group')))).toEqual([42, 1337]);
    expect(await ledger(cloud)).toEqual(['group']);
  });

  it('row 76: errback called by group fail last', async () => {
    const canvas = group([identity.si(42), fail.s()]).linkError(echo.si('group'));
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud)).toEqual(['group']);
  });

  it('row 78: errback called by group fail multiple', async () => {
    const canvas = group([...times(24, identity.si(42)), ...times(42, fail.s())]).linkError(counter);
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(42);
  });

  it('row 80: group children with errbacks', async () => {
    await expect(valueOf(group(times(42, fail.si().linkError(counter))))).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(42);
  });

  it('row 82: group with errback child replaced', async () => {
    const canvas = group([addReplaced.si(42, 1337), fail.s()]).linkError(counter);
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(1);
  });

  it('row 84: group child with errback replaced', async () => {
    const canvas = group([failReplaced.si().linkError(counter), identity.si(42)]);
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(1);
  });

  it('row 86: group child replaced with chain middle', async () => {
    const canvas = group([identity.s(42), replaceWithChain.s(1337), identity.s(31_337)]);
    expect(await valueOf(canvas)).toEqual([42, 1337, 31_337]);
  });

  it('row 88: task replace with group preserves group order', async () => {
    const results = await Promise.all(
      range(10).map(() => group([addToAll.s([2, 1], 1), addToAll.s([4, 3], 1)]).delay()),
    );
    expect(await Promise.all(results.map((result) => get(result)))).toEqual(
      times(10, [
        [3, 2],
        [5, 4],
      ]),
    );
  });
});

describe('chords', () => {
  it('row 90: chord order', async () => {
    const header = (function* () {
      for (const i of range(10)) yield identity.si(i);
    })();
    expect(await valueOf(chord(header, identity.s()))).toEqual(range(10));
  });

  it('row 92: replaced nested chord', async () => {
    const canvas = chord(
      [
        chord([add.s(1, 2), addReplaced.s(3, 4)], addToAll.s(5)).pipe(tsum.s()),
        chord([addReplaced.s(6, 7), add.s(0, 0)], addToAll.s(8)).pipe(tsum.s()),
      ],
      addToAll.s(9),
    );
    expect(await valueOf(canvas)).toEqual([29, 38]);
  });

  it('row 94: add chord to chord', async () => {
    expect(await valueOf(group([addChordToChord.s([1, 2, 3], 4)]).pipe(identity.s()))).toEqual([0, 18]);
    expect(await valueOf(chord([addToAllToChord.s([1, 2, 3], 4), add.s(1, 1)], identity.s()))).toEqual([0, 2, 5, 6, 7]);
  });

  it('row 96: group chain', async () => {
    const canvas = add
      .s(2, 2)
      .pipe(group(range(4).map((i) => add.s(i))))
      .pipe(addToAll.s(8));
    expect(await valueOf(canvas)).toEqual([12, 13, 14, 15]);
  });

  it('row 98: group args and kwargs', async () => {
    const canvas = group(range(4).map((i) => add.s(i))).pipe(addToAll.s(8));
    expect(await get(await canvas.applyAsync({ args: [4], kwargs: { z: 1 } }))).toEqual([13, 14, 15, 16]);
  });

  it('row 100: single task header', async () => {
    expect(await valueOf(chord([add.s(2, 5)], addToAll.s(9)))).toEqual([16]);
    expect(await valueOf(group([add.s(2, 5)]).pipe(addToAll.s(9)))).toEqual([16]);
  });

  it('row 102: nested chord', async () => {
    const inner = [chord([add.s(1, 2), add.s(3, 4)], addAny([5])), chord([add.s(6, 7)], addAny([10]))];
    const expected = [[3, 7, 5], [13, 10], 'A'];
    expect(await valueOf(chord(inner, addAny(['A'])))).toEqual(expected);
    const piped = [group([add.s(1, 2), add.s(3, 4)]).pipe(addAny([5])), group([add.s(6, 7)]).pipe(addAny([10]))];
    expect(await valueOf(group(piped).pipe(addAny(['A'])))).toEqual(expected);
    const deep = group([
      group([group([group([add.s(1, 2)]).pipe(addAny([3]))]).pipe(addAny([4]))]).pipe(addAny([5])),
    ]).pipe(addAny([6]));
    expect(await valueOf(deep)).toEqual([[[[3, 3], 4], 5], 6]);
  });

  it('row 104: parent ids OR', async () => {
    const canvas = ids
      .si(1)
      .pipe(ids.si(2))
      .pipe(group(range(3, 50).map((i) => ids.si(i))))
      .pipe(collectIds.s(50))
      .pipe(ids.si(51));
    const last = await canvas.delay();
    const body = last.parent;
    const header = body?.parent;
    const second = header?.parent;
    const first = second?.parent;
    if (!body || !header || !second || !first) throw new Error('Cannot walk back from the last step');
    const rootId = first.taskId;
    expect(await get(last)).toEqual([rootId, body.taskId, 51]);
    const [values, [bodyRoot, bodyParent]] = (await get(body)) as [unknown[], [string, string, number]];
    expect(values).toEqual(range(3, 50).map((i) => [rootId, second.taskId, i]));
    expect(bodyRoot).toBe(rootId);
    expect((await header.children()).map(({ taskId }) => taskId)).toContain(bodyParent);
    expect(await get(header)).toEqual(values);
    expect(await get(second)).toEqual([rootId, first.taskId, 2]);
    expect(await get(first)).toEqual([rootId, null, 1]);
    expect(first.parent).toBeNull();
  });

  it.each(range(3, 10))('row 106: generator of %i', async (size) => {
    const header = (function* () {
      for (const i of range(size)) yield identity.s(i);
    })();
    expect(await valueOf(chord(header, tsum.s()))).toBe((size * (size - 1)) / 2);
  });

  it('row 108: chord in chords with chains', async () => {
    const member = chain(add.si(1, 2), chord(group([add.si(1, 2), add.si(1, 2)]), add.si(1, 2)));
    expect(await valueOf(chord(group([member, member]), add.si(2, 2)))).toBe(4);
  });

  it('row 110: chord in chain with args', async () => {
    const canvas = chain(chord([identity.s(), identity.s()], identity.s()), identity.s());
    expect(await get(await canvas.applyAsync({ args: [1] }))).toEqual([1, 1]);
    expect(await canvas(1)).toEqual([1, 1]);
  });

  it('row 112: large header', async () => {
    expect(await valueOf(group(range(1000).map((i) => identity.si(i))).pipe(tsum.s()))).toBe(499_500);
  });

  it('row 116: nested chord group', async () => {
    expect(await valueOf(chord(group([identity.s(42), identity.s(42)]), identity.s()))).toEqual([42, 42]);
  });

  it('row 118: error propagates from chord', async () => {
    await expect(
      valueOf(
        add
          .s(1, 1)
          .pipe(fail.s())
          .pipe(group([add.s(1), add.s(1)])),
      ),
    ).rejects.toMatchObject(EXPECTED);
  });

  it('row 120: error propagates to chord from simple', async () => {
    await expect(valueOf(chord([fail.s()], identity.s()))).rejects.toMatchObject(EXPECTED);
    await expect(valueOf(chord([identity.si(42)], fail.s()))).rejects.toMatchObject(EXPECTED);
  });

  it('row 122: mutable errback called by chord from simple', async () => {
    const inHeader = await chord([fail.s()], identity.s()).linkError(countFailure.s()).delay();
    await expect(get(inHeader)).rejects.toMatchObject(EXPECTED);
    const inBody = await chord([identity.si(42)], fail.s())
      .linkError(countFailure.s())
      .delay();
    await expect(get(inBody)).rejects.toMatchObject(EXPECTED);
    expect(sorted(await ledger(cloud, 'failures'))).toEqual(sorted([inHeader.taskId, inBody.taskId]));
  });

  const failInChain = chain(identity.si(42), fail.s(), identity.si(42));

  it('row 124: immutable errback called by chord from chain', async () => {
    await expect(valueOf(chord([failInChain], identity.s()).linkError(echo.si('header')))).rejects.toMatchObject(
      EXPECTED,
    );
    await expect(valueOf(chord([identity.si(42)], failInChain).linkError(echo.si('body')))).rejects.toMatchObject(
      EXPECTED,
    );
    expect(sorted(await ledger(cloud))).toEqual(['body', 'header']);
  });

  const failAtTail = chain(identity.si(42), fail.s());

  it('row 126: error propagates to chord from chain tail', async () => {
    await expect(valueOf(chord([failAtTail], identity.s()))).rejects.toMatchObject(EXPECTED);
    await expect(valueOf(chord([identity.si(42)], failAtTail))).rejects.toMatchObject(EXPECTED);
  });

  it('row 128: mutable errback called by chord from chain tail', async () => {
    const inHeader = await chord([failAtTail], identity.s()).linkError(countFailure.s()).delay();
    await expect(get(inHeader)).rejects.toMatchObject(EXPECTED);
    const inBody = await chord([identity.si(42)], failAtTail)
      .linkError(countFailure.s())
      .delay();
    await expect(get(inBody)).rejects.toMatchObject(EXPECTED);
    expect(sorted(await ledger(cloud, 'failures'))).toEqual(sorted([inHeader.taskId, inBody.taskId]));
  });

  const failInGroup = group([identity.si(42), fail.s()]);

  it('row 130: immutable errback called by chord from group', async () => {
    await expect(valueOf(chord(failInGroup, identity.s()).linkError(echo.si('header')))).rejects.toMatchObject(
      EXPECTED,
    );
    await expect(valueOf(chord([identity.si(42)], failInGroup).linkError(echo.si('body')))).rejects.toMatchObject(
      EXPECTED,
    );
    expect(sorted(await ledger(cloud))).toEqual(['body', 'header']);
  });

  it('row 132: immutable errback called by chord from group fail multiple', async () => {
    const failsInGroup = group([...times(24, identity.si(42)), ...times(42, fail.s())]);
    const header = chord(failsInGroup, identity.s()).linkError(echo.si('header'));
    await expect(valueOf(header)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud)).toEqual(['header']);
    const body = chord([identity.si(42)], failsInGroup).linkError(counter);
    await expect(valueOf(body)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(42);
  });

  it('row 134: mutable errback called by chord from group fail multiple on body failure', async () => {
    const body = group([...times(8, identity.si(42)), ...times(42, fail.s())]);
    const result = await chord([identity.si(42)], body)
      .linkError(countFailure.s())
      .delay();
    await expect(get(result)).rejects.toMatchObject(EXPECTED);
    const failed = result.results.slice(8).map(({ taskId }) => taskId);
    expect(sorted(await ledger(cloud, 'failures'))).toEqual(sorted(failed));
  });

  it('row 136: chord header child replaced with chain first', async () => {
    expect(await valueOf(chord([replaceWithChain.si(42), identity.s(1337)], identity.s()))).toEqual([42, 1337]);
  });

  it('row 138: chord header child replaced with chain last', async () => {
    expect(await valueOf(chord([identity.s(42), replaceWithChain.s(1337)], identity.s()))).toEqual([42, 1337]);
  });

  it('row 140: chord body chain child replaced with chain first', async () => {
    expect(await valueOf(chord([identity.s(42)], chain(replaceWithChain.s(), identity.s())))).toEqual([42]);
  });

  it('row 142: chord body chain child replaced with chain last', async () => {
    expect(await valueOf(chord([identity.s(42)], chain(identity.s(), replaceWithChain.s())))).toEqual([42]);
  });

  const failing = fail.si();
  const fine = identity.si(42);

  it.each([
    { header: [failing], failed: 1 },
    { header: [failing, failing], failed: 2 },
    { header: [failing, failing, failing], failed: 3 },
    { header: [failing, fine], failed: 1 },
    { header: [failing, failing, fine], failed: 2 },
    { header: [failing, fine, failing], failed: 2 },
    { header: [fine, failing, fine], failed: 1 },
  ])('row 144: enabling flag allow error cb on chord header, $failed of $header.length', async ({ header, failed }) => {
    const members = header.map((member) => member.linkError(counter));
    const canvas = chord(members, echo.si('body ran').linkError(echo.si('body failed')));
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    expect(await ledger(cloud, 'counter')).toHaveLength(failed);
    expect(await ledger(cloud)).toEqual(['body failed']);
  });

  it.each([
    { header: [failing] },
    { header: [failing, failing] },
    { header: [failing, fine] },
    { header: [failing, failing, fine] },
    { header: [fine, failing] },
    { header: [failing, fine, failing] },
  ])('row 146: flag allow error cb on chord header on upgraded chord, of $header.length', async ({ header }) => {
    const canvas = chain(group(header), echo.si('body ran')).linkError(echo.si('failed'));
    await expect(valueOf(canvas)).rejects.toMatchObject(EXPECTED);
    // Celery's flag adds a call for each failing member; here it is once per failure of what it was given to.
    expect(await ledger(cloud)).toEqual(['failed']);
  });

  it('row 148: chord error propagation with different body types', async () => {
    const header = group([add.si(15, 7), fail.si()]);
    await expect(valueOf(chain(header, add.si(9, 7)))).rejects.toMatchObject(EXPECTED);
    await expect(valueOf(chain(header, chain(add.si(9, 7), add.si(5, 7))))).rejects.toMatchObject(EXPECTED);
    await expect(valueOf(chain(header, group([add.si(9, 7), add.si(5, 7)])))).rejects.toMatchObject(EXPECTED);
    const chordBody = chord([add.si(1, 1), add.si(2, 2)], add.si(10, 10));
    await expect(valueOf(chain(header, chordBody))).rejects.toMatchObject(EXPECTED);
  });

  it('row 150: chord unlock with failed task in nested chain member', async () => {
    const nested = chain(fail.si(), group([identity.si(2), identity.si(3)]), identity.si(4));
    const result = await chain(group([identity.si(1), nested]), identity.s()).delay();
    await expect(result.get({ timeout: 6 })).rejects.toMatchObject(EXPECTED);
  });
});

describe('signatures as values', () => {
  it.each([
    ['row 152: rebuild nested chain group', 'chainOfGroup', 'group([add(1, 2)])'],
    ['row 154: rebuild nested group chain', 'groupOfChain', 'group([add(1, 2)])'],
    ['row 156: rebuild nested group chord', 'groupOfChord', 'group([chord([add(1, 2)], tsum())])'],
    ['row 158: rebuild nested chord group', 'chordOfGroup', 'chord([add(1, 2)], tsum())'],
  ])('%s', async (_row, name, text) => {
    const canvas = chain(returnSignature.s(name), app.signature(rebuildSignature.name));
    expect(await valueOf(canvas)).toEqual({ text, isSame: true });
  });

  it('errorOf() answers with the error of a failed workflow', async () => {
    expect(await errorOf(await fail.delay())).toMatchObject(EXPECTED);
  });
});
