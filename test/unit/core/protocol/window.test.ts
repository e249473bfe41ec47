import { describe, expect, it } from 'vitest';
import { onArrival } from '../../../../src/core/protocol/delivery.ts';
import type { DeliveryFacts } from '../../../../src/core/protocol/delivery.ts';
import { decodeDead, decodeMessage, encodeForQueue } from '../../../../src/core/protocol/message-codec.ts';
import type { ExpandMessage, RunMessage } from '../../../../src/core/protocol/message.ts';
import { joined, onClosing, wakeOf } from '../../../../src/core/protocol/window.ts';
import type { Closing, Window } from '../../../../src/core/protocol/window.ts';

const NOW = Date.UTC(2027, 0, 1);
const CALL = { message: 'second', workflow: 'V', now: NOW, waitMs: 10_000 };
const WINDOW: Window = {
  number: 3,
  workflow: 'W',
  calls: 1,
  openedAt: NOW - 5000,
  due: NOW + 5000,
  message: 'first',
  isAwaited: true,
  isClosed: false,
};
const WAKE = wakeOf(WINDOW, { key: 'k', queue: 'all', mid: 'm' });
const place = { id: 'W', base: 'W', try: 0, frames: [], depth: 0, until: NOW };
const START: ExpandMessage = { kind: 'expand', mid: 'x', ...place, sig: { task: 'add' } };

function facts(more: Partial<DeliveryFacts<RunMessage>> = {}): DeliveryFacts<RunMessage> {
  const time = { leftMs: 0, wholeMs: 0, neededMs: 0, leastMs: 0 };
  const by = { mid: 'm', token: 't' };
  return { message: WAKE, by, receives: 1, now: NOW + 5000, tasks: new Map(), revoked: [], time, ...more };
}

describe('joined()', () => {
  it('opens the first window, and the next one behind a closed one, and asks for its end', () => {
    const opened = { workflow: 'V', calls: 1, openedAt: NOW, due: NOW + 10_000, message: 'second', isAwaited: false };
    expect(joined(undefined, CALL)).toEqual({ window: { ...opened, number: 0, isClosed: false }, needsWake: true });
    const next = joined({ ...WINDOW, isClosed: true }, CALL);
    expect(next).toEqual({ window: { ...opened, number: 4, isClosed: false }, needsWake: true });
  });

  it('puts a call in place of the one before it, and keeps the workflow', () => {
    const window = { ...WINDOW, calls: 2, due: NOW + 10_000, message: 'second' };
    expect(joined(WINDOW, CALL)).toEqual({ window, needsWake: false });
  });

  it('is due at the latest some time after the first call', () => {
    expect(joined(WINDOW, { ...CALL, mostMs: 12_000 }).window.due).toBe(NOW + 7000);
    expect(joined(undefined, { ...CALL, mostMs: 12_000 }).window.due).toBe(NOW + 10_000);
  });

  it.each([
    ['is not sent', { isAwaited: false }, 10_000, true],
    ['comes in time', {}, 5000, false],
    ['comes too late for this call', {}, 4999, true],
    ['should have come 15 minutes ago', { due: NOW - 900_001 }, 10_000, true],
    ['is a little late', { due: NOW - 900_000 }, 10_000, false],
  ])('asks for an end if the one that %s', (_, more, waitMs, needsWake) => {
    expect(joined({ ...WINDOW, ...more }, { ...CALL, waitMs }).needsWake).toBe(needsWake);
  });
});

describe('the message of a window', () => {
  it('is read as it was written, also when it is dead', () => {
    expect(decodeMessage(encodeForQueue(WAKE), '')).toEqual(WAKE);
    expect(decodeDead(encodeForQueue(WAKE), '')).toEqual(WAKE);
    expect(() => decodeMessage(encodeForQueue(WAKE).replace('"number":3', '"number":-3'), '')).toThrow(
      /^Cannot read window of a message: expected a key and a number/,
    );
  });

  it.each([
    ['waits until it is due', { now: NOW }, { kind: 'forward', message: WAKE }],
    ['keeps its mark', { now: NOW, receives: 2 }, { kind: 'forward', message: { ...WAKE, again: true } }],
    ['closes the window then', {}, { kind: 'close', isForced: false }],
    ['closes it at once when it is dead', { now: NOW, dead: 'old' }, { kind: 'close', isForced: true }],
    ['closes it at once when it is revoked', { now: NOW, revoked: ['W'] }, { kind: 'close', isForced: true }],
  ])('%s', (_, more, next) => {
    expect(onArrival(facts(more))).toEqual(next);
  });
});

describe('onClosing()', () => {
  const closing: Closing = { workflow: 'W', due: NOW + 5000, message: '', closedBy: 'm' };

  it('starts the call if this message has closed the window, marked if it may be a duplicate', () => {
    expect(onClosing(facts(), closing, START)).toEqual({ kind: 'start', message: { ...START, mid: 'm' } });
    const again = { kind: 'start', message: { ...START, mid: 'm', again: true } };
    expect(onClosing(facts({ receives: 2 }), closing, START)).toEqual(again);
  });

  it('waits on if further calls came', () => {
    const open = { ...closing, closedBy: undefined, due: NOW + 9000 };
    const held: RunMessage = { ...WAKE, held: true };
    expect(onClosing(facts({ message: held }), open, START)).toEqual({
      kind: 'forward',
      message: { ...WAKE, notBefore: NOW + 9000 },
    });
  });

  it('ends if another message has closed it, or it is revoked', () => {
    const ack = { kind: 'end', disposition: { kind: 'ack' } };
    expect(onClosing(facts(), { ...closing, closedBy: 'n' }, START)).toEqual(ack);
    expect(onClosing(facts({ revoked: ['W'] }), closing, START)).toEqual(ack);
  });

  it('fails the workflow if its window is gone, or another one of the same number', () => {
    const failed = {
      kind: 'commit',
      decision: { name: 'WorkerLostError', message: 'Cannot start W: its window is gone.' },
    };
    expect(onClosing(facts(), undefined, undefined)).toMatchObject(failed);
    expect(onClosing(facts(), { ...closing, workflow: 'V' }, START)).toMatchObject(failed);
  });

  it('waits for a release that can read the call, and fails when it is dead', () => {
    const newer = { newer: 9, mid: 'x' };
    expect(onClosing(facts(), closing, newer)).toMatchObject({ disposition: { kind: 'return' } });
    expect(onClosing(facts({ receives: 9 }), closing, newer)).toMatchObject({ disposition: { kind: 'deadLetter' } });
    for (const read of [newer, new Error('no'), WAKE, undefined])
      expect(onClosing(facts({ dead: 'old' }), closing, read)).toMatchObject({
        kind: 'commit',
        decision: { message: expect.stringMatching(/^Cannot start W: the call in its window cannot be read: /) },
      });
  });
});
