import { expect, test } from 'vitest';
import { LIFETIME_MS } from '../../../../src/core/protocol/lifetime.ts';
import { FAN_OUT } from '../../../../src/core/protocol/limits.ts';
import type { Frame } from '../../../../src/core/protocol/message.ts';
import { originOf } from '../../../../src/core/protocol/origin.ts';
import { messageOf } from '../../worker/bench.ts';

const NOW = Date.UTC(2030, 0, 1);
const UNTIL = NOW + 1000;
const delivery = { token: 'k', again: false, now: NOW, ...FAN_OUT };
const chain: Frame = { steps: [{ task: 'b' }], i: 1, base: 'W~1' };
const member: Frame = { join: 'W', x: 1, n: 3 };

const itemsUntilIn = (...frames: readonly Frame[]): number | undefined =>
  originOf(messageOf('a', { frames, until: UNTIL }), delivery).itemsUntil;

test('messages inside a group live as long as the group, however deep they are in it', () => {
  expect(itemsUntilIn(member)).toBe(UNTIL);
  expect(itemsUntilIn(chain, member)).toBe(UNTIL);
  expect(itemsUntilIn(chain)).toBeUndefined();
  expect(itemsUntilIn()).toBeUndefined();
});

test('a delivery renews the lifetime of what it writes, and never shortens it', () => {
  const untilOf = (until: number): number => originOf(messageOf('a', { until }), delivery).until;
  expect(untilOf(UNTIL)).toBe(NOW + LIFETIME_MS);
  expect(untilOf(NOW + 2 * LIFETIME_MS)).toBe(NOW + 2 * LIFETIME_MS);
});

test('a task is the sender of what it sends, and the root of a workflow that has none', () => {
  const message = messageOf('a', { id: 'W.1', parent: 'P', headers: { h: 1 }, tenant: 't', in: { val: 1 } });
  expect(originOf(message, delivery)).toMatchObject({
    by: { mid: 'm', token: 'k' },
    sender: 'W.1',
    parent: 'P',
    root: 'W.1',
    call: { sig: { task: 'a' }, in: { val: 1 } },
    headers: { h: 1 },
    tenant: 't',
  });
  expect(originOf({ ...message, root: 'R' }, delivery)).toMatchObject({ root: 'R' });
});

test('the messages that start a canvas name the task that launched it', () => {
  const { sig: _sig, ...rest } = messageOf('a', { parent: 'P', root: 'R' });
  const origin = originOf({ ...rest, kind: 'expand', sig: { par: [{ task: 'b' }] } }, delivery);
  expect(origin).toMatchObject({ sender: 'P', parent: 'P', root: 'R' });
  expect(origin).not.toHaveProperty('call');
});
