import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planOf } from '../../../../src/core/canvas/normalise.ts';
import { InvalidMessage } from '../../../../src/core/errors/caller.ts';
import { LATEST_MS } from '../../../../src/core/protocol/lifetime.ts';
import {
  decodeDead,
  decodedOrError,
  encodeForQueue,
  MAX_FRAMES,
  MAX_MESSAGE_BYTES,
  decodeMessage,
  encodeMessage,
  isNewer,
} from '../../../../src/core/protocol/message-codec.ts';
import type { ExpandMessage, Message, RevokeMessage, RunMessage } from '../../../../src/core/protocol/message.ts';
import type { Plan } from '../../../../src/core/protocol/plan.ts';
import { startPlan } from '../../../../src/core/protocol/start.ts';
import { TENANT_NAME } from '../../../../src/core/values/option-checks.ts';
import { canvas } from '../random-canvas.ts';
import { originOf, place } from '../support.ts';

const common = { mid: 'm1', id: 'W.1~3', base: 'W.1~3', try: 0, depth: 2, until: 1_800_000_000_000 } as const;
const links = [
  { on: 'success', plan: { task: 'l' } },
  { on: 'failureOnce', plan: { seq: [{ task: 'l' }] } },
] as const;

const run: RunMessage = {
  ...common,
  kind: 'run',
  base: 'W.1~3!2',
  try: 2,
  sig: {
    task: 'add',
    args: [1, { a: [null] }],
    kwargs: { debug: true },
    immutable: true,
    each: 'starmap',
    options: {
      countdown: 1,
      expiresAt: 5,
      maxRetries: null,
      headers: { a: 1 },
      queue: 'q',
      tenant: 't',
      ignoreResult: false,
    },
    links,
  },
  in: { join: 'W.0', n: 4, collect: true },
  frames: [
    { join: 'W.1', x: 3, n: 4, collect: true, splice: true, own: { inline: 1 }, links },
    { steps: [{ task: 'b' }], i: 2, base: 'W', try: 1, links },
    { steps: { stored: 'table:W/0', n: 9, per: 3, first: 'a', queue: 'q' }, i: 8, base: 'W!1' },
  ],
  links,
  root: 'W.0',
  parent: 'W.0~1',
  again: true,
  notBefore: 12.5,
  expires: 99,
  slot: true,
  waits: 1_800_000_000_000,
  tenant: 't',
  traceparent: '00-1-2-03',
  headers: { h: [1] },
};
const expand: ExpandMessage = {
  ...common,
  kind: 'expand',
  sig: { par: { stored: 'bucket:W/0', n: 1000, per: 10, first: 'a' }, collect: true },
  frames: [],
  in: { ref: 'table:W|v/token' },
  lo: 200,
  hi: 400,
};
const revoke: RevokeMessage = { ...common, kind: 'revoke', frames: [] };
const told: RunMessage = {
  ...common,
  kind: 'run',
  sig: { task: 'e' },
  frames: [],
  in: {
    failure: {
      taskId: 'W',
      failedTaskId: 'W.0',
      rootId: 'W.0',
      error: { inline: { errorType: 'E' } },
      call: { sig: { task: 'f', stored: 'table:W/1' }, in: { val: null } },
    },
  },
};

const envelope = (message: Message, change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...(JSON.parse(encodeMessage(message)) as object), ...change });

const decode = (text: string): unknown => decodeMessage(text, 'fallback');
const invalid = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'CHORDAL_INVALID_MESSAGE', message: expect.stringMatching(message) });

