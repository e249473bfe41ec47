import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/core/protocol/address.ts';
import { stampKey } from '../../src/core/protocol/stamps.ts';
import type { DeadLetter, Records } from '../../src/ports/records.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface RecordsKit extends Closable {
  readonly records: Records;
}

const DAY = 86_400_000;

/** The contract of every adapter of Records. */
export function describeRecords(name: string, start: (clock: TestClock) => Promise<RecordsKit>): void {
  describe(`Records, ${name}`, () => {
    const clock = new TestClock();
    let kit: RecordsKit;
    let records: Records;

    beforeAll(async () => {
      kit = await start(clock);
      records = kit.records;
    });
    afterAll(() => kit.close());
    // Items that one test leaves, such as the gate, have expired when the next test begins.
    beforeEach(() => clock.sleep(10 * DAY));

    const until = (): number => clock.now() + DAY;
    const append = (key: string, at: number, nonce: string, text: string): Promise<void> =>
      records.appendLedger({ key, at, nonce, text, until: until() });
    const bury = (letter: DeadLetter): Promise<void> => records.bury({ letter, until: until() });
    const letter = (more: Partial<DeadLetter> = {}): DeadLetter => {
      const id = `${freshWorkflow()}.1~0`;
      return { at: clock.now(), id, reason: 'no reason', body: '{}', ...more };
    };
    const deadLetters = (since = clock.now() - 3 * DAY): Promise<readonly DeadLetter[]> =>
      records.deadLetters({ since, now: clock.now() });

    describe('progress', () => {
      it('getProgress() finds the last that putProgress() set when it was called twice', async () => {
        const address = addressOf(freshWorkflow());
        expect(await records.getProgress({ address })).toBeUndefined();
        await records.putProgress({ address, progress: { state: 'PROGRESS', meta: '1' }, until: until() });
        await records.putProgress({
          address,
          progress: { state: '', meta: JSON.stringify(UNUSUAL_TEXT) },
          until: until(),
        });
        expect(await records.getProgress({ address })).toEqual({ state: '', meta: JSON.stringify(UNUSUAL_TEXT) });
      });

      it('getProgress() finds the place that a task waits for, and not when a later call has none', async () => {
        const address = addressOf(freshWorkflow());
        const progress = { state: '', meta: 'null', attempt: 2 };
        const waits = { key: UNUSUAL_TEXT, since: clock.now() };
        await records.putProgress({ address, progress: { ...progress, waits }, until: until() });
        expect(await records.getProgress({ address })).toEqual({ ...progress, waits });
        await records.putProgress({ address, progress, until: until() });
        expect(await records.getProgress({ address })).toEqual(progress);
      });

      it('putProgress() keeps tasks apart when they are neighbours', async () => {
        const workflow = freshWorkflow();
        const addresses = ['', '.0', '~0', '~1', '~1.0', '!1~1'].map((end) => addressOf(`${workflow}${end}`));
        await Promise.all(
          addresses.map((address) =>
            records.putProgress({ address, progress: { state: 'AT', meta: address.id }, until: until() }),
          ),
        );
        const found = await Promise.all(addresses.map((address) => records.getProgress({ address })));
        expect(found.map((progress) => progress?.meta)).toEqual(addresses.map(({ id }) => id));
      });

      it('getProgress() passes over what is there when its time is over', async () => {
        const address = addressOf(freshWorkflow());
        await records.putProgress({ address, progress: { state: 'PROGRESS', meta: '1' }, until: until() });
        await clock.sleep(2 * DAY);
        expect(await records.getProgress({ address })).toBeUndefined();
      });
    });

    describe('ledger', () => {
      it('readLedger() finds what was appended in order of time, and of nonce within a millisecond', async () => {
        const key = `a key / with ${UNUSUAL_TEXT.replace('\u0000', '')} ${freshWorkflow()}`;
        const now = clock.now();
        await append(key, now + 1000, 'a', 'fourth');
        await append(key, now, 'b', 'second');
        await append(key, now, 'a', 'first');
        await append(key, now + 5, 'c', 'third');
        expect(await records.readLedger({ key })).toEqual(['first', 'second', 'third', 'fourth']);
      });

      it('append() adds one more when the same text is appended again', async () => {
        const key = freshWorkflow();
        await append(key, clock.now(), 'a', '"x"');
        await append(key, clock.now(), 'b', '"x"');
        expect(await records.readLedger({ key })).toEqual(['"x"', '"x"']);
        expect(await records.readLedger({ key: `${key}2` })).toEqual([]);
      });

      it('readLedger() finds everything when it is more than one page', async () => {
        const key = freshWorkflow();
        const texts = Array.from({ length: 8 }, (_, i) => `${i}`.repeat(200_000));
        await Promise.all(texts.map((text, i) => append(key, clock.now() + i, 'a', text)));
        expect(await records.readLedger({ key })).toEqual(texts);
      });
    });

    describe('revocations', () => {
      it('revoke() marks its scope and raises the gate', async () => {
        const workflow = freshWorkflow();
        expect((await records.gate()).upUntil).toBe(0);
        await records.revoke({ scope: `${workflow}.1`, until: until(), gateUntil: until() });
        await records.revoke({ scope: workflow, until: until(), gateUntil: until() });
        expect((await records.gate()).upUntil).toBe(until());
        expect((await records.revoked({ workflows: [workflow] })).toSorted()).toEqual([workflow, `${workflow}.1`]);
      });

      it('revoke() changes nothing when it is called twice', async () => {
        const workflow = freshWorkflow();
        await records.revoke({ scope: workflow, until: until(), gateUntil: until() });
        await records.revoke({ scope: workflow, until: until(), gateUntil: until() });
        expect(await records.revoked({ workflows: [workflow, workflow] })).toEqual([workflow]);
      });

      it('revoke() leaves a mark that stands for longer', async () => {
        const workflow = freshWorkflow();
        const long = clock.now() + 3 * DAY;
        await records.revoke({ scope: workflow, until: long, gateUntil: long });
        await records.revoke({ scope: workflow, until: until(), gateUntil: until() });
        await clock.sleep(2 * DAY);
        expect(await records.revoked({ workflows: [workflow] })).toEqual([workflow]);
      });

      it('revoke() leaves the gate up for longer when it is', async () => {
        const [long, short] = [clock.now() + 2 * DAY, clock.now() + DAY];
        await records.revoke({ scope: freshWorkflow(), until: long, gateUntil: long });
        await records.revoke({ scope: freshWorkflow(), until: short, gateUntil: short });
        expect((await records.gate()).upUntil).toBe(long);
      });

      it('revoke() leaves its mark when the gate has come down', async () => {
        const workflow = freshWorkflow();
        await records.revoke({ scope: workflow, until: clock.now() + 3 * DAY, gateUntil: clock.now() + DAY });
        await clock.sleep(2 * DAY);
        expect((await records.gate()).upUntil).toBe(0);
        expect(await records.revoked({ workflows: [workflow] })).toEqual([workflow]);
      });

      it('revoked() finds the scopes of all workflows it is asked for and of no other', async () => {
        const workflows = Array.from({ length: 30 }, freshWorkflow);
        await Promise.all(
          workflows.map((workflow) =>
            records.revoke({ scope: `${workflow}~2!1.0`, until: until(), gateUntil: until() }),
          ),
        );
        const asked = workflows.slice(0, 20);
        const scopes = await records.revoked({ workflows: [...asked, freshWorkflow()] });
        expect(scopes.toSorted()).toEqual(asked.map((workflow) => `${workflow}~2!1.0`).toSorted());
      });

      it('revoked() finds the key of a stamp, whatever its value is', async () => {
        const keys = ['a~b.c!d^e', '\ud800 ü "/', 42, null].map((value) => stampKey('customer', value) ?? '');
        await Promise.all(keys.map((scope) => records.revoke({ scope, until: until(), gateUntil: until() })));
        expect((await records.revoked({ workflows: keys })).toSorted()).toEqual(keys.toSorted());
        const others = [stampKey('customer', '42') ?? '', stampKey('client', 42) ?? ''];
        expect(await records.revoked({ workflows: others })).toEqual([]);
      });

      it('setRate() sets and removes the limit of one task, beside the gate', async () => {
        const names = ['a.b', 'ü "r:"', 'g', 'x'].map((name) => `${name}${freshWorkflow()}`);
        const [first = '', second = ''] = names;
        for (const task of names) await records.setRate({ task, limit: '10/m' });
        await records.setRate({ task: first, limit: '5/s' });
        await records.setRate({ task: second, limit: null });
        await records.setRate({ task: second, limit: null });
        await records.revoke({ scope: freshWorkflow(), until: until(), gateUntil: until() });
        await clock.sleep(4 * DAY);
        const { rates, upUntil } = await records.gate();
        expect(upUntil).toBe(0);
        expect(names.map((task) => rates[task])).toEqual(['5/s', undefined, '10/m', '10/m']);
      });

      it('purge() sets the time of a task or of a queue, beside each other, and the later one stands', async () => {
        const name = `ü "t:" .#${freshWorkflow()}`;
        const other = `q${freshWorkflow()}`;
        await records.setRate({ task: name, limit: '10/m' });
        await records.purge({ task: name, before: 1000 });
        await records.purge({ task: name, before: 3000 });
        await records.purge({ task: name, before: 2000 });
        await records.purge({ queue: name, before: 500 });
        await records.purge({ queue: name, before: 500 });
        await records.purge({ queue: other, before: 700 });
        // It stands for good: messages may be held for any time.
        await clock.sleep(400 * DAY);
        const { rates, purges, upUntil } = await records.gate();
        expect(upUntil).toBe(0);
        expect(rates[name]).toBe('10/m');
        expect([purges.tasks[name], purges.tasks[other]]).toEqual([3000, undefined]);
        expect([purges.queues[name], purges.queues[other]]).toEqual([500, 700]);
      });

      it('gate() and revoked() find nothing when their time is over', async () => {
        const workflow = freshWorkflow();
        await records.revoke({ scope: workflow, until: until(), gateUntil: until() });
        await clock.sleep(2 * DAY);
        expect((await records.gate()).upUntil).toBe(0);
        expect(await records.revoked({ workflows: [workflow] })).toEqual([]);
      });
    });

    describe('submissions', () => {
      /** Notes a submission of a canvas with this digest under a key, to start a workflow. */
      const open = async (key: string, digest = 'd', workflow = `${key}-of-it`): Promise<string> => {
        const { state, workflow: standing } = await records.openSubmission({ key, workflow, digest, until: until() });
        expect(standing).toBe(`${key}-of-it`);
        return state;
      };

      it('openSubmission() answers with what stands when it is called again, and the workflow of the first call', async () => {
        const key = freshWorkflow();
        expect(await open(key)).toBe('new');
        expect(await open(key, 'd', freshWorkflow())).toBe('unsent');
        await records.closeSubmission({ key, workflow: `${key}-of-it` });
        await records.closeSubmission({ key, workflow: `${key}-of-it` });
        expect(await open(key, 'd', freshWorkflow())).toBe('sent');
      });

      it('openSubmission() answers other when something else is submitted under the key', async () => {
        const key = freshWorkflow();
        await open(key);
        expect(await open(key, 'e', freshWorkflow())).toBe('other');
        await records.closeSubmission({ key, workflow: `${key}-of-it` });
        expect(await open(key, 'e', freshWorkflow())).toBe('other');
        expect(await open(key)).toBe('sent');
      });

      it('openSubmission() notes a workflow under its own id', async () => {
        const workflow = freshWorkflow();
        const note = { key: workflow, workflow, digest: 'd', until: until() };
        expect(await records.openSubmission(note)).toEqual({ state: 'new', workflow });
        expect(await records.openSubmission(note)).toEqual({ state: 'unsent', workflow });
      });

      it('openSubmission() answers new to one caller alone when many race, and all with its workflow', async () => {
        const key = freshWorkflow();
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, i) =>
            records.openSubmission({ key, workflow: `${key}-${i}`, digest: 'd', until: until() }),
          ),
        );
        expect(answers.map(({ state }) => state).toSorted()).toEqual(['new', ...Array(9).fill('unsent')]);
        expect(new Set(answers.map(({ workflow }) => workflow)).size).toBe(1);
      });

      it('openSubmission() answers new when the time of an earlier one is over, for another workflow', async () => {
        const key = freshWorkflow();
        await open(key);
        await records.closeSubmission({ key, workflow: `${key}-of-it` });
        await clock.sleep(2 * DAY);
        const workflow = freshWorkflow();
        const note = { key, workflow, digest: 'e', until: until() };
        expect(await records.openSubmission(note)).toEqual({ state: 'new', workflow });
      });

      it('closeSubmission() makes no item if there is none', async () => {
        const key = freshWorkflow();
        await records.closeSubmission({ key, workflow: `${key}-of-it` });
        expect(await open(key)).toBe('new');
      });

      it('closeSubmission() closes the submission of its own workflow, and of no other', async () => {
        const key = freshWorkflow();
        const first = { key, workflow: 'a', digest: 'd', until: clock.now() + 1000, message: 'm' };
        const second = { ...first, workflow: 'b', until: clock.now() + 60_000 };
        await records.openSubmission(first);
        await clock.sleep(1000);
        expect(await records.openSubmission(second)).toMatchObject({ state: 'new', workflow: 'b' });
        for (const workflow of ['a', key]) await records.closeSubmission({ key, workflow });
        expect(await records.openSubmission(second)).toMatchObject({ state: 'unsent', workflow: 'b' });
        await records.closeSubmission({ key, workflow: 'b' });
        expect(await records.openSubmission(second)).toMatchObject({ state: 'sent', workflow: 'b' });

        const workflow = freshWorkflow();
        const own = { key: workflow, workflow, digest: 'd', until: until() };
        await records.openSubmission(own);
        await records.closeSubmission({ key: workflow, workflow: freshWorkflow() });
        expect((await records.openSubmission(own)).state).toBe('unsent');
        await records.closeSubmission({ key: workflow, workflow });
        expect((await records.openSubmission(own)).state).toBe('sent');
      });

      it('cancelSubmission() frees the key of what was not sent, and of nothing else', async () => {
        for (const key of [freshWorkflow(), freshWorkflow()]) {
          const workflow = `${key}-of-it`;
          await records.cancelSubmission({ key, workflow });
          await open(key);
          await records.cancelSubmission({ key, workflow: key });
          await records.cancelSubmission({ key, workflow: freshWorkflow() });
          expect(await open(key, 'e')).toBe('other');
          await records.cancelSubmission({ key, workflow });
          await records.cancelSubmission({ key, workflow });
          expect(await open(key, 'e')).toBe('new');
          await records.closeSubmission({ key, workflow });
          await records.cancelSubmission({ key, workflow });
          expect(await open(key, 'e')).toBe('sent');
        }
        const workflow = freshWorkflow();
        const note = { key: workflow, workflow, digest: 'd', until: until() };
        await records.openSubmission(note);
        await records.cancelSubmission({ key: workflow, workflow: freshWorkflow() });
        expect(await records.openSubmission(note)).toEqual({ state: 'unsent', workflow });
        await records.cancelSubmission({ key: workflow, workflow });
        expect(await records.openSubmission({ ...note, digest: 'e' })).toEqual({ state: 'new', workflow });
      });

      it('openSubmission() keeps a message, which submission() returns until its millisecond', async () => {
        const key = `$throttle/${freshWorkflow()}`;
        const ends = clock.now() + 1500;
        const note = { key, workflow: 'w', digest: 'd', until: ends, message: UNUSUAL_TEXT };
        expect(await records.submission({ key })).toBeUndefined();
        expect(await records.openSubmission(note)).toMatchObject({ state: 'new', workflow: 'w' });
        const standing = { workflow: 'w', message: UNUSUAL_TEXT };
        expect(await records.openSubmission({ ...note, workflow: 'v', message: 'other' })).toEqual({
          state: 'unsent',
          ...standing,
        });
        expect(await records.submission({ key })).toEqual({ state: 'unsent', ...standing });
        await records.closeSubmission({ key, workflow: 'w' });
        expect(await records.submission({ key })).toEqual({ state: 'sent', ...standing });
        await clock.sleep(1499);
        expect(await records.openSubmission({ ...note, workflow: 'v' })).toMatchObject({
          state: 'sent',
          workflow: 'w',
        });
        await clock.sleep(1);
        expect(await records.submission({ key })).toBeUndefined();
        expect(await records.openSubmission({ ...note, workflow: 'v', until: ends + 5000 })).toMatchObject({
          state: 'new',
          workflow: 'v',
        });
      });
    });

    describe('rate', () => {
      const reserve = (task: string, slots: number, now: number): Promise<number> =>
        records.reserve({ task, slots, intervalMs: 100, now });

      it('reserve() answers now when nothing is reserved beyond it', async () => {
        const task = freshWorkflow();
        expect(await reserve(task, 3, 1_000_000)).toBe(1_000_000);
        expect(await reserve(task, 1, 1_000_300)).toBe(1_000_300);
        expect(await reserve(task, 1, 9_000_000)).toBe(9_000_000);
      });

      it('reserve() answers with the next free slot when others are reserved', async () => {
        const task = freshWorkflow();
        await reserve(task, 3, 1_000_000);
        expect(await reserve(task, 2, 1_000_050)).toBe(1_000_300);
        expect(await reserve(task, 1, 1_000_499)).toBe(1_000_500);
      });

      it('reserve() keeps tasks apart', async () => {
        const task = freshWorkflow();
        await reserve(task, 5, 1_000_000);
        expect(await reserve(`${task}2`, 1, 1_000_000)).toBe(1_000_000);
      });

      it('reserve() gives no slot twice when many race', async () => {
        const task = freshWorkflow();
        const firsts = await Promise.all(Array.from({ length: 20 }, (_, i) => reserve(task, 2, 1_000_000 + i)));
        const sorted = firsts.toSorted((a, b) => a - b);
        expect(sorted[0]).toBeGreaterThanOrEqual(1_000_000);
        sorted.slice(1).forEach((first, i) => expect(first - (sorted[i] ?? 0)).toBeGreaterThanOrEqual(200));
        expect((sorted[19] ?? 0) - (sorted[0] ?? 0)).toBeLessThan(20 * 200 + 20);
      });
    });

    describe('dead letters', () => {
      it('deadLetters() finds what was buried in the days since, the oldest first', async () => {
        const letters = [-2 * DAY, -DAY, -5, 0].map((before) => letter({ at: clock.now() + before }));
        await Promise.all(letters.map(bury));
        await bury(letter({ at: clock.now() - 5 * DAY }));
        expect(await deadLetters()).toEqual(letters);
        expect(await deadLetters(clock.now() - 5)).toEqual(letters.slice(2));
      });

      it('bury() keeps one letter when it is called twice, and two when their ids differ', async () => {
        const one = letter({ id: 'a#b' });
        const two = { ...one, id: 'a#c' };
        await bury(one);
        await bury(one);
        await bury(two);
        expect(await deadLetters()).toEqual([one, two]);
      });

      it('bury() keeps a letter as it is when it is unusual or large', async () => {
        const one = letter({ reason: UNUSUAL_TEXT, body: '{"x":"é'.repeat(15_000), id: 'a', at: clock.now() - 1 });
        const two = letter({ reason: '', body: '' });
        await bury(one);
        await bury(two);
        expect(await deadLetters()).toEqual([one, two]);
      });

      it('deleteDeadLetter() removes a letter, and changes nothing when it is gone', async () => {
        const [one, two] = [letter({ id: 'a' }), letter({ id: 'b' })];
        await bury(one);
        await bury(two);
        await records.deleteDeadLetter({ letter: one });
        await records.deleteDeadLetter({ letter: one });
        expect(await deadLetters()).toEqual([two]);
      });

      it('deadLetters() passes over letters when their time is over', async () => {
        await bury(letter());
        await clock.sleep(2 * DAY);
        expect(await deadLetters()).toEqual([]);
      });
    });

    describe('results', () => {
      it('savedResult() finds the last text that saveResult() kept', async () => {
        const workflow = freshWorkflow();
        expect(await records.savedResult({ id: workflow })).toBeUndefined();
        await records.saveResult({ id: workflow, text: '["a"]', until: until() });
        await records.saveResult({ id: `${workflow}.1`, text: '["c"]', until: until() });
        await records.saveResult({ id: workflow, text: '["b"]', until: until() });
        expect(await records.savedResult({ id: workflow })).toBe('["b"]');
        expect(await records.savedResult({ id: `${workflow}.1` })).toBe('["c"]');
        await clock.sleep(2 * DAY);
        expect(await records.savedResult({ id: workflow })).toBeUndefined();
      });
    });
  });
}
