import { describe, expect, it } from 'vitest';
import { begunAgain, forwarded } from '../../../../src/core/protocol/forward.ts';
import { messageOf } from '../../worker/bench.ts';

describe('begunAgain()', () => {
  it.each([
    ['the first sending that it names', { sent: 1000 }, 2000, 1000],
    ['its own sending', {}, 2000, 2000],
    ['the decision before a step that had no message', {}, undefined, 3000],
  ])('marks the message, which is as old as %s', (_, more, sentAt, sent) => {
    const message = messageOf('work', more);
    expect(begunAgain({ message, sentAt, now: 3000.4 })).toEqual({ ...message, sent, again: true });
  });
});

describe('forwarded()', () => {
  const message = messageOf('work');
  it.each<[string, Parameters<typeof forwarded>, object]>([
    ['is due later', [{ message }, 9000, false], {}],
    ['is as old as the sending of the first', [{ message, sentAt: 1000 }, 9000, false], { sent: 1000 }],
    ['keeps the age that it has', [{ message: { ...message, sent: 500 }, sentAt: 1000 }, 9000, false], { sent: 500 }],
    ['has the slot that it was given', [{ message, slotAt: 9000 }, 9000, false], { slot: true }],
    ['may be a duplicate', [{ message }, 9000, true], { again: true }],
    ['is no longer held by a schedule', [{ message: { ...message, held: true } }, 9000, false], {}],
  ])('%s', (_, call, more) => {
    expect(forwarded(...call)).toStrictEqual({ ...message, notBefore: 9000, ...more });
  });
});
