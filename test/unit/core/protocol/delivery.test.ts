import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  InvalidMessage,
  NotRegistered,
  ServiceUnavailable,
} from '../../../../src/core/errors/caller.ts';
import {
  mayWait,
  onArrival,
  onClaim,
  onCommit,
  onExpandError,
  onFound,
  onNoPlace,
  onPlace,
  onRead,
} from '../../../../src/core/protocol/delivery.ts';
import type { DeliveredTask, DeliveryFacts, Next } from '../../../../src/core/protocol/delivery.ts';
import { onThrow, untilNextTry } from '../../../../src/core/protocol/disposition.ts';
import { begunAgain } from '../../../../src/core/protocol/forward.ts';
import type { ExpandMessage, RevokeMessage, RunMessage } from '../../../../src/core/protocol/message.ts';
import { claimedUntil, decidedBy } from '../../../../src/core/protocol/outcome.ts';
import type { Cell, NextAttempt, Outcome } from '../../../../src/core/protocol/outcome.ts';

const NOW = Date.UTC(2027, 0, 1);
const TASK: DeliveredTask = { options: {} };
const EARLY: DeliveredTask = { options: { acksLate: false } };

function messageOf(more: Partial<RunMessage> = {}): RunMessage {
  const sig = { task: 'add' };
  return { kind: 'run', mid: 'm', id: 'W.0', base: 'W.0', try: 0, frames: [], depth: 0, until: NOW + 1, sig, ...more };
}

const { sig: _sig, ...rest } = messageOf();
const EXPAND: ExpandMessage = { ...rest, kind: 'expand', sig: { par: [] } };
const REVOKE: RevokeMessage = { ...rest, kind: 'revoke' };

function factsOf(more: Partial<DeliveryFacts<RunMessage>> = {}): DeliveryFacts<RunMessage> {
  return {
    message: messageOf(),
    by: { mid: 'm', token: 'k' },
    receives: 1,
    now: NOW,
    tasks: new Map([
      ['add', TASK],
      ['early', EARLY],
    ]),
    revoked: [],
    time: { leftMs: 60_000, wholeMs: 60_000, neededMs: 10_000, leastMs: 3000 },
    ...more,
  };
}

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  state: 'SUCCESS',
  value: { inline: 1 },
  mid: 'm',
  token: 'k',
  ...more,
});
const retry: NextAttempt = { kind: 'retry', notBefore: 0, attempt: 1, mid: 'm', token: 'x' };
const replace: NextAttempt = { kind: 'replace', plan: { inline: 1 }, attempt: 1, mid: 'm', token: 'x' };

/** The next action in a word or two. */
function word(next: Next | undefined): string {
  if (next === undefined) return 'nothing';
  switch (next.kind) {
    case 'end':
      return next.disposition.kind === 'return'
        ? `return ${next.disposition.seconds ?? 'later'}`
        : next.disposition.kind;
    case 'commit':
      return next.decision instanceof Error ? `fail ${next.decision.name}` : `commit ${JSON.stringify(next.decision)}`;
    case 'continue':
      return next.isResumed ? 'resume' : 'continue';
    case 'check':
      return next.isCounted ? 'check and count' : 'check';
    default:
      return next.kind;
  }
}

const REVOKED = 'commit {"state":"REVOKED","value":{"inline":{"reason":"revoked","task":"add"}}}';
const EXPIRED = 'commit {"state":"REVOKED","value":{"inline":{"reason":"expired","task":"add"}}}';
const join = { join: 'W', x: 0, n: 2 };
const dead = 'too old';