describe('decodeMessage() reads', () => {
  it.each([
    ['a run', run],
    ['an expand', expand],
    ['a revoke', revoke],
    ['an error callback', told],
  ])('what encodeMessage() wrote of %s', (_, message) => {
    expect(decode(encodeMessage(message))).toEqual(message);
  });

  it('every message that any canvas begins with', () => {
    fc.assert(
      fc.property(canvas, (data) => {
        const effects = startPlan(originOf({ inlineMembers: 2 }), {
          at: place('W', { links }),
          plan: planOf(data),
          input: { val: 1 },
          frames: run.frames,
        });
        for (const effect of effects) {
          if (effect.kind !== 'send') continue;
          const message: Message = { ...effect.message, mid: 'm' };
          expect(decode(encodeMessage(message))).toEqual(JSON.parse(JSON.stringify(message)));
        }
      }),
    );
  });

  it('a message without a nonce by the one of its queue', () => {
    expect(decode(envelope(run, { mid: undefined }))).toEqual({ ...run, mid: 'fallback' });
  });

  it('fields that it does not know, and writes them again', () => {
    const text = envelope(run, { later: { a: 1 }, unknown: 2 });
    const message = decodeMessage(text, 'f');
    expect(message).toEqual({ ...run, unknown: { later: { a: 1 }, unknown: 2 } });
    if (isNewer(message)) throw new Error('Cannot be newer');
    expect(JSON.parse(encodeMessage(message))).toEqual(JSON.parse(text));
  });

  it('fields of another kind as fields that it does not know, in any form', () => {
    const others = { notBefore: 'soon', waits: -1 };
    const message = decodeMessage(envelope(expand, others), 'f');
    expect(message).toEqual({ ...expand, unknown: others });
  });

  it('a later version as such, with any other fields', () => {
    expect(decode(JSON.stringify({ v: 2, mid: 'x', kind: 'dance' }))).toEqual({ newer: 2, mid: 'x' });
    expect(decode(JSON.stringify({ v: 99 }))).toEqual({ newer: 99, mid: 'fallback' });
    expect([isNewer({ newer: 2, mid: 'x' }), isNewer(run)]).toEqual([true, false]);
  });

  it.each([{ mid: 'x'.repeat(128) }, { until: LATEST_MS }, { window: { key: 'k', number: 0 } }])('%j', (change) => {
    expect(decode(envelope(run, change))).toMatchObject(change);
  });

  it('a canvas that is to be started as a whole, whatever it is', () => {
    const { lo: _lo, hi: _hi, ...rest } = expand;
    for (const sig of [{ seq: [{ task: 'a' }] }, { par: [] }, { task: 'a' }] satisfies Plan[])
      expect(decode(encodeMessage({ ...rest, sig }))).toEqual({ ...rest, sig });
  });

  it.each<[string, Message, object]>([
    ['a run', run, { lo: 'x' }],
    ['an expand', expand, { expires: 'x', slot: 1 }],
    ['a revoke', revoke, { in: 'x', notBefore: 'x', hi: 'x' }],
  ])('the fields of other kinds in %s as fields that it does not know', (_, message, unknown) => {
    expect(decode(envelope(message, { ...unknown }))).toEqual({ ...message, unknown });
  });
});

