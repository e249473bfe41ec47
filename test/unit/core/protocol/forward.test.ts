import { describe, expect, it } from 'vitest';
import { begunAgain } from '../../../../src/core/protocol/forward.ts';
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