describe('onArrival()', () => {
  it.each<[string, Partial<DeliveryFacts<RunMessage>>, string]>([
    ['runs a fresh message', {}, 'run'],
    ['claims the only run of a task with acksLate false', { message: messageOf({ sig: { task: 'early' } }) }, 'claim'],
    ['checks a message that was received before, and counts its start', { receives: 2 }, 'check and count'],
    ['checks a message that its sender marked', { message: messageOf({ again: true }) }, 'check and count'],
    [
      'counts no start of a task with acksLate false',
      { receives: 2, message: messageOf({ sig: { task: 'early' } }) },
      'check',
    ],
    ['checks a dead message without counting a start', { dead }, 'check'],
    ['returns an unknown task while releases overlap', { message: messageOf({ sig: { task: 'x' } }) }, 'return 30'],
    [
      'forwards a task that another function runs, however often it was received',
      { message: messageOf({ sig: { task: 'x' } }), isElsewhere: true, receives: 9 },
      'forward',
    ],
    [
      'returns a task that functions have led to each other for too long',
      { message: messageOf({ sig: { task: 'x' }, moves: 6 }), isElsewhere: true },
      'return 30',
    ],
    [
      'revokes a purged message of such a task where it was purged',
      { message: messageOf({ sig: { task: 'x' } }), isElsewhere: true, isPurged: true },
      'commit {"state":"REVOKED","value":{"inline":{"reason":"purged","task":"x"}}}',
    ],
    [
      'revokes an unknown task that has expired, and waits for no release',
      { message: messageOf({ sig: { task: 'x' }, expires: NOW - 1 }) },
      EXPIRED.replace('add', 'x'),
    ],
    [
      'checks a dead message of such a task',
      { message: messageOf({ sig: { task: 'x' } }), isElsewhere: true, dead },
      'check',
    ],
    [
      'fails an unknown task that is not a possible duplicate when waiting is over',
      { receives: 6, message: messageOf({ sig: { task: 'x' } }) },
      'check and count',
    ],
    ['forwards a message that is not due', { message: messageOf({ notBefore: NOW + 1 }) }, 'forward'],
    ['forwards a message whose slot is ahead', { slotAt: NOW + 1 }, 'forward'],
    [
      'forwards a message of a tenant that comes late from the Scheduler',
      { message: messageOf({ held: true, tenant: 't', notBefore: NOW - 1 }) },
      'forward',
    ],
    ['runs such a message that has no tenant', { message: messageOf({ held: true, notBefore: NOW - 1 }) }, 'run'],
    [
      'revokes a message that is not due',
      { message: messageOf({ held: true, notBefore: NOW + 1 }), revoked: ['W.0'] },
      REVOKED,
    ],
    ['acknowledges a message of a revoked workflow', { revoked: ['W'] }, 'ack'],
    ['revokes a task of a narrower revoked scope', { revoked: ['W.0'] }, REVOKED],
    ['revokes a task that has expired', { message: messageOf({ expires: NOW - 1 }) }, EXPIRED],
    ['runs a task at the moment of its expiry', { message: messageOf({ expires: NOW }) }, 'run'],
    [
      'fails a member whose group has outlived its items',
      { message: messageOf({ frames: [join], until: NOW - 1 }) },
      'fail TimeLimitExceeded',
    ],
    ['runs a member in the last moment of its group', { message: messageOf({ frames: [join], until: NOW }) }, 'run'],
    ['runs a task outside of groups however old it is', { message: messageOf({ until: NOW - 1 }) }, 'run'],
  ])('%s', (_, more, expected) => {
    expect(word(onArrival(factsOf(more)))).toBe(expected);
  });

  it.each<[string, number, number, string]>([
    ['runs a task that fits into the time left', 10_000, 1, 'run'],
    ['returns a task that does not, with a delay', 9999, 1, 'return 2'],
    ['returns it from a whole sandbox, too, at its third receive, with a longer one', 9999, 3, 'return 8'],
    ['has a whole sandbox do from the fourth receive on', 9999, 4, 'check and count'],
  ])('%s', (_, leftMs, receives, expected) => {
    const time = { leftMs, wholeMs: leftMs, neededMs: 10_000, leastMs: 3000 };
    expect(word(onArrival(factsOf({ time, receives })))).toBe(expected);
  });

  it('lacks no time for what runs no task: an expansion, and a message that is dead', () => {
    const time = { leftMs: 1, wholeMs: 1, neededMs: 10_000, leastMs: 3000 };
    expect(word(onArrival({ ...factsOf({ time }), message: EXPAND }))).toBe('expand');
    expect(word(onArrival(factsOf({ time, dead })))).toBe('check');
  });

  it('names the tasks that it knows where it fails an unknown one', () => {
    const next = onArrival(factsOf({ receives: 6, dead: undefined, message: messageOf({ sig: { task: 'ad' } }) }));
    expect(word(next)).toBe('check and count');
    expect(onFound(factsOf({ receives: 6, message: messageOf({ sig: { task: 'ad' } }) }), { cell: {} })).toMatchObject({
      decision: { message: expect.stringMatching(/\badd\b/) as string },
    });
  });

  it('returns a task from a used or a tiny sandbox however often it came', () => {
    const used = { leftMs: 9000, wholeMs: 10_001, neededMs: 10_000, leastMs: 3000 };
    const tiny = { leftMs: 2999, wholeMs: 2999, neededMs: 10_000, leastMs: 3000 };
    expect([used, tiny].map((time) => word(onArrival(factsOf({ time, receives: 9 }))))).toEqual([
      'return 60',
      'return 60',
    ]);
  });

  it('forwards a tenant’s message from the Scheduler once: it is no longer marked as held', () => {
    const message = messageOf({ held: true, sig: { task: 'add', options: { tenant: 't' } } });
    const next = onArrival(factsOf({ message }));
    const { held: _held, ...same } = message;
    expect(next).toEqual({ kind: 'forward', message: { ...same, notBefore: 0 } });
    expect(word(onArrival(factsOf({ message: next.kind === 'forward' ? next.message : message })))).toBe('run');
  });

  it('marks a forward as a possible duplicate only if it is one, and with its slot', () => {
    const later = { message: messageOf({ notBefore: NOW + 5 }) };
    expect(onArrival(factsOf(later))).toEqual({ kind: 'forward', message: { ...later.message, notBefore: NOW + 5 } });
    expect(onArrival(factsOf({ ...later, receives: 2, slotAt: NOW + 9 }))).toEqual({
      kind: 'forward',
      message: { ...later.message, again: true, slot: true, notBefore: NOW + 9 },
    });
  });

  it('expands and revokes, also what is dead, and acknowledges an expansion of a revoked workflow', () => {
    const facts = (message: ExpandMessage | RevokeMessage, more: object = {}): DeliveryFacts => ({
      ...factsOf(),
      message,
      ...more,
    });
    expect(word(onArrival(facts(EXPAND)))).toBe('expand');
    expect(word(onArrival(facts(EXPAND, { revoked: ['W'] })))).toBe('ack');
    expect(word(onArrival(facts(EXPAND, { revoked: ['W'], dead })))).toBe('expand');
    expect(word(onArrival(facts(REVOKE, { revoked: ['W'] })))).toBe('revoke');
  });
});

