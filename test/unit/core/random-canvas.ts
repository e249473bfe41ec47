import * as fc from 'fast-check';
import type { CallOptions, ChunksData, MapData, SignatureData, TaskData } from '../../../src/core/canvas/signature.ts';
import { chainOf, chordOf, groupOf, taskOf, withOptions } from '../../../src/core/canvas/signature.ts';

/** Values that are JSON, and some that are not. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(undefined, new Date(0), new Date('2026-01-02T03:04:05.678Z'), 12n, new Set([1]), new Map([['a', 1]])),
);

const name = fc.constantFrom('add', 'mul', 'identity', 'tsum', 'constructor', '__proto__', 'a b');
const keywords = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), value, { maxKeys: 2, noNullPrototype: true });
const date = fc.date({ noInvalidDate: true, min: new Date('1970-01-01'), max: new Date('2100-01-01') });

/** Options without callbacks. */
const plainOptions: fc.Arbitrary<CallOptions> = fc.record(
  {
    countdown: fc.nat(5000),
    eta: date,
    expires: fc.oneof(fc.nat(5000), date),
    taskId: fc.constantFrom('W', 'a:b_c-1'),
    queue: fc.constantFrom('math', 'text'),
    tenant: fc.constantFrom('a', 'b'),
    headers: fc.dictionary(fc.constantFrom('h', 'i', 'j'), fc.jsonValue({ maxDepth: 1 }), {
      maxKeys: 2,
      minKeys: 1,
      noNullPrototype: true,
    }),
    ignoreResult: fc.boolean(),
    maxRetries: fc.option(fc.nat(10)),
    timeLimit: fc.integer({ min: 11, max: 900 }),
    softTimeLimit: fc.integer({ min: 1, max: 10 }),
  },
  { requiredKeys: [] },
);

/** Random canvases: every kind in every other, with options and callbacks. */
export const canvas: fc.Arbitrary<SignatureData> = fc.letrec<{
  task: TaskData;
  mapped: SignatureData;
  any: SignatureData;
}>((tie) => ({
  task: fc
    .tuple(name, fc.array(value, { maxLength: 2 }), keywords, fc.boolean(), plainOptions, callbacks(tie('any')))
    .map(([task, args, kwargs, immutable, options, links]) =>
      taskOf(task, { args, kwargs, immutable, options: { ...options, ...links } }),
    ),
  mapped: fc
    .tuple(
      name,
      fc.array(value, { maxLength: 3 }),
      fc.constantFrom('map', 'starmap', 'chunks'),
      fc.integer({ min: 1, max: 3 }),
      fc.record(
        {
          onMemberFailure: fc.constantFrom('failFast' as const, 'collect' as const),
          concurrency: fc.integer({ min: 1, max: 9 }),
          progress: fc.boolean(),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
    )
    .map(([task, items, kind, size, how]): MapData | ChunksData =>
      kind === 'chunks'
        ? { kind: 'chunks', task: taskOf(task), items, size, options: {}, ...how }
        : { kind: kind === 'map' ? 'map' : 'starmap', task: taskOf(task), items, options: {}, ...how },
    ),
  any: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'canvas', withCrossShrink: true },
    tie('task'),
    tie('mapped'),
    optioned(fc.array(tie('any'), { minLength: 1, maxLength: 4, depthIdentifier: 'canvas' }).map(chainOf), tie('any')),
    optioned(fc.array(tie('any'), { maxLength: 4, depthIdentifier: 'canvas' }).map(groupOf), tie('any')),
    optioned(
      fc
        .tuple(
          fc.array(tie('any'), { maxLength: 3, depthIdentifier: 'canvas' }),
          tie('any'),
          fc.constantFrom<Parameters<typeof chordOf>[2]>(
            { onMemberFailure: 'failFast' },
            { onMemberFailure: 'collect' },
            { tolerate: 2 },
            { tolerate: '12.5%' },
          ),
        )
        .map(([header, body, how]) => chordOf(header, body, how)),
      tie('any'),
    ),
  ),
})).any;

// --- internal ---

function optioned(made: fc.Arbitrary<SignatureData>, any: fc.Arbitrary<SignatureData>): fc.Arbitrary<SignatureData> {
  const options = fc.option(fc.tuple(plainOptions, callbacks(any)), { nil: undefined, freq: 2 });
  return fc
    .tuple(made, options)
    .map(([data, more]) => (more === undefined ? data : withOptions(data, { ...more[0], ...more[1] })));
}

function callbacks(any: fc.Arbitrary<SignatureData>): fc.Arbitrary<CallOptions> {
  const some = fc.array(any, { minLength: 1, maxLength: 1, depthIdentifier: 'canvas' });
  return fc.oneof(
    { maxDepth: 2, depthIdentifier: 'canvas' },
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: some.map((link) => ({ link })) },
    { weight: 1, arbitrary: some.map((linkError) => ({ linkError })) },
  );
}
