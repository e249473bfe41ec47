import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { text } from '../../../../src/adapters/aws/attributes.ts';
import {
  cellOf,
  decodeOutcome,
  decodeRerun,
  encodeLast,
  encodeOutcome,
  encodeRerun,
  leafOf,
  nodeOf,
} from '../../../../src/adapters/aws/outcome-codec.ts';
import type { Outcome, Owner, Rerun, RunFacts, Value } from '../../../../src/core/protocol/outcome.ts';
import { compact } from '../../../../src/core/values/compact.ts';
import { MAX_DEPTH } from '../../../../src/core/values/json.ts';
import type { Json } from '../../../../src/core/values/json.ts';

// JSON does not tell -0 from 0; values are marked before they come here.
const json = fc.jsonValue({ stringUnit: 'binary' }).map((value): Json => JSON.parse(JSON.stringify(value)) as Json);
const owner: fc.Arbitrary<Owner> = fc.record({ mid: fc.string(), token: fc.string() });
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ inline: json }),
  fc.record({ ref: fc.string() }),
  fc.record({ join: fc.string(), n: fc.nat(), splice: fc.constant(true as const) }, { requiredKeys: ['join', 'n'] }),
);
const ms = fc.integer({ min: 0, max: 4_000_000_000_000 });
const run: fc.Arbitrary<RunFacts> = fc.record(
  {
    task: fc.string({ minLength: 1 }),
    attempt: fc.nat(),
    queuedAt: ms,
    startedAt: ms,
    endedAt: ms,
    steps: fc.nat(),
    call: value,
  },
  { requiredKeys: ['endedAt'] },
);
const outcome: fc.Arbitrary<Outcome> = fc.record(
  {
    state: fc.constantFrom('SUCCESS' as const, 'FAILURE' as const, 'REVOKED' as const),
    value,
    mid: fc.string(),
    token: fc.string(),
    failedId: fc.string(),
    ignored: fc.constant(true as const),
    expiresAt: fc.nat(),
    children: fc.oneof(fc.array(fc.string()), fc.record({ ref: fc.string() })),
    added: fc.record({ join: fc.string(), n: fc.nat() }),
    run,
  },
  { requiredKeys: ['state', 'value', 'mid', 'token'] },
);
const rerun: fc.Arbitrary<Rerun> = fc.oneof(
  fc.record(
    { kind: fc.constant('retry' as const), notBefore: fc.nat(), error: value, run },
    { requiredKeys: ['kind', 'notBefore'] },
  ),
  fc.record({ kind: fc.constant('replace' as const), plan: value, run }, { requiredKeys: ['kind', 'plan'] }),
);

describe('outcome codec', () => {
  it('decodeOutcome() reads what encodeOutcome() wrote', () => {
    fc.assert(
      fc.property(outcome, (given) => {
        expect(decodeOutcome(encodeOutcome(given))).toEqual(given);
      }),
    );
  });

  it('decodeRerun() reads what encodeRerun() wrote', () => {
    fc.assert(
      fc.property(rerun, owner, fc.nat(), (given, by, attempt) => {
        expect(decodeRerun(encodeRerun({ ...given, ...by }), attempt)).toEqual({ ...given, ...by, attempt });
      }),
    );
  });

  it('encodeOutcome() takes less than 60 bytes when the value is small', () => {
    const small: Outcome = { state: 'SUCCESS', value: { inline: 5 }, mid: 'm'.repeat(16), token: 't'.repeat(8) };
    expect(encodeOutcome(small)).toBe('{"m":"tttttttt mmmmmmmmmmmmmmmm","v":5}');
  });

  it('encodeOutcome() adds 23 bytes for when and as what a member ran, and keeps its expiry in them', () => {
    const endedAt = 1_764_388_800_000;
    const facts = { task: 'shop.orders.confirm', queuedAt: endedAt - 130, startedAt: endedAt - 90, endedAt };
    const given: Outcome = {
      state: 'SUCCESS',
      value: { inline: 5 },
      mid: 'm'.repeat(16),
      token: 't'.repeat(8),
      expiresAt: endedAt / 1000 + 86_400,
      run: facts,
    };
    const text = encodeOutcome(given, true);
    expect(text).toBe('{"m":"tttttttt.jwmmijrjb40.2i.14.1uo0 mmmmmmmmmmmmmmmm","v":5}');
    expect(decodeOutcome(text, ['add', 'shop.orders.confirm'])).toEqual(given);
    expect(decodeOutcome(text, ['add']).run?.task).toBeUndefined();
  });

  it('decodeOutcome() reads what the release before wrote', () => {
    const text = '{"m":"mid","t":"token","s":"F","v":5,"e":7}';
    const value = { inline: 5 };
    expect(decodeOutcome(text)).toEqual({ state: 'FAILURE', value, mid: 'mid', token: 'token', expiresAt: 7 });
  });

  it('decodeOutcome() reads a value when it nests as deep as a value may', () => {
    const deep = JSON.parse(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`) as Json;
    const given: Outcome = { state: 'SUCCESS', value: { inline: deep }, mid: 'mid', token: 'token' };
    expect(encodeOutcome(decodeOutcome(encodeOutcome(given)))).toBe(encodeOutcome(given));
  });

  it('cellOf() reads the slot that it is asked for', () => {
    const [one, two] = fc.sample(outcome, 2);
    if (one === undefined || two === undefined) throw new Error('fc.sample() gave less than it was asked for');
    const names = [one, two].flatMap(({ run }) => run?.task ?? []);
    const [o1, o2] = [one, two].map((each) => text(encodeOutcome(each, true)));
    const item = { ...compact({ o1, o2 }), s3: { SS: ['one', 'two'] }, k: { SS: names } };
    expect(cellOf(item, 2)).toEqual({ outcome: two });
    expect(cellOf(item, 3)).toEqual({ starts: ['one', 'two'] });
    expect(cellOf(item, undefined)).toEqual({});
  });

  it('leafOf() counts outcomes alone, and nodeOf() children from the first of its node', () => {
    const last = text(encodeLast({ mid: 'a:b', child: 7 }));
    const leaf = { o0: text(''), o7: text(''), r1: { N: '1' }, d1: text(''), l: last, f: { BOOL: true } };
    expect(leafOf(leaf)).toEqual({ filled: 2, failed: true, last: { mid: 'a:b', child: 7 } });
    const failure = text(encodeOutcome({ state: 'FAILURE', value: { inline: 5 }, mid: 'mid', token: 'token' }));
    const counted = { o0: text('{"m":"t m","v":"{\\"s\\":"}'), o1: failure, f: { BOOL: true }, n: text('90 3') };
    expect(leafOf(counted)).toEqual({ filled: 2, failed: true, failures: 1, size: { members: 90, steps: 3 } });
    expect(nodeOf({ e: { N: '4' } }, 0)).toEqual({ filled: 0, failed: false, failures: 4 });
    expect(nodeOf({ d: { NS: ['1', '7'] }, l: last }, 200)).toEqual({
      filled: 2,
      failed: false,
      last: { mid: 'a:b', child: 207 },
    });
  });
});