describe('onFound()', () => {
  const starts = (n: number): Cell => ({ starts: Array.from({ length: n }, (_, start) => `k${start}`) });
  it.each<[string, Cell, Partial<DeliveryFacts<RunMessage>>, string]>([
    ['runs where nothing stands', {}, {}, 'run'],
    ['resumes from its own outcome', { outcome: outcome() }, {}, 'resume'],
    ['resumes from its own retry', { next: retry }, {}, 'resume'],
    [
      'resumes a replacement under the outcome of another',
      { outcome: outcome({ mid: 'o' }), next: replace },
      {},
      'resume',
    ],
    ['stops at a retry under the outcome of another', { outcome: outcome({ mid: 'o' }), next: retry }, {}, 'ack'],
    ['stops at the outcome of another', { outcome: outcome({ mid: 'o' }) }, {}, 'ack'],
    ['stops at the later attempt of another', { next: { ...retry, mid: 'o' } }, {}, 'ack'],
    ['runs the attempt that stands', { next: retry }, { message: messageOf({ try: 1 }) }, 'run'],
    ['runs again up to the last start that counts', starts(3), {}, 'run'],
    ['gives a task up that was started once more', starts(4), {}, 'fail WorkerLostError'],
    ['does not count starts against a claim', starts(4), { message: messageOf({ sig: { task: 'early' } }) }, 'claim'],
    ['fails an unknown task', {}, { message: messageOf({ sig: { task: 'x' } }) }, 'fail NotRegistered'],
    ['fails a dead message without a decision', {}, { dead }, 'fail WorkerLostError'],
    ['resumes the decision of a dead message', { next: retry }, { dead }, 'resume'],
    ['leaves a dead message to the owner of its outcome', { outcome: outcome({ mid: 'o' }) }, { dead }, 'ack'],
  ])('%s', (_, cell, more, expected) => {
    expect(word(onFound(factsOf(more), { cell }))).toBe(expected);
  });

  it('counts no starts of a task that waits for an answer: each look at it is one', () => {
    expect(word(onFound(factsOf({ message: messageOf({ asked: NOW }) }), { cell: starts(4) }))).toBe('run');
  });

  it('says how many starts were lost', () => {
    expect(onFound(factsOf(), { cell: starts(4) })).toMatchObject({
      decision: {
        message:
          'Cannot run add (W.0): 3 further starts have ended without an outcome, which is the most. The log of its function says why: a timeout, a lack of memory, an exit, or an error that nothing caught.',
      },
    });
  });
});