describe('decodeMessage() refuses', () => {
  const wrong: readonly (readonly [string, unknown])[] = [
    ['mid', ''],
    ['mid', 7],
    ['mid', ['m']],
    ['mid', 'x'.repeat(129)],
    ['v', 0],
    ['v', '1'],
    ['v', 1.5],
    ['v', undefined],
    ['kind', 'walk'],
    ['kind', { toString: 1 }],
    ['id', 'no id'],
    ['id', 5],
    ['base', 'W.2'],
    ['base', '!'],
    ['base', { toString: 1 }],
    ['try', -1],
    ['try', 0.5],
    ['try', undefined],
    ['frames', undefined],
    ['frames', {}],
    ['frames', [{}]],
    ['frames', [{ join: 'W', x: 3, n: 3 }]],
    ['frames', [{ join: 'W', x: 0, n: 3, collect: false }]],
    ['frames', [{ join: '?', x: 0, n: 3 }]],
    ['frames', [{ steps: [], i: 0, base: 'W' }]],
    ['frames', [{ steps: [{ task: '' }], i: 0, base: 'W' }]],
    ['frames', [{ steps: { stored: 's', n: 2, per: 0, first: 'a' }, i: 0, base: 'W' }]],
    ['frames', [{ steps: { stored: 's', n: 2, per: 1, first: 'a' }, i: 2, base: 'W' }]],
    ['frames', [{ steps: [{ task: 'a' }], i: 0, base: 'W', try: -1 }]],
    ['frames', [{ join: 'other', x: 0, n: 2 }]],
    ['frames', [{ steps: [{ task: 'a' }], i: 0, base: 'other.1' }]],
    ['links', [{ on: 'never', plan: { task: 'a' } }]],
    ['links', [{ on: 'success' }]],
    ['depth', null],
    ['until', 'tomorrow'],
    ['until', -1],
    ['again', false],
    ['root', 3],
    ['parent', null],
    ['tenant', 'x'.repeat(5000)],
    ['traceparent', {}],
    ['headers', []],
    ['in', { join: 'W' }],
    ['in', { ref: 1 }],
    ['in', { failure: { taskId: 'W' } }],
    ['in', 5],
    ['notBefore', 'soon'],
    ['expires', -1],
    ['slot', 1],
    ['waits', -1],
    ['waits', 'long'],
    ['told', 1],
    ['next', false],
    ['until', LATEST_MS + 1],
    ['window', 5],
    ['window', { key: 5, number: 1 }],
    ['window', { number: 1 }],
    ['window', { key: 'k', number: -1 }],
    ['sig', undefined],
    ['sig', { seq: [{ task: 'a' }] }],
    ['sig', { task: 'a', args: {} }],
    ['sig', { task: 'a', kwargs: [] }],
    ['sig', { task: 'a', each: 'all' }],
    ['sig', { task: 'a', options: { countdown: 'x' } }],
    ['sig', { task: 'a', options: { maxRetries: 1.5 } }],
    ['sig', { task: 'a', options: { queue: 1 } }],
  ];

  it.each(wrong)('a run with a wrong %s, and names it: %j', (field, value) => {
    expect(() => decode(envelope(run, { [field]: value }))).toThrow(
      invalid(new RegExp(`^Cannot read ${field} of a message: expected `)),
    );
  });

  it.each<[object, Message, string]>([
    [{ mid: 7 }, run, 'Cannot read mid of a message: expected a text of 1 to 128 characters, got 7'],
    [{ v: 'x' }, run, 'Cannot read v of a message: expected a version number, got "x"'],
    [{ base: 'W.2' }, run, 'Cannot read base of a message: expected the base of its id, got "W.2"'],
    [{ sig: 5 }, run, 'Cannot read sig of a message: expected one task, got 5'],
    [{ sig: 5 }, expand, 'Cannot read sig of a message: expected a task or a canvas, got 5'],
    [{ sig: { task: 'a' } }, expand, 'Cannot read sig of a message: expected a group for its range, got {"task":"a"}'],
    [{ lo: undefined }, expand, 'Cannot read lo of a message: expected an index, got nothing'],
    [
      { tenant: 'x'.repeat(500) },
      run,
      `Cannot read tenant of a message: expected ${TENANT_NAME.want}, got "${'x'.repeat(199)}`,
    ],
    [{ hi: 200 }, expand, 'Cannot read hi of a message: expected an index above 200, at most 1000, got 200'],
  ])('a message with %j, and says the reason', (change, message, reason) => {
    expect(() => decode(envelope(message, { ...change }))).toThrow(new InvalidMessage(reason));
  });

  it('what is no envelope, and says so', () => {
    expect(() => decode('5')).toThrow('Cannot read the envelope of a message: expected an object, got 5');
    expect(() => decodeDead('5', 'm')).toThrow('Cannot read the envelope of a message: expected an object, got 5');
    expect(() => decode('{')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^Cannot read the message/), cause: expect.any(Error) }),
    );
    expect(decodedOrError('5', 'm')).toBeInstanceOf(InvalidMessage);
    expect(decodedOrError(encodeMessage(run), 'm')).toEqual(run);
  });

  it.each([
    ['lo', -1],
    ['hi', 'x'],
    ['lo', undefined],
    ['hi', undefined],
    ['hi', 200],
    ['hi', 1001],
    ['sig', { seq: [] }],
    ['sig', { par: 5 }],
    ['sig', { par: [{ par: [{ task: 5 }] }] }],
    ['sig', { par: [], own: {} }],
  ])('an expand with a wrong %s, and names it: %j', (field, value) => {
    expect(() => decode(envelope(expand, { [field]: value }))).toThrow(
      invalid(/^Cannot read (lo|hi|sig) of a message: expected /),
    );
  });

  it.each([
    ['nothing', ''],
    ['half of one', encodeMessage(run).slice(0, 100)],
    ['a list', '[]'],
    ['null', 'null'],
    ['a number', '5'],
    ['an SNS notification', JSON.stringify({ Type: 'Notification', Message: encodeMessage(run) })],
    ['20,000 levels', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['20,000 levels of arguments', envelope(run).replace('{"a":[null]}', '['.repeat(20_000) + ']'.repeat(20_000))],
    [
      '20,000 levels of plans',
      envelope(expand).replace(/"sig":\{.*?\}/, `"sig":${'{"seq":['.repeat(20_000)}{"task":"a"}${']}'.repeat(20_000)}`),
    ],
    [
      '20,000 levels of frames',
      envelope(run, { frames: 0 }).replace(
        '"frames":0',
        `"frames":${'[{"steps":'.repeat(20_000)}1${'}]'.repeat(20_000)}`,
      ),
    ],
  ])('%s', (_, text) => {
    expect(() => decode(text)).toThrow(invalid(/^Cannot read /));
  });

  it('any damaged field, and throws nothing else', () => {
    const texts = [run, expand, revoke, told].map((message) => encodeMessage(message));
    const damaged = fc
      .tuple(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.nat(),
        fc.oneof(
          fc.string(),
          fc.constantFrom('"__proto__":{"links":1},', '{', 'null', '-1', '[[', '"', '1e999', 'NaN'),
        ),
      )
      .map(([text, at, length, insert]) => {
        const start = at % text.length;
        return text.slice(0, start) + insert + text.slice(start + (length % 20));
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (text) => {
        try {
          decode(text);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CHORDAL_INVALID_MESSAGE' });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a field of any wrong type, and throws nothing else', () => {
    const fields = Object.keys(JSON.parse(encodeMessage(run)) as object);
    const any = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom({ toString: 1 }, { length: 3 }, [[[]]], { join: {}, steps: {} }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(run, expand, told),
        fc.constantFrom(...fields, '__proto__', 'constructor'),
        any,
        (message, field, value) => {
          const json = JSON.parse(encodeMessage(message)) as Record<string, unknown>;
          Object.defineProperty(json, field, { value, enumerable: true, configurable: true, writable: true });
          try {
            const read = decode(JSON.stringify(json));
            expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
          } catch (error) {
            expect(error).toMatchObject({ code: 'CHORDAL_INVALID_MESSAGE' });
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('decodeDead()', () => {
  it.each<[string, Message]>([
    ['a run', run],
    ['an expand', expand],
    ['a revoke', revoke],
    ['an error callback', told],
  ])('reads %s of this version as decodeMessage() does', (_, message) => {
    expect(decodeDead(encodeMessage(message), 'f')).toEqual(message);
  });

  it('leaves out a field that it cannot read, and keeps those that it can', () => {
    const { headers: _headers, ...rest } = run;
    expect(decodeDead(envelope(run, { headers: [['a', 1]] }), 'f')).toEqual(rest);
    expect(decodeDead(envelope(expand, { kind: 'batch' }), 'f')).toMatchObject({ kind: 'run', id: expand.id });
    expect(decodeDead(envelope(run, { kind: 'batch' }), 'f')).toEqual(run);
  });

  it('reads of a later version what it was about, so that what waits can be settled', () => {
    const later = envelope(run, {
      v: 7,
      sig: { task: 'new', shape: 1, args: 'packed' },
      until: undefined,
      depth: undefined,
    });
    expect(decodeDead(later, 'f')).toMatchObject({
      kind: 'run',
      id: run.id,
      base: run.base,
      try: 2,
      frames: run.frames,
      sig: { task: 'unknown' },
      until: 0,
    });
  });

  it('refuses frames of another workflow, which it would settle', () => {
    const forged = { v: 1, kind: 'run', mid: 'm', id: 'W', base: 'W', try: 0, frames: [{ join: 'other', x: 0, n: 1 }] };
    expect(() => decodeDead(JSON.stringify(forged), 'm')).toThrow(
      /^Cannot read frames of a message: expected a place in the workflow W, got "other"/,
    );
    const chain = { steps: [{ task: 'add' }], i: 0, base: 'other.1' };
    for (const frames of [forged.frames, [{ join: 'W', x: 0, n: 1 }, chain]])
      expect(() => decodeMessage(envelope(run, { id: 'W', base: 'W', frames }), 'm')).toThrow(
        /expected a place in the workflow W, got "other/,
      );
  });

  it('leaves out callbacks and an input of another workflow, and a signature is unknown', () => {
    const dead = { v: 1, kind: 'run', mid: 'm', id: 'W', base: 'W', try: 0, depth: 0, until: 0, frames: [] };
    const letter = (more: object): string => JSON.stringify({ ...dead, sig: { task: 'a' }, ...more });
    const theirs = { on: 'success', plan: { task: 'a', stored: 'table:other/0' } };
    const read = decodeDead(letter({ in: { join: 'other', n: 2 }, links: [theirs] }), 'm');
    expect(read).toEqual({ ...read, sig: { task: 'a' } });
    expect(read).not.toHaveProperty('in');
    expect(read).not.toHaveProperty('links');
    expect(decodeDead(letter({ sig: theirs.plan }), 'm')).toMatchObject({ sig: { task: 'unknown' } });
    expect(decodeDead(letter({ in: { join: 'W.1', n: 2 } }), 'm')).toHaveProperty('in');
  });

  it('refuses a message without an id, a base, an attempt or frames, in any version', () => {
    const five = { id: 'W', base: 'W', try: 0, frames: [] };
    for (const field of Object.keys(five))
      expect(() => decodeDead(JSON.stringify({ ...five, v: 7, [field]: undefined }), 'f')).toThrow(
        invalid(new RegExp(`^Cannot read ${field}`)),
      );
    expect(() => decodeDead('[]', 'f')).toThrow(invalid(/^Cannot read the envelope/));
  });

  it.each<[string, object]>([
    ['sig', { sig: { call: 'add' } }],
    ['depth and until', { depth: '0', until: '2026' }],
    ['links', { links: { success: [] } }],
    ['in', { in: { value: 1 } }],
    ['expires', { expires: '2026-01-01' }],
    ['notBefore', { notBefore: '2026-01-01' }],
    ['headers', { headers: [['a', 1]] }],
    ['tenant', { tenant: { id: 1 } }],
    ['kind', { kind: 'batch' }],
    ['again', { again: 2 }],
    ['mid', { mid: 7 }],
    ['lo and hi', { kind: 'expand', sig: { par: [{ task: 'a' }] }, lo: 'a', hi: 9 }],
    ['traceparent, in this version', { v: 1, traceparent: 'x'.repeat(5000) }],
    ['an option, in this version', { v: 1, sig: { task: 'add', options: { countdown: 'soon' } } }],
  ])('reads a message whose %s has another form, so that it can be settled', (_, change) => {
    const sent = { v: 2, kind: 'run', mid: 'm', id: 'W.1', base: 'W.1', try: 3, frames: [], sig: { task: 'add' } };
    expect(decodeDead(JSON.stringify({ ...sent, ...change }), 'f')).toMatchObject({ id: 'W.1', try: 3, frames: [] });
  });
});

describe('encodeForQueue()', () => {
  const message: RunMessage = {
    kind: 'run',
    mid: 'm',
    id: 'W',
    base: 'W',
    try: 0,
    frames: [],
    depth: 0,
    until: 1,
    sig: { task: 'add' },
  };
  const frame = { join: 'W', x: 0, n: 2 };

  it('writes characters that SQS refuses, and those of two units, as escapes', () => {
    const text = encodeForQueue({ ...message, sig: { task: 'add', args: ['\uFFFF😀é'] } });
    expect(text).toContain('"\\uffff\\ud83d\\ude00é"');
    expect(decodeMessage(text, 'f')).toMatchObject({ sig: { args: ['\uFFFF😀é'] } });
  });

  it('takes what every reader takes, and refuses all else before it is sent', () => {
    const refused = (more: Partial<RunMessage>): string => {
      try {
        return decodeMessage(encodeForQueue({ ...message, ...more }), 'f') && 'sent';
      } catch (error) {
        return error instanceof Error ? error.name : '';
      }
    };
    const long = `W${'.1'.repeat(500)}`;
    expect(refused({ id: long.slice(0, 999), base: long.slice(0, 999) })).toBe('sent');
    expect(refused({ id: `${long}.1`, base: `${long}.1` })).toBe('TooDeep');
    expect(refused({ id: long.slice(0, 999), base: `${long.slice(0, 999)}!1` })).toBe('TooDeep');
    expect(refused({ frames: Array.from({ length: MAX_FRAMES }, () => frame) })).toBe('sent');
    expect(refused({ frames: Array.from({ length: MAX_FRAMES + 1 }, () => frame) })).toBe('TooDeep');
    expect(refused({ traceparent: 'x'.repeat(4096) })).toBe('sent');
    expect(refused({ traceparent: 'x'.repeat(4097) })).toBe('InvalidMessage');
    expect(refused({ headers: { a: 'x'.repeat(MAX_MESSAGE_BYTES - 200) } })).toBe('sent');
    expect(refused({ headers: { a: 'x'.repeat(MAX_MESSAGE_BYTES) } })).toBe('InvalidMessage');
    expect(refused({ headers: { a: 'é'.repeat(MAX_MESSAGE_BYTES / 2) } })).toBe('InvalidMessage');
    expect(refused({ notBefore: Number.POSITIVE_INFINITY })).toBe('InvalidMessage');
    const room = MAX_MESSAGE_BYTES - encodeMessage({ ...message, headers: { a: '' } }).length;
    expect(refused({ headers: { a: 'x'.repeat(room) } })).toBe('sent');
    expect(refused({ headers: { a: 'x'.repeat(room + 1) } })).toBe('InvalidMessage');
  });

  it('says how far a message is above the limits', () => {
    const id = `W${'.1'.repeat(500)}`;
    expect(() => encodeForQueue({ ...message, id, base: id })).toThrow(
      `Cannot send W${'.1'.repeat(29)}.…: its id has 1001 characters, and 1000 is the most. Nest fewer canvases.`,
    );
    expect(() => encodeForQueue({ ...message, frames: Array.from({ length: 257 }, () => frame) })).toThrow(
      'Cannot send W: 257 chains and groups enclose it, and 256 is the most.',
    );
    expect(() => encodeForQueue({ ...message, headers: { a: 'x'.repeat(MAX_MESSAGE_BYTES) } })).toThrow(
      /^Cannot send W: its message has 262\d{3} bytes, and 262144 is the most\. Shorten its headers or its callbacks\.$/,
    );
  });
});
