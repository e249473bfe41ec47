import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/core/protocol/message-codec.ts';
import type { Broker, Deliveries, Outgoing, Receipt } from '../../src/ports/broker.ts';
import type { Closable } from './support/emulators.ts';
import { UNUSUAL_TEXT } from './support/ids.ts';

/** A message as a consumer sees it. */
export interface Arrival {
  readonly body: string;
  readonly receipt: Receipt;
}

export interface BrokerKit extends Closable {
  readonly broker: Broker;
  readonly deliveries: Deliveries;
  /** Makes a queue that no other test uses, and answers with its name. */
  readonly newQueue: () => Promise<string>;
  /** Takes all messages that are there to be received now. */
  readonly receive: (queue: string) => Promise<readonly Arrival[]>;
  /** The messages in the dead-letter queue. */
  readonly dead: () => Promise<readonly { readonly body: string; readonly reason: string }[]>;
}

/** The contract of every adapter of Broker and Deliveries. */
export function describeBroker(name: string, start: () => Promise<BrokerKit>): void {
  describe(`Broker and Deliveries, ${name}`, () => {
    let kit: BrokerKit;
    let queue: string;

    beforeAll(async () => {
      kit = await start();
    });
    afterAll(() => kit.close());
    beforeEach(async () => {
      queue = await kit.newQueue();
    });

    const message = (body: string, more: Partial<Outgoing> = {}): Outgoing => ({
      queue,
      body,
      delaySeconds: 0,
      ...more,
    });
    const bodies = async (from = queue): Promise<readonly string[]> =>
      (await kit.receive(from)).map(({ body }) => body).toSorted();
    const numbered = (count: number, length: number): readonly string[] =>
      Array.from({ length: count }, (_, i) => JSON.stringify(`${i}`.padStart(3, '0').padEnd(length, 'x')));

    it('send() puts all messages on their queues', async () => {
      const other = await kit.newQueue();
      const messages = numbered(25, 5).map((body, i) => message(body, i % 3 === 0 ? { queue: other } : {}));
      await kit.broker.send({ messages });
      expect(await bodies()).toEqual(messages.filter((one) => one.queue === queue).map(({ body }) => body));
      expect(await bodies(other)).toEqual(messages.filter((one) => one.queue === other).map(({ body }) => body));
    });

    it('send() puts 25 messages on their queue when their sizes are mixed and up to 300 KB', async () => {
      const sent = numbered(25, 0).map((body, i) => JSON.stringify([body, 'é'.repeat(i % 3 === 0 ? 150_000 : 10)]));
      await kit.broker.send({ messages: sent.map((body) => message(body)) });
      expect(await bodies()).toEqual(sent.toSorted());
    });

    it('send() takes a message when it is as large as a batch may be', async () => {
      const sent = [`"${'x'.repeat(1024 * 1024 - 2)}"`, '"small"'];
      await kit.broker.send({ messages: sent.map((body) => message(body)) });
      expect((await bodies()).map(({ length }) => length)).toEqual([7, 1024 * 1024]);
    });

    it('send() keeps the meaning of an encoded message when its text is unusual', async () => {
      const sig = { task: 'echo', args: [UNUSUAL_TEXT] };
      const place = { mid: 'abcdefghijklmnop', id: 'W', base: 'W', try: 0, frames: [], depth: 0, until: 0 };
      await kit.broker.send({ messages: [message(encodeMessage({ kind: 'run', ...place, sig }))] });
      const [body = ''] = await bodies();
      expect(JSON.parse(body)).toMatchObject({ sig });
    });

    it('send() does nothing when there are no messages', async () => {
      await kit.broker.send({ messages: [] });
      expect(await bodies()).toEqual([]);
    });

    it('send() sends again when it is called twice', async () => {
      await kit.broker.send({ messages: [message('"a"')] });
      await kit.broker.send({ messages: [message('"a"')] });
      expect(await bodies()).toEqual(['"a"', '"a"']);
    });

    it('send() keeps a message back when it has a delay', async () => {
      await kit.broker.send({ messages: [message('"later"', { delaySeconds: 900 }), message('"now"')] });
      expect(await bodies()).toEqual(['"now"']);
    });

    it('send() takes messages of tenants', async () => {
      const messages = ['a', 'b', 'a'].map((tenant, i) => message(`"${i}"`, { tenant, delaySeconds: 0 }));
      await kit.broker.send({ messages });
      expect(await bodies()).toEqual(['"0"', '"1"', '"2"']);
    });

    it('deadLetter() puts a body on the dead-letter queue with its reason, as often as it is called', async () => {
      const letter = { body: 'no JSON', reason: `because ${JSON.stringify(UNUSUAL_TEXT)}`.replace('\uFFFF', '') };
      await kit.broker.deadLetter(letter);
      await kit.broker.deadLetter(letter);
      expect(await kit.dead()).toEqual([letter, letter]);
    });

    it('finish() deletes messages, and changes nothing when they are gone', async () => {
      await kit.broker.send({ messages: numbered(12, 5).map((body) => message(body)) });
      const receipts = (await kit.receive(queue)).map(({ receipt }) => receipt);
      await kit.deliveries.finish({ receipts });
      await kit.deliveries.finish({ receipts });
      await kit.deliveries.release({ receipts, seconds: 0 });
      expect(receipts).toHaveLength(12);
      expect(await bodies()).toEqual([]);
    });

    it('release() lets messages come back at once when it is for no time', async () => {
      const sent = numbered(12, 5);
      await kit.broker.send({ messages: sent.map((body) => message(body)) });
      const receipts = (await kit.receive(queue)).map(({ receipt }) => receipt);
      await kit.deliveries.release({ receipts, seconds: 0 });
      expect(await bodies()).toEqual(sent);
    });

    it('release() keeps messages back when it is for some time', async () => {
      await kit.broker.send({ messages: [message('"a"')] });
      const receipts = (await kit.receive(queue)).map(({ receipt }) => receipt);
      await kit.deliveries.release({ receipts, seconds: 43_200 });
      expect(await bodies()).toEqual([]);
    });
  });
}