describe('onClaim()', () => {
  const claim = (more: object): Cell => ({ claim: { mid: 'm', token: 'k', until: NOW, ...more } });
  it.each<[string, Cell, number, string]>([
    ['runs with its own claim', claim({}), NOW, 'run'],
    ['runs where no claim stands, which a read that came early may find', {}, NOW, 'run'],
    ['leaves the task to the claim of another message', claim({ mid: 'o' }), NOW, 'return later'],
    ['returns while another delivery of its message may run', claim({ token: 'x' }), NOW - 1, 'return later'],
    ['fails a run that has outlived its claim', claim({ token: 'x' }), NOW, 'fail WorkerLostError'],
    ['resumes from its own outcome', { outcome: outcome() }, NOW, 'resume'],
    ['stops at the outcome of another', { outcome: outcome({ mid: 'o' }) }, NOW, 'ack'],
  ])('%s', (_, cell, now, expected) => {
    expect(word(onClaim(factsOf(), { cell }, { task: EARLY, now }))).toBe(expected);
  });

  it('says that the only run was lost', () => {
    expect(onClaim(factsOf(), { cell: claim({ token: 'x' }) }, { task: EARLY, now: NOW })).toMatchObject({
      decision: { message: expect.stringContaining('its only run ended without an outcome. The log of its function') },
    });
  });

  it('holds a claim for 10 s longer than the limit of its run', () => {
    expect(claimedUntil(NOW, 5000)).toBe(NOW + 15_000);
  });
});

describe('onCommit()', () => {
  it.each<[string, Cell, string]>([
    ['continues from what this delivery committed', { outcome: outcome() }, 'continue'],
    ['returns the message to another delivery of its own', { outcome: outcome({ token: 'x' }) }, 'return later'],
    ['acknowledges when another message won', { outcome: outcome({ mid: 'o' }) }, 'ack'],
    ['returns the message when nothing stands', {}, 'return later'],
  ])('%s', (_, cell, expected) => {
    expect(word(onCommit(factsOf(), { cell }))).toBe(expected);
  });
});

describe('onExpandError()', () => {
  const facts = (more: object): DeliveryFacts => ({ ...factsOf(), message: EXPAND, ...more });
  const lost = new InvalidMessage('Cannot read it');
  const unknown = new NotRegistered('Cannot send it', { task: 'x' });
  it.each<[string, object, unknown, string]>([
    ['is silent on a refusal of the cloud', {}, new ServiceUnavailable('Cannot call'), 'nothing'],
    ['is silent on an error that is not ours', {}, new TypeError('x'), 'nothing'],
    ['is silent on an unknown route while releases overlap', { receives: 5 }, unknown, 'nothing'],
    ['buries an unknown route when waiting is over', { receives: 6 }, unknown, 'deadLetter'],
    ['buries a canvas that cannot be read', {}, lost, 'deadLetter'],
    ['fails a dead canvas that cannot be read', { dead }, lost, 'fail WorkerLostError'],
    ['fails a dead canvas with an unknown route', { dead }, unknown, 'fail WorkerLostError'],
  ])('%s', (_, more, error, expected) => {
    expect(word(onExpandError(facts(more), error))).toBe(expected);
  });

  it('fails a dead canvas with its id and the reason', () => {
    expect(onExpandError(facts({ dead }), lost)).toMatchObject({
      decision: { message: 'Cannot start W.0: InvalidMessage: Cannot read it' },
    });
  });
});

