/** Functions call tasks that the real Celery runs in a worker process, on the embedded cloud. */
import { join } from 'node:path';
import { chain, chord, createApp, group, kwargs } from 'chordal';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startLocal } from '../../src/local/local-cloud.ts';
import type { LocalCloud } from '../../src/local/local-options.ts';
import { temporaryFolder } from '../../src/local/temporary-folder.ts';
import type * as mixed from './celery/handlers/mixed.ts';
import { startCeleryWorker } from './support/celery-worker.ts';
import type { CeleryWorker } from './support/celery-worker.ts';
import { preparePython } from './support/python.ts';

const python = await preparePython();
const missing = 'missing' in python ? ` (skipped: ${python.missing})` : '';
const folder = join(import.meta.dirname, 'celery');
const PATIENCE = { timeout: 40 };

describe.skipIf(missing !== '')(`tasks of a Python worker${missing}`, () => {
  let local: LocalCloud;
  const scratch = temporaryFolder();
  let worker: CeleryWorker | undefined;
  const app = createApp('caller');
  const add = app.declare<typeof mixed.theirAdd>('their.add');
  const sum = app.declare<typeof mixed.theirSum>('their.tsum');
  const ourAdd = app.declare<typeof mixed.ourAdd>('our.add');
  const ourSum = app.declare<typeof mixed.ourSum>('our.tsum');

  beforeAll(async () => {
    local = await startLocal({
      handlersDir: join(folder, 'handlers'),
      service: 'proj',
      stage: 'external',
      environment: { CHORDAL_CELERY_RESULTS: 'celery' },
      onEvent: () => undefined,
    });
    for (const [name, value] of Object.entries(local.env)) vi.stubEnv(name, value);
    await startWorker();
  }, 60_000);
  afterEach(async () => {
    // A test may have killed it.
    if (worker === undefined) await startWorker();
  }, 30_000);
  afterAll(async () => {
    await worker?.stop();
    await local.stop();
    scratch.remove();
    vi.unstubAllEnvs();
  });

  async function startWorker(): Promise<void> {
    const bin = 'bin' in python ? python.bin : '';
    const started = await startCeleryWorker({
      bin,
      folder,
      application: 'their_worker',
      queue: 'theirs',
      env: local.env,
    });
    worker = started;
    void started.ended.then(() => {
      if (worker === started) worker = undefined;
    });
  }

  test('run between ours, in chains, groups and chords, and retry there', { timeout: 60_000 }, async () => {
    const retry = app.declare<typeof mixed.theirRetry>('their.retry');
    const canvases = {
      alone: add.s(1, 2),
      'ours, theirs, ours': chain(ourAdd.s(1, 2), add.s(3), ourAdd.s(4)),
      'theirs, ours, theirs': chain(add.s(1, 2), ourAdd.s(3), add.s(4)),
      group: group([add.s(1, 2), ourAdd.s(3, 4), add.s(5, 6)]),
      'chord of both': chord([add.s(1, 2), ourAdd.s(3, 4), chain(ourAdd.s(1, 1), add.s(1))], ourSum.s()),
      'body there': chord([ourAdd.s(1, 2), add.s(3, 4)], sum.s()),
      'chord in a chain': chain(ourAdd.s(1, 2), group([add.s(1), add.s(2)]), sum.s(), ourAdd.s(1)),
      starmap: add.starmap([
        [1, 2],
        [3, 4],
      ]),
      retry: retry.s(5),
    };
    const sent = await Promise.all(
      Object.entries(canvases).map(async ([name, canvas]) => [name, await canvas.delay()] as const),
    );
    const values = await Promise.all(sent.map(async ([name, result]) => [name, await result.get(PATIENCE)] as const));
    expect(Object.fromEntries(values)).toEqual({
      alone: 3,
      'ours, theirs, ours': 10,
      'theirs, ours, theirs': 10,
      group: [3, 7, 11],
      'chord of both': 13,
      'body there': 10,
      'chord in a chain': 10,
      starmap: [3, 7],
      retry: 6,
    });
  });

  test('get and return values of every kind that both know', { timeout: 60_000 }, async () => {
    const echo = app.declare<typeof mixed.theirEcho>('their.echo');
    const values = [null, true, 1.5, 'é', [1, { a: 2 }], 10n ** 20n + 1n, new Date(0), new Uint8Array([255, 0])];
    const result = await echo.delay(...values, kwargs({ named: 'yes' }));
    expect(await result.get(PATIENCE)).toEqual([values, { named: 'yes' }]);
  });

  test('fail with the type, the text and the arguments of the exception', { timeout: 60_000 }, async () => {
    const fail = app.declare<typeof mixed.theirFail>('their.fail');
    const failure = { errorType: 'LookupError', message: 'no such order, o-1', args: ['no such order', 'o-1'] };
    const alone = await fail.delay('o-1');
    expect(await alone.get({ ...PATIENCE, propagate: false })).toMatchObject({
      ...failure,
      failedTask: 'their.fail',
      remoteStack: expect.stringContaining('their_worker.py'),
    });
    const inChord = await chain(chord([add.s(1, 2), fail.s('o-1')], ourSum.s()), ourAdd.s(1)).delay();
    expect(await inChord.get({ ...PATIENCE, propagate: false })).toMatchObject(failure);
  });

  test('fail after their timeout if the worker dies with them', { timeout: 60_000 }, async () => {
    const death = app.declare<typeof mixed.theirDeath>('their.death');
    const dying = worker;
    const result = await chain(death.s(join(scratch.path, 'death')), ourAdd.s(1)).delay();
    expect(await dying?.ended).toBe(1);
    expect(await result.get({ ...PATIENCE, propagate: false })).toMatchObject({
      errorType: 'TimeLimitExceeded',
      failedTask: 'their.death',
    });
  });

  test('run again on another worker if Celery acknowledges them late', { timeout: 60_000 }, async () => {
    const secondLife = app.declare<typeof mixed.secondLife>('their.second_life');
    const dying = worker;
    const result = await secondLife.delay(join(scratch.path, 'first-life'));
    expect(await dying?.ended).toBe(1);
    await startWorker();
    expect(await result.get(PATIENCE)).toBe('lived');
  });
});
