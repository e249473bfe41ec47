import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressOf } from '../../src/core/protocol/address.ts';
import type { Block } from '../../src/core/protocol/blocks.ts';
import { pointerOutside } from '../../src/core/protocol/pointers.ts';
import type { Payloads } from '../../src/ports/payloads.ts';
import type { Closable } from './support/emulators.ts';
import { freshWorkflow, UNUSUAL_TEXT } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

export interface PayloadsKit extends Closable {
  readonly payloads: Payloads;
}

const DAY = 86_400_000;

/** The contract of every adapter of Payloads. */
export function describePayloads(name: string, start: (clock: TestClock) => Promise<PayloadsKit>): void {
  describe(`Payloads, ${name}`, () => {
    const clock = new TestClock();
    let kit: PayloadsKit;
    let payloads: Payloads;

    beforeAll(async () => {
      kit = await start(clock);
      payloads = kit.payloads;
    });
    afterAll(() => kit.close());

    const put = (id: string, token: string, text: string): Promise<string> =>
      payloads.putValue({ address: addressOf(id), token, text, until: clock.now() + DAY });
    const putBlocks = (blocks: readonly Block[]): Promise<void> =>
      payloads.putBlocks({ blocks, until: clock.now() + DAY });

    it.each(Object.entries(TEXTS))('getValue() finds what putValue() kept when it is %s', async (_, text) => {
      const ref = await put(freshWorkflow(), 'token', text);
      expect(await payloads.getValue({ ref })).toBe(text);
    });

    it.each(IDS)('putValue() keeps the values of an id and its neighbours apart when it ends in "%s"', async (end) => {
      const workflow = freshWorkflow();
      const refs = await Promise.all(IDS.map((other) => put(`${workflow}${other}`, 'token', `of ${other}`)));
      expect(await payloads.getValue({ ref: refs[IDS.indexOf(end)] ?? '' })).toBe(`of ${end}`);
      expect(new Set(refs).size).toBe(IDS.length);
    });

    it.each([10, 9_000])('putValue() keeps both values when two deliveries race (%i characters)', async (length) => {
      const id = freshWorkflow();
      const texts = ['a'.repeat(length), 'b'.repeat(length)];
      const refs = await Promise.all(texts.map((text, i) => put(id, `token${i}`, text)));
      expect(await Promise.all(refs.map((ref) => payloads.getValue({ ref })))).toEqual(texts);
    });

    it.each(['short', 'long'.repeat(3000)])(
      'putValue() answers with a reference to the workflow of the id',
      async (text) => {
        const workflow = freshWorkflow();
        for (const id of [workflow, `${workflow}.1~3!2.0`, `${workflow}~9`]) {
          const ref = await put(id, 'token', text);
          expect(pointerOutside(workflow, { in: { ref } })).toBeUndefined();
          expect(pointerOutside('other', { in: { ref } })).toBe(ref);
        }
      },
    );

    it('putValue() answers with the same reference when one delivery calls it twice', async () => {
      const id = freshWorkflow();
      const refs = [await put(id, 'token', 'same'), await put(id, 'token', 'same')];
      expect(refs[0]).toBe(refs[1]);
      expect(await payloads.getValue({ ref: refs[0] ?? '' })).toBe('same');
    });

    it.each(['W', 'W.1~3!2.0', 'W~9'])(
      'getValue() throws UnknownResult with the id when the value of %s is removed',
      async (end) => {
        const id = end.replace('W', freshWorkflow());
        for (const text of ['short', 'long'.repeat(3000)]) {
          const ref = await put(id, 'token', text);
          await payloads.removeValue({ ref });
          await payloads.removeValue({ ref });
          await expect(payloads.getValue({ ref })).rejects.toMatchObject({
            code: 'CHORDAL_UNKNOWN_RESULT',
            taskId: id,
          });
        }
      },
    );

    it('getValue() throws UnknownResult when the time of the value is over', async () => {
      const ref = await put(freshWorkflow(), 'token', 'short');
      await clock.sleep(2 * DAY);
      await expect(payloads.getValue({ ref })).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT' });
    });

    it.each(['table', 'bucket'])(
      'getBlock() finds what putBlocks() kept when its key begins with %s',
      async (where) => {
        const workflow = freshWorkflow();
        const keys = ['/0', '/1', '!1/0', '.1~3!2/0', '~1/0', '~1/10'].map((end) => `${where}:${workflow}${end}`);
        await putBlocks(keys.map((key) => ({ key, text: `[${JSON.stringify(UNUSUAL_TEXT + key)}]` })));
        const texts = await Promise.all(keys.map((key) => payloads.getBlock({ key })));
        expect(texts).toEqual(keys.map((key) => `[${JSON.stringify(UNUSUAL_TEXT + key)}]`));
      },
    );

    it('putBlocks() keeps the same text when it is called twice', async () => {
      const key = `table:${freshWorkflow()}/0`;
      await putBlocks([{ key, text: '[1]' }]);
      await putBlocks([{ key, text: '[1]' }]);
      expect(await payloads.getBlock({ key })).toBe('[1]');
    });

    it.each(['table', 'bucket'])(
      'getBlock() throws UnknownResult with the id when there is no block in the %s',
      async (where) => {
        const id = `${freshWorkflow()}.1!2`;
        const asked = payloads.getBlock({ key: `${where}:${id}/0` });
        await expect(asked).rejects.toMatchObject({ code: 'CHORDAL_UNKNOWN_RESULT', taskId: id });
      },
    );
  });
}

// --- internal ---

const TEXTS = {
  'a short text': '{"a":1}',
  'an unusual text': JSON.stringify(UNUSUAL_TEXT),
  '1 KB': JSON.stringify('é'.repeat(511)),
  '8 KB': 'x'.repeat(8192),
  '9 KB': JSON.stringify('漢'.repeat(3000)),
  '300 KB': JSON.stringify('x🜂'.repeat(60_000)),
  '1 MB': JSON.stringify('x'.repeat(1_000_000)),
};

const IDS = ['', '.0', '.1~3.0', '!1~0', '~0', '~1', '~1.0', '~1~0', '^0'];
