import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chain, chord, createApp, currentTask } from '../../../src/index.ts';
import { memoryCloud } from '../../../src/testing/index.ts';
import type { TestCloud } from '../../../src/testing/index.ts';

const app = createApp('labels');
/** The headers of the tasks before it, and its own. */
const seen = app.task('seen', (before: readonly unknown[] = []): readonly unknown[] => [
  ...before,
  currentTask().request.headers,
]);
const note = app.task('note', async (key: string, _value: unknown = undefined) => {
  const { ledger, request } = currentTask();
  await ledger.append(key, request.headers);
});
const replaced = app.task('replaced', { bind: true }, (ctx) =>
  ctx.replace(chain(seen.s([]), seen.s().set({ headers: { by: 'inner' } }))),
);
const launching = app.task('launching', async (key: string) => {
  await note.s(key).delay();
});

let cloud: TestCloud;
beforeAll(() => {
  cloud = memoryCloud({ labels: app.handler(seen, note, replaced, launching) }, { time: 'virtual' });
});
afterAll(() => cloud.close());

const own = { headers: { by: 'own' } };

describe('the headers of a task', () => {
  it('do not go on to the step behind it, nor to the body of its chord', async () => {
    expect(await (await chain(seen.s([]).set(own), seen.s()).delay()).get()).toEqual([{ by: 'own' }, {}]);
    const header = [seen.s([]).set(own), seen.s([]).set({ headers: { by: 'other' } })];
    const bodied = await chord(header, seen.s()).delay();
    expect(await bodied.get()).toEqual([[{ by: 'own' }], [{ by: 'other' }], {}]);
  });

  it('are those of what replaces it, where that has no others, and not of the step behind', async () => {
    const result = await chain(replaced.s().set(own), seen.s()).delay();
    expect(await result.get()).toEqual([{ by: 'own' }, { by: 'inner' }, {}]);
  });

  it('are those of its callbacks and of what it launches', async () => {
    await (await seen.s([]).set(own).link(note.si('link')).delay()).get();
    await (await launching.s('launch').set(own).delay()).get();
    await cloud.clock.sleep(1000);
    const readLedger = app.task('readLedger', (key: string) => currentTask().ledger.read(key));
    expect(await readLedger('link')).toEqual([{ by: 'own' }]);
    expect(await readLedger('launch')).toEqual([{ by: 'own' }]);
  });
});
