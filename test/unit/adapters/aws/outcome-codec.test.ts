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
import type { Outcome, Owner, Rerun, Value } from '../../../../src/core/protocol/outcome.ts';
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
  },
  { requiredKeys: ['state', 'value', 'mid', 'token'] },
);
const rerun: fc.Arbitrary<Rerun> = fc.oneof(
  fc.record(
    { kind: fc.constant('retry' as const), notBefore: fc.nat(), error: value },
    { requiredKeys: ['kind', 'notBefore'] },
  ),
  fc.record({ kind: fc.constant('replace' as const), plan: value }),
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
    expect(encodeOutcome(small)).toBe('{"m":"mmmmmmmmmmmmmmmm","t":"tttttttt","s":"S","v":5}');
  });

  it('decodeOutcome() reads a value when it nests as deep as a value may', () => {
    const deep = JSON.parse(`${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`) as Json;
    const given: Outcome = { state: 'SUCCESS', value: { inline: deep }, mid: 'mid', token: 'token' };
    expect(encodeOutcome(decodeOutcome(encodeOutcome(given)))).toBe(encodeOutcome(given));
  });

  it('cellOf() reads the slot that it is asked for', () => {
    const [one, two] = fc.sample(outcome, 2);
    if (one === undefined || two === undefined) throw new Error('fc.sample() gave less than it was asked for');
    const item = { o1: text(encodeOutcome(one)), o2: text(encodeOutcome(two)), s3: { SS: ['one', 'two'] } };
    expect(cellOf(item, 2)).toEqual({ outcome: two });
    expect(cellOf(item, 3)).toEqual({ starts: ['one', 'two'] });
    expect(cellOf(item, undefined)).toEqual({});
  });

  it('leafOf() counts outcomes alone, and nodeOf() children from the first of its node', () => {
    const last = text(encodeLast({ mid: 'a:b', child: 7 }));
    const leaf = { o0: text(''), o7: text(''), r1: { N: '1' }, d1: text(''), l: last, f: { BOOL: true } };
    expect(leafOf(leaf)).toEqual({ filled: 2, failed: true, last: { mid: 'a:b', child: 7 } });
    expect(nodeOf({ d: { NS: ['1', '7'] }, l: last }, 200)).toEqual({
      filled: 2,
      failed: false,
      last: { mid: 'a:b', child: 207 },
    });
  });
});
