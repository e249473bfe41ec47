import { describe, expect, it } from 'vitest';
import { begunAgain, forwarded, movedOn } from '../../../../src/core/protocol/forward.ts';
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
    ['has found the function that runs its task', [{ message: { ...message, moves: 3 } }, 9000, false], {}],
  ])('%s', (_, call, more) => {
    expect(forwarded(...call)).toStrictEqual({ ...message, notBefore: 9000, ...more });
  });
});

describe('movedOn()', () => {
  const NOW = 1_000_000;
  const message = messageOf('work', { held: true });
  const moved = (more: object, due = 0, isDuplicate = false): unknown =>
    movedOn({ message: { ...message, ...more }, sentAt: 500, now: NOW }, due, isDuplicate);

  it('sends a message on at once, as old as it was, and keeps its delay and its mark', () => {
    const { held: _held, ...rest } = message;
    expect(moved({})).toStrictEqual({ ...rest, sent: 500, notBefore: 0, moves: 1 });
    expect(moved({}, NOW + 5, true)).toStrictEqual({ ...rest, sent: 500, again: true, notBefore: NOW + 5, moves: 1 });
  });

  it('waits longer each time that functions lead it to each other, and then stays', () => {
    const waits = [1, 2, 3, 4, 5].map((moves) => moved({ moves }));
    expect(waits).toMatchObject(
      [30, 60, 120, 240, 300].map((seconds, index) => ({ notBefore: NOW + seconds * 1000, moves: index + 2 })),
    );
    expect(moved({ moves: 1 }, NOW + 99_000)).toMatchObject({ notBefore: NOW + 99_000 });
    expect(moved({ moves: 6 })).toBeUndefined();
  });

  it('leaves the answer of a Python worker where it is', () => {
    expect(moved({ asked: 1, answer: { value: 1 } })).toBeUndefined();
  });
});