describe('untilNextTry()', () => {
  const first = { tries: 1, spentMs: 0, leftMs: Infinity, chance: 0 };

  it.each<[string, Partial<typeof first>, number | undefined]>([
    ['waits a quarter of a second at first', {}, 250],
    ['waits twice as long after each try', { tries: 4 }, 2000],
    ['adds up to as much by chance', { tries: 4, chance: 0.5 }, 3000],
    ['makes a last try at 20 s', { tries: 6, spentMs: 12_000 }, 8000],
    ['makes none behind them', { tries: 6, spentMs: 12_001 }, undefined],
    ['makes one in just the time that is left', { leftMs: 250 }, 250],
    ['makes none in less', { leftMs: 249 }, undefined],
  ])('%s', (_, given, expected) => {
    expect(untilNextTry({ ...first, ...given })).toBe(expected);
  });
});

describe('onRead(), onThrow(), mayWait() and decidedBy()', () => {
  it('let a message of this release pass, and wait longer at each receive for a newer one', () => {
    expect(onRead(messageOf(), 1)).toBeUndefined();
    const waits = [1, 2, 3, 4, 5].map((receives) => onRead({ newer: 2, mid: 'm' }, receives));
    const why = expect.stringContaining('Cannot read version 2 of the envelope') as string;
    expect(waits).toEqual([30, 60, 120, 240, 300].map((seconds) => ({ kind: 'return', seconds, why })));
    expect(onRead({ newer: 2, mid: 'm' }, 6)).toMatchObject({ kind: 'deadLetter' });
    expect(onRead(new InvalidMessage('Cannot read x'), 1)).toEqual({
      kind: 'deadLetter',
      reason: 'InvalidMessage: Cannot read x',
    });
  });

  it('return a message whose delivery threw, later if only a route is unknown', () => {
    const facts = { receives: 1, wholeMs: 60_000, chance: 0 };
    expect(onThrow(new Error('x'), facts)).toEqual({ kind: 'return' });
    expect(onThrow(new NotRegistered('x', { task: 'x' }), facts)).toEqual({
      kind: 'return',
      seconds: 30,
      why: 'NotRegistered: x',
    });
  });

  it('return a message that the cloud refused later with each receive, up to six timeouts, and spread', () => {
    const secondsAt = (receives: number, chance: number): unknown =>
      onThrow(new ServiceUnavailable('x'), { receives, wholeMs: 60_000, chance });
    expect([1, 2, 3, 6, 7, 49].map((receives) => secondsAt(receives, 0.9999))).toEqual(
      [10, 20, 40, 320, 360, 360].map((seconds) => ({ kind: 'return', seconds, why: 'ServiceUnavailable: x' })),
    );
    expect(secondsAt(1, 0)).toMatchObject({ seconds: 5 });
  });

  it('return a message that needs a right or a table, without a reason that passes', () => {
    const facts = { receives: 1, wholeMs: 60_000, chance: 0 };
    expect(onThrow(new ConfigurationError('x'), facts)).toEqual({ kind: 'return', seconds: 5 });
  });

  it('wait for another release for five receives, and never with a dead message', () => {
    expect([1, 5, 6].map((receives) => mayWait({ receives }))).toEqual([true, true, false]);
    expect(mayWait({ receives: 1, dead })).toBe(false);
  });

  it('name the decision of a message at its attempt, the rerun before the outcome', () => {
    const mine = { mid: 'm', try: 0 };
    expect(decidedBy({ next: replace, outcome: outcome() }, mine)).toBe(replace);
    expect(decidedBy({ next: retry, outcome: outcome() }, mine)).toMatchObject({ state: 'SUCCESS' });
    expect(decidedBy({ next: retry }, { mid: 'm', try: 1 })).toBeUndefined();
    expect(decidedBy({ next: { ...retry, mid: 'o' } }, mine)).toBeUndefined();
  });
});

