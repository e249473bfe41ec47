/** A canvas that is called runs here, with the values and the callbacks that workers would come to. */
import { chain, chord, createApp, currentTask, group } from 'chordal';
import type { UntypedSignature } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const app = createApp('run-here');
const tell = app.task('tell', (...all: unknown[]) => all);
const fail = app.task('fail', (..._all: unknown[]): unknown => {
  throw new RangeError('failed');
});
const replaced = app.task('replaced', { bind: true }, (ctx, ...all: unknown[]) =>
  ctx.replace(chain(tell.s('first', ...all), group([tell.s('a'), tell.s('b')]))),
);
const note = app.task('note', async (value: unknown, key: string, label: number) => {
  await currentTask().ledger.append(key, [label, withoutLuck(value)]);
});
const retrying = app.task('retrying', { bind: true }, (ctx) => {
  throw ctx.retry({ error: new RangeError('the reason') });
});
const handler = app.handler(tell, fail, replaced, note, retrying);

let cloud: TestCloud;

beforeEach(() => {
  cloud = memoryCloud({ all: handler }, { time: 'virtual', seed: 4, logLevel: 'silent' });
});

afterEach(() => cloud.close());

/** A canvas that notes what its callbacks are told under a key. */
type Build = (key: string) => UntypedSignature;

const canvas: fc.Arbitrary<Build> = fc.letrec<{ task: Build; any: Build }>((tie) => {
  const some = (minLength: number): fc.Arbitrary<Build[]> =>
    fc.array(tie('any'), { minLength, maxLength: 3, depthIdentifier: 'canvas' });
  const untyped = (build: (key: string) => unknown): Build => build as Build;
  return {
    task: fc
      .tuple(fc.constantFrom('tell', 'tell', 'tell', 'tell', 'replaced', 'fail'), fc.nat(9), fc.boolean())
      .map(([name, n, immutable]) => untyped(() => app.signature(name, { args: [n], immutable }))),
    any: fc
      .tuple(
        fc.oneof(
          { maxDepth: 3, depthIdentifier: 'canvas' },
          tie('task'),
          fc.constantFrom(tell, fail).map((task) => untyped(() => task.chunks([[1], [2], [3]], 2))),
          fc.constantFrom(tell, fail).map((task) => untyped(() => task.starmap([[1, 2], [3]]))),
          some(1).map((steps) => untyped((key) => chain(...steps.map((step) => step(key))))),
          some(0).map((members) => untyped((key) => group(members.map((member) => member(key))))),
          fc
            .tuple(some(0), tie('any'), fc.constantFrom('failFast' as const, 'collect' as const))
            .map(([header, body, onMemberFailure]) =>
              untyped((key) =>
                chord(
                  header.map((member) => member(key)),
                  body(key),
                  { onMemberFailure },
                ),
              ),
            ),
        ),
        fc.option(fc.nat(99), { freq: 4 }),
        fc.option(fc.nat(99), { freq: 4 }),
      )
      .map(([build, link, linkError]) => {
        const linked: Build = (key) => (link === null ? build(key) : build(key).link(note.s(key, link)));
        return linkError === null ? linked : (key) => linked(key).linkError(note.s(key, linkError));
      }),
  };
}).any;

describe('calling a canvas', () => {
  it('has the value that sending it has, for any nesting', async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(canvas, async (build) => {
        runs += 1;
        const [here, there] = [`here-${runs}`, `there-${runs}`];
        const called = await settled(build(here)());
        const sent = await settled((await build(there).delay()).get());
        while (!cloud.isIdle) await cloud.clock.sleep(1000);
        expect(called, String(build(here))).toEqual(sent);
        expect(await noted(here), String(build(here))).toEqual(await noted(there));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives the headers of a task also to its callbacks and to what replaces it', async () => {
    const headers = app.task('headers', () => currentTask().request.headers);
    const heir = app.task('heir', { bind: true }, (ctx) => ctx.replace(headers.si().link(noteHeaders.s('link'))));
    const noteHeaders = app.task('noteHeaders', async (_value: unknown, key: string) =>
      currentTask().ledger.append(key, currentTask().request.headers),
    );
    expect(await chain(tell.s(), heir.si()).set({ headers: { from: 'me' } })()).toEqual({ from: 'me' });
    expect(await noted('link')).toEqual(['{"from":"me"}']);
  });

  it('throws the error of a retry, and nothing runs again', async () => {
    await expect(retrying()).rejects.toThrow(new RangeError('the reason'));
    await expect(chain(tell.s(1), retrying.si())()).rejects.toThrow(new RangeError('the reason'));
  });
});

// --- internal ---

/** A call here fails with the task's error. A sent call fails with an error that has its message. */
async function settled(run: Promise<unknown>): Promise<unknown> {
  return run.then(
    (value) => ({ value: withoutIds(value) }),
    (error: unknown) => ({ message: error instanceof Error ? withoutIds(error.message) : error }),
  );
}

/** A body that collects is told ids, which differ. */
function withoutIds(value: unknown): unknown {
  return JSON.stringify(value).replaceAll(/(\\*"failedTaskId\\*":\\*")[^"\\]*/g, '$1');
}

/** Returns what an error callback is told, without ids. Which of several members fails first is a matter of luck. */
function withoutLuck(value: unknown): unknown {
  if (value === null || typeof value !== 'object' || !('errorType' in value)) return value;
  return { ...value, taskId: '', failedTaskId: '', rootId: '', args: [] };
}

async function noted(key: string): Promise<readonly string[]> {
  const all = await app.signature('ledgerOf', { args: [key] })();
  return (all as readonly unknown[]).map((one) => String(withoutIds(one))).toSorted();
}

app.task('ledgerOf', (key: string) => currentTask().ledger.read(key));
