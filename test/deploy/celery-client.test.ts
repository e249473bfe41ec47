/** The real Celery sends to the embedded cloud, and reads the results by its own classes. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startLocal } from '../../src/local/local-cloud.ts';
import type { LocalCloud } from '../../src/local/local-options.ts';
import { chordal } from '../integration/cli-support.ts';
import { preparePython } from './support/python.ts';
import { runWell } from './support/run.ts';

const python = await preparePython();
const missing = 'missing' in python ? ` (skipped: ${python.missing})` : '';
const folder = join(import.meta.dirname, 'celery');

describe.skipIf(missing !== '')(`Celery as a client${missing}`, () => {
  let local: LocalCloud;

  beforeAll(async () => {
    local = await startLocal({
      handlersDir: join(folder, 'handlers'),
      service: 'proj',
      stage: 'celery',
      environment: { CHORDAL_CELERY_RESULTS: 'celery' },
      onEvent: () => undefined,
    });
  }, 60_000);
  afterAll(() => local.stop());

  async function runPython(script: string, ...args: readonly string[]): Promise<unknown> {
    const bin = 'bin' in python ? python.bin : '';
    const { stdout } = await runWell(join(bin, 'python'), [join(folder, script), ...args], { env: local.env });
    return JSON.parse(stdout);
  }

  test('reads the value of every kind of canvas', async () => {
    expect(await runPython('canvases.py')).toMatchObject({
      task: 3,
      kwargs: 'hi Ada',
      values: [null, true, 1.5, 'é', [1, { a: 2 }]],
      countdown: 4,
      chain: 10,
      'immutable step': 11,
      group: [3, 7],
      chord: 10,
      'chord of one': 3,
      'chains in a chord': 14,
      'chords in a chord': 13,
      'a chord at the end of a chain in a chord': 12,
      'chord in a chain': 14,
      'group after a chord': [4, 5],
      'groups in a chain': [[[3, 3]], [[3, 3]]],
      starmap: [3, 7],
      chunks: [[3, 7], [11]],
      retry: 7,
      replacement: 107,
      'large arguments': 20_000,
      'large chain': 1771,
      'wide chord': 22_350,
      'large body': 786,
      failure: { error: 'TypeError', text: 'no such order', state: 'FAILURE' },
      'failure in a chain': { error: 'TypeError', text: 'no such order' },
      'failure in a chord in a chord': { state: 'FAILURE' },
      'surplus argument': { error: 'InvalidArguments', state: 'FAILURE' },
    });
  }, 120_000);

  test("comes to what Celery's own integration tests expect of its canvases, 62 tests by number", async () => {
    expect(await runPython('upstream.py')).toEqual({ tests: 62, wrong: [] });
  }, 300_000);

  test('is told of what cannot be run, and what nobody waits for is a dead letter with its reason', async () => {
    expect(await runPython('bad_input.py')).toEqual({
      pickle: expect.stringMatching(/^InvalidMessage: .*Set task_serializer = 'json'/),
      compressed: expect.stringMatching(/^InvalidMessage: .*is compressed/),
      'protocol 1': expect.stringMatching(/^InvalidMessage: .*Set task_protocol = 2/),
      'a chord of another result table': expect.stringMatching(/^InvalidMessage: .*is not in Celery's result table/),
    });
    const reasons = await vi.waitFor(
      async () => {
        const { answers } = await chordal(['dlq', 'list'], { env: local.env });
        expect(answers).toHaveLength(10);
        return answers.map((letter) => String(Object(letter).reason));
      },
      { timeout: 20_000, interval: 500 },
    );
    const all = reasons.join('\n');
    expect(reasons.every((reason) => reason.startsWith('InvalidMessage: '))).toBe(true);
    expect(all).toMatch(/its body is kept in S3 \(sqs_extended\)/);
    expect(all).toMatch(/of task proj\.add with the id x is not a list of args, kwargs and embed/);
    expect(all).toMatch(/expected a version number/);
  }, 120_000);

  test('reads the right value of 200 random canvases', async () => {
    expect(await runPython('random_canvases.py', '1', '200')).toEqual({ sent: 200, wrong: [] });
  }, 300_000);
});
