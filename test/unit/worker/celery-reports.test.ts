/** A worker's reports to a Celery application, and the messages that it takes from one. */
import { describe, expect, it } from 'vitest';
import { MemoryCeleryResults } from '../../../src/adapters/memory/celery-results.ts';
import { NotRegistered, ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import type { Frame, RunMessage } from '../../../src/core/protocol/message.ts';
import type { Plan } from '../../../src/core/protocol/plan.ts';
import { compact } from '../../../src/core/values/compact.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import { overriding } from '../../../src/testing/overriding.ts';
import { importCelery, report, reportSettled, reportUnsendable } from '../../../src/worker/celery.ts';
import { celerySignature, celeryText } from '../core/celery/message.ts';
import { deliveryOf, makeBench, messageOf } from './bench.ts';
import type { Bench } from './bench.ts';

interface ReportBench extends Bench {
  /** The reports so far: id, state and rank. */
  readonly told: (readonly [taskId: string, state: unknown, rank: number])[];
}

function reportBench(change: Parameters<typeof makeBench>[0] = () => ({})): ReportBench {
  const told: ReportBench['told'] = [];
  const celery = overriding(new MemoryCeleryResults(), {
    keep: async ({ taskId, rank, meta }) => void told.push([taskId, meta['status'], rank]),
  });
  return { ...makeBench((ports) => ({ celery, ...change(ports) })), told };
}

const FINAL = Number.MAX_SAFE_INTEGER;
const by = { mid: 'm', token: 't' };
const failed = { state: 'FAILURE', value: { inline: { errorType: 'TypeError', message: 'no' } }, ...by } as const;
const succeeded = { state: 'SUCCESS', value: { inline: 3 }, ...by } as const;
const retried = { kind: 'retry', notBefore: 5 } as const;
const replaced = { kind: 'replace', plan: { inline: null } } as const;

const task = (celeryId?: string): Plan => ({
  task: 'add',
  ...(celeryId === undefined ? {} : { options: { celeryId } }),
});
const steps = (...plans: readonly Plan[]): Frame => ({ base: 'W', i: 1, steps: plans });
const join = (more: object = {}): Frame => ({ join: 'W.0', x: 0, n: 2, ...more });

function attempt(celeryId: string | undefined, more: Partial<RunMessage> = {}, ignoreResult?: boolean): RunMessage {
  return messageOf('add', { sig: { task: 'add', options: compact({ celeryId, ignoreResult }) }, ...more });
}

describe('the end of an attempt', () => {
  it.each([
    ['a retry', retried, attempt('a', { try: 2 }), [['a', 'RETRY', 4]]],
    ['a retry of a task that Celery does not know', retried, attempt(undefined), []],
    ['a retry whose results are ignored', retried, attempt('a', {}, true), []],
    ['a replacement', replaced, attempt('a'), []],
    ['a first success', succeeded, attempt('a'), [['a', 'SUCCESS', 1]]],
    ['a later success', succeeded, attempt('a', { try: 3 }), [['a', 'SUCCESS', 7]]],
    ['a success of a task that Celery does not know', succeeded, attempt(undefined), []],
    ['a success before a step', succeeded, attempt('a', { frames: [steps(task('b'))] }), [['a', 'SUCCESS', 1]]],
    ['a failure', failed, attempt('a'), [['a', 'FAILURE', 1]]],
    ['a failure without a reader in Celery', failed, attempt(undefined), []],
  ])('that is %s is reported to those who wait', async (_, decided, message, expected) => {
    const { engine, told } = reportBench();
    await report(engine, message, 'kind' in decided ? decided : { ...decided });
    expect(told).toEqual(expected);
  });

  it.each([
    ['the steps behind it', [steps(task('b'), task(), task('c'))], ['b', 'c']],
    [
      'a group among the steps, with all that is in it',
      [steps({ par: [task('b'), { seq: [task('c')] }] })],
      ['b', 'c'],
    ],
    ['none of a group that is kept apart', [steps({ par: { stored: 'table:W/b', n: 3, per: 9, first: 'add' } })], []],
    ['the body of its chord', [join({ celeryId: 'body' })], ['body']],
    ['the body, and the steps behind that', [join({ celeryId: 'body' }), steps(task('b'))], ['body', 'b']],
    ['no steps before the chord of a step', [steps(task('b')), join(), steps(task('c'))], ['b', 'c']],
    ['the bodies around it', [join({ celeryId: 'inner' }), join({ celeryId: 'outer' })], ['inner', 'outer']],
    ['no body that takes failures', [join({ celeryId: 'body', collect: true }), join({ celeryId: 'outer' })], []],
  ] as const)('with a failure is told to %s', async (_, frames, expected) => {
    const { engine, told } = reportBench();
    await report(engine, attempt('a', { frames }), failed);
    expect(told.map(([id]) => id)).toEqual(['a', ...expected]);
    expect(told.slice(1).every(([, state, rank]) => state === 'FAILURE' && rank === FINAL)).toBe(true);
    told.splice(0);
    await report(engine, attempt(undefined, { frames }), failed);
    expect(told.map(([id]) => id)).toEqual(expected);
    told.splice(0);
    await report(engine, attempt('a', { frames }), succeeded);
    expect(told).toEqual([['a', 'SUCCESS', 1]]);
  });

  it('comes back while the cloud refuses to read its value', async () => {
    const { engine, told } = reportBench(({ payloads }) => ({
      payloads: overriding(payloads, { getValue: () => Promise.reject(new ServiceUnavailable('busy')) }),
    }));
    const stored = { ...succeeded, value: { ref: 'table:W/t' } };
    await expect(report(engine, attempt('a'), stored)).rejects.toThrow('busy');
    expect(told).toEqual([]);
  });

  it('is not reported without a table of results', async () => {
    const { engine } = makeBench();
    await expect(report(engine, attempt('a', { frames: [steps(task('b'))] }), failed)).resolves.toBeUndefined();
  });
});

describe('a group that replaces a task of Celery', () => {
  it.each([
    ['its values once it has succeeded', succeeded, [['a', 'SUCCESS', FINAL]]],
    ['nothing of its failure, which the member reports', failed, []],
    ['nothing while it has not ended', undefined, []],
  ])('reports %s', async (_, outcome, expected) => {
    const { engine, told } = reportBench();
    await reportSettled(engine, 'a', outcome);
    expect(told).toEqual(expected);
  });
});

describe('a plan that cannot be sent', () => {
  const error = new NotRegistered('Cannot run add: no function has it.', { task: 'add' });
  const sig: Plan = { seq: [task('a'), task(), { par: [task('b')] }] };
  const draft = {
    ...attempt(undefined, { frames: [steps(task('c')), join({ celeryId: 'body' })] }),
    kind: 'expand',
    sig,
  } as const;

  it('fails each of its ids, and those of all that waits for it', async () => {
    const { engine, told } = reportBench();
    await reportUnsendable(engine, draft, error);
    expect(told).toEqual(['a', 'b', 'c', 'body'].map((id) => [id, 'FAILURE', FINAL]));
  });

  it('is not reported if it only revokes, or without a table of results', async () => {
    const { engine, told } = reportBench();
    const { sig: _, ...rest } = draft;
    await reportUnsendable(engine, { ...rest, kind: 'revoke' }, error);
    expect(told).toEqual([]);
    const blind: Engine = Object.create(engine, { celery: { value: undefined } });
    await expect(reportUnsendable(blind, draft, error)).resolves.toBeUndefined();
  });
});

describe('a message of Celery', () => {
  it.each([
    [
      { root_id: 'r', parent_id: 'p' },
      { root: 'r', parent: 'p' },
    ],
    [{ root_id: 'a', parent_id: null }, {}],
    [{ root_id: 7, parent_id: 8 }, {}],
  ])('with the headers %o has the lineage %o', async (headers, lineage) => {
    const { engine } = reportBench();
    const message = await importCelery(engine, deliveryOf(celeryText({ id: 'a', args: [1, 2], headers })));
    expect(message).toMatchObject({ mid: 'sqs-1', id: 'a', ...lineage });
    for (const key of ['root', 'parent']) if (!(key in lineage)) expect(message).not.toHaveProperty(key);
    expect(message).not.toHaveProperty('again');
  });

  it('with as many steps as take blocks is a canvas that loads its first step, and gives the same one again', async () => {
    const { engine } = reportBench();
    const chain = Array.from({ length: 300 }, (_, i) => celerySignature('add', { task_id: `s${i}` }, ['x'.repeat(50)]));
    const delivery = deliveryOf(celeryText({ id: 'a', args: [1, 2], embed: { chain } }), { sentAt: 1_800_000_000_000 });
    const message = await importCelery(engine, delivery);
    expect(message).toMatchObject({ kind: 'expand', mid: 'sqs-1', id: 's0' });
    expect(await importCelery(engine, delivery)).toEqual(message);
  });

  it('that cannot be read fails its id, if it has one', async () => {
    const { engine, told } = reportBench();
    const envelope = { 'content-type': 'application/x-python-serialize' };
    await expect(importCelery(engine, deliveryOf(celeryText({ id: 'a', envelope })))).rejects.toThrow('Cannot');
    expect(told).toEqual([['a', 'FAILURE', FINAL]]);
    const nameless = { ...envelope, headers: { task: 'add' } };
    await expect(importCelery(engine, deliveryOf(celeryText({ envelope: nameless })))).rejects.toThrow('Cannot');
    expect(told).toHaveLength(1);
  });
});
