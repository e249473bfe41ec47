import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../src/core/protocol/message.ts';
import { gateUntil, revocablesOf, revokedBy, whyRevoked } from '../../../../src/core/protocol/revocation.ts';
import { stampKey } from '../../../../src/core/protocol/stamps.ts';
import { messageOf } from '../../worker/bench.ts';

const batch = stampKey('batch', 7) ?? '';
const own = stampKey('own', 'x') ?? '';
const stamped = messageOf('a', {
  id: 'W.1~3',
  stamps: { batch: 7 },
  sig: { task: 'a', options: { stamps: { own: 'x' } } },
});
const { sig: _sig, ...rest } = stamped;
const expand: Message = { ...rest, kind: 'expand', sig: { par: [] } };

describe('revocablesOf()', () => {
  it('are the workflow of a message and the stamps of its task, which a canvas does not have', () => {
    expect(revocablesOf(stamped)).toEqual(['W', batch, own]);
    expect(revocablesOf(expand)).toEqual(['W']);
  });

  it('are none of a revocation: it is carried out in any case, and costs no look', () => {
    const { sig: _, ...revoke } = { ...expand, kind: 'revoke' as const };
    expect(revocablesOf(revoke)).toEqual([]);
  });
});

describe('gateUntil()', () => {
  it('is the same for all revocations of an hour, and never sooner than it must', () => {
    const hour = 3_600_000;
    const noon = Date.UTC(2030, 0, 1, 12);
    expect([noon - hour + 1, noon - 1, noon].map(gateUntil)).toEqual([noon, noon, noon]);
    expect(gateUntil(noon + 1)).toBe(noon + hour);
  });
});

describe('revokedBy()', () => {
  it.each<[string, readonly string[], string | undefined]>([
    ['its workflow', ['W'], 'W'],
    ['a part that encloses it', ['W.0', 'W.1'], 'W.1'],
    ['a stamp', [own], own],
    ['the first of several', ['V', batch, 'W'], batch],
    ['no other part', ['W.0', 'W.1~30', 'V'], undefined],
    ['no other stamp', [stampKey('batch', 8) ?? ''], undefined],
    ['nothing', [], undefined],
  ])('is %s', (_, revoked, by) => {
    expect(revokedBy(revoked, stamped)).toBe(by);
  });

  it('is no stamp for a canvas, whose tasks look for their own', () => {
    expect(revokedBy([batch, own], expand)).toBeUndefined();
  });
});

describe('whyRevoked()', () => {
  const facts = { message: messageOf('a', { id: 'W.1', expires: 100 }), revoked: ['W'], isPurged: true, now: 101 };
  it.each([
    ['revoked', facts, 'revoked'],
    ['purged, if it is not revoked', { ...facts, revoked: [] }, 'purged'],
    ['expired, if it is neither', { ...facts, revoked: [], isPurged: false }, 'expired'],
    ['in time as long as it has not expired', { ...facts, revoked: [], isPurged: false, now: 100 }, undefined],
    ['in time if it never expires', { message: messageOf('a'), revoked: [], now: 101 }, undefined],
  ])('says of a task that it is %s', (_, of, why) => {
    expect(whyRevoked(of)).toBe(why);
  });
});
