import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/core/protocol/address.ts';
import { mergedFootprint } from '../../src/core/protocol/footprint.ts';
import type { Footprint } from '../../src/core/protocol/footprint.ts';
import type { Result, Rerun } from '../../src/core/protocol/outcome.ts';
import type { Broker, Scheduler } from '../../src/ports/broker.ts';
import type { Journal } from '../../src/ports/journal.ts';
import type { Outcomes } from '../../src/ports/outcomes.ts';
import type { Payloads } from '../../src/ports/payloads.ts';
import type { Records } from '../../src/ports/records.ts';
import type { Survey } from '../../src/ports/survey.ts';
import type { Windows } from '../../src/ports/windows.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface SurveyKit extends Closable {
  readonly survey: Survey;
  readonly outcomes: Outcomes;
  readonly payloads: Payloads;
  readonly records: Records;
  readonly windows: Windows;
  readonly journal: Journal;
  readonly broker: Broker;
  readonly scheduler: Scheduler;
  /** A queue of the app. */
  readonly queue: string;
  /** Takes one message, and keeps it. */
  readonly takeOne: () => Promise<void>;
}

const DAY = 86_400_000;

/** The contract of every adapter of Survey. */
export function describeSurvey(name: string, start: (clock: TestClock) => Promise<SurveyKit>): void {
  describe(`Survey, ${name}`, () => {
    const clock = new TestClock();
    let kit: SurveyKit;
    let w: string;

    beforeAll(async () => {
      kit = await start(clock);
    });
    afterAll(() => kit.close());
    beforeEach(() => {
      w = freshWorkflow();
    });

    const by = { mid: 'm', token: 't' };
    const until = clock.now() + DAY;
    const decide = async (
      id: string,
      decision: Result | (Rerun & { readonly attempt: number }) = SUCCESS,
    ): Promise<void> => void (await kit.outcomes.commit({ address: addressOf(id), attempt: 0, decision, by, until }));
    const begin = async (id: string): Promise<void> =>
      void (await kit.outcomes.countStart({ address: addressOf(id), attempt: 0, token: 't', until }));
    const kept = async (workflow?: string): Promise<ReadonlyMap<string, Footprint>> => {
      const traces = new Map<string, Footprint>();
      for await (const trace of kit.survey.footprints({ workflow }))
        traces.set(trace.id, mergedFootprint(traces.get(trace.id), trace));
      return traces;
    };
    const trace = (id: string, more: Partial<Footprint> = {}): [string, Footprint] => [
      id,
      { id, isEnded: false, isBegun: false, until, ...more },
    ];

    it('footprints() finds tasks and members with what they have decided, without their values', async () => {
      await decide(`${w}.0`);
      await decide(`${w}.1~9`, { state: 'FAILURE', value: { inline: 'no' } });
      await decide(`${w}.1~130.0`, { kind: 'retry', notBefore: 5, attempt: 1 });
      await decide(`${w}.1~10`, { kind: 'replace', plan: { inline: {} }, attempt: 1 });
      await begin(`${w}.1~10`);
      await begin(`${w}.1~12`);
      expect(await kept(w)).toEqual(
        new Map([
          trace(`${w}.0`, { isEnded: true }),
          trace(`${w}.1~9`, { isEnded: true }),
          trace(`${w}.1~10`, { next: { kind: 'replace', attempt: 1 } }),
          trace(`${w}.1~12`, { isBegun: true }),
          trace(`${w}.1~130.0`, { next: { kind: 'retry', attempt: 1 } }),
        ]),
      );
    });

    it('footprints() finds what is claimed, and not a start that was taken back', async () => {
      const claim = { attempt: 0, by, claimedUntil: until, until };
      await kit.outcomes.claim({ address: addressOf(`${w}.0`), ...claim });
      await begin(`${w}.1`);
      await kit.outcomes.uncountStart({ address: addressOf(`${w}.1`), token: 't' });
      expect(await kept(w)).toEqual(new Map([trace(`${w}.0`, { isBegun: true })]));
    });

    it('footprints() finds what a submission and a running task have kept', async () => {
      await kit.records.openSubmission({ key: freshWorkflow(), workflow: w, digest: 'd', until });
      expect(await kept(w)).toEqual(new Map([trace(w)]));
      const named = freshWorkflow();
      await kit.records.openSubmission({ key: named, workflow: named, digest: 'd', until });
      expect(await kept(named)).toEqual(new Map([trace(named)]));
      const debounced = freshWorkflow();
      const window = { number: 0, workflow: debounced, calls: 1, openedAt: 0, due: 0, message: '', isAwaited: false };
      await kit.windows.put({ key: freshWorkflow(), window: { ...window, isClosed: false }, until });
      expect(await kept(debounced)).toEqual(new Map([trace(debounced)]));
      const other = freshWorkflow();
      await kit.payloads.putBlocks({ blocks: [{ key: `table:${other}.1!1/3`, text: '[]' }], until });
      const progress = { state: 'HALF', meta: '1' };
      await kit.records.putProgress({ address: addressOf(`${other}.1~3`), progress, until });
      await kit.records.putProgress({ address: addressOf(`${other}.1~3.0`), progress, until });
      expect(await kept(other)).toEqual(new Map([trace(other), trace(`${other}.1~3`), trace(`${other}.1~3.0`)]));
    });

    it('footprints() finds a workflow that is listed and has not begun, and not that it has failed', async () => {
      const entry = { at: clock.now(), id: w, app: 'shop', shape: 'add' };
      await kit.journal.noteSubmission({ entry, until });
      await kit.journal.noteFailure({ mark: { at: clock.now(), id: `${w}x` }, until });
      const all = await kept();
      expect([all.get(w), all.get(`${w}x`)]).toEqual([trace(w)[1], undefined]);
    });

    it('footprints() passes over what is no trace of a workflow', async () => {
      await kit.payloads.putValue({ address: addressOf(w), token: 't', text: '1', until });
      await kit.records.appendLedger({ key: w, at: 1, nonce: 'n', text: '1', until });
      await kit.records.revoke({ scope: w, until, gateUntil: until });
      await kit.records.saveResult({ id: w, text: '[]', until });
      await kit.outcomes.climb({
        join: w,
        rung: { level: 0, node: 0, child: 0, children: 2 },
        mid: 'm',
        failed: false,
        until,
      });
      expect(await kept(w)).toEqual(new Map());
    });

    it('footprints() tells workflows apart when the name of one begins with that of another, and finds all when none is named', async () => {
      await decide(w);
      await decide(`${w}2`);
      await decide(`${w}.0`);
      expect([...(await kept(w)).keys()].toSorted()).toEqual([w, `${w}.0`]);
      const all = await kept();
      for (const id of [w, `${w}2`, `${w}.0`]) expect(all.has(id)).toBe(true);
    });

    it('footprints() finds everything when there is much of it', async () => {
      const ids = Array.from({ length: 600 }, (_, i) => `${w}~${i}`);
      // Each of 3 KB: a page holds 1 MB.
      await Promise.all(ids.map((id) => decide(id, { state: 'SUCCESS', value: { inline: 'x'.repeat(3000) } })));
      expect([...(await kept(w)).keys()].toSorted()).toEqual(ids.toSorted());
    });

    it('inFlight() tells what can be taken from what is taken, delayed, dead and scheduled', async () => {
      const { survey, broker, queue } = kit;
      expect(await survey.inFlight()).toEqual({ visible: 0, hidden: 0, delayed: 0, dead: 0, scheduled: 0 });
      const message = { queue, body: '1', delaySeconds: 0 };
      await broker.send({ messages: [message, message, message, { ...message, delaySeconds: 900 }] });
      await broker.deadLetter({ body: '1', reason: 'none' });
      await kit.takeOne();
      const schedule = { name: freshWorkflow(), at: Date.now() + 90 * DAY, queue, body: '1' };
      await kit.scheduler.schedule(schedule);
      await kit.scheduler.schedule(schedule);
      expect(await survey.inFlight()).toEqual({ visible: 2, hidden: 1, delayed: 1, dead: 1, scheduled: 1 });
    });

    it('footprints() passes over what has lived its time', async () => {
      await decide(w);
      await clock.sleep(2 * DAY);
      expect(await kept(w)).toEqual(new Map());
    });
  });
}

// --- internal ---

const SUCCESS: Result = { state: 'SUCCESS', value: { inline: 1 } };