describe('a task with a place', () => {
  const PLACED: DeliveredTask = { options: { concurrencyLimit: 2 } };
  const placed = (more: Partial<DeliveryFacts<RunMessage>> = {}, task = PLACED): DeliveryFacts<RunMessage> =>
    factsOf({ tasks: new Map([['add', task]]), ...more });

  it('needs it before it runs or is claimed, and of the key of its call', () => {
    expect(onArrival(placed())).toEqual({ kind: 'place', task: PLACED, place: { key: 'add', limit: 2 } });
    const early = { options: { concurrencyLimit: 2, acksLate: false } };
    expect(word(onArrival(placed({}, early)))).toBe('place');
    expect(word(onPlace(placed({}, early)))).toBe('claim');
    expect(word(onPlace(placed()))).toBe('run');
    const message = messageOf({ sig: { task: 'add', options: { concurrencyKey: 't7', concurrencyLimit: 1 } } });
    expect(onArrival(factsOf({ message }))).toMatchObject({ kind: 'place', place: { key: 't7', limit: 1 } });
  });

  it('is revoked or expires without a place', () => {
    const revoked = placed({ revoked: ['W.0'] });
    expect(word(onArrival(revoked))).toMatch(/^commit .*revoked/);
    expect(word(onArrival(placed({ message: messageOf({ expires: NOW - 1 }) })))).toMatch(/^commit .*expired/);
  });

  it('waits for a release that limits its key, and then fails', () => {
    const message = messageOf({ sig: { task: 'add', options: { concurrencyKey: 't7' } } });
    expect(word(onArrival(factsOf({ message })))).toBe('return 30');
    expect(word(onArrival(factsOf({ message, revoked: ['W.0'] })))).toBe(REVOKED);
    expect(word(onArrival(factsOf({ message, receives: 6 })))).toBe('check and count');
    expect(word(onFound(factsOf({ message, receives: 6 }), { cell: { starts: ['k'] } }))).toBe('fail InvalidOptions');
  });

  it('looks first and counts its start only in its place, if it may be a duplicate', () => {
    const again = placed({ receives: 2 });
    expect(word(onArrival(again))).toBe('check');
    expect(word(onFound(again, { cell: {} }))).toBe('place');
    expect(word(onFound(again, { cell: { outcome: outcome() } }))).toBe('resume');
    expect(word(onPlace(again))).toBe('check and count');
    const inPlace = { ...again, hasPlace: true as const };
    expect(word(onFound(inPlace, { cell: { starts: ['a', 'b', 'c'] } }))).toBe('run');
    expect(word(onFound(inPlace, { cell: { starts: ['a', 'b', 'c', 'k'] } }))).toBe('fail WorkerLostError');
    const early = { options: { concurrencyLimit: 2, acksLate: false } };
    expect(word(onPlace(placed({ receives: 2 }, early)))).toBe('claim');
  });

  it('comes again as the same message, as old as it was, if there is none', () => {
    expect(
      onNoPlace(factsOf({ message: messageOf({ held: true, next: true }) }), { afterMs: 1500, isNext: false }),
    ).toEqual(messageOf({ waits: NOW, notBefore: NOW + 1500 }));
    const waiting = messageOf({ waits: NOW - 5, slot: true, notBefore: NOW - 1 });
    expect(onNoPlace(factsOf({ message: waiting, receives: 2 }), { afterMs: 1000, isNext: true })).toEqual({
      ...waiting,
      again: true,
      next: true,
      notBefore: NOW + 1000,
    });
    expect(word(onArrival(placed({ message: { ...waiting, notBefore: NOW + 1 } })))).toBe('forward');
  });

  it('tells its readers once that it waits, after five seconds; a possible duplicate does not, since its task may run', () => {
    const LATER = { afterMs: 1500, isNext: false };
    const toldAfter = (ms: number, more: Partial<DeliveryFacts<RunMessage>> = {}): true | undefined =>
      onNoPlace(factsOf({ message: messageOf({ waits: NOW - ms }), ...more }), LATER).told;
    expect([toldAfter(4999), toldAfter(5000), toldAfter(5000, { receives: 2 })]).toEqual([undefined, true, undefined]);
    const again = messageOf({ waits: NOW - 9000, told: true });
    expect(onNoPlace(factsOf({ message: again }), LATER)).toEqual({ ...again, notBefore: NOW + 1500 });
    expect(begunAgain(factsOf({ message: again }))).not.toHaveProperty('told');
  });
});
