import { chain, chord, createApp, group } from 'chordal';
import type { App } from 'chordal';
import { memoryCloud } from 'chordal/testing';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { isChordalError } from '../../../src/core/errors/caller.ts';

const DAY = 86_400;
const DATES = ['9999-12-31T23:59:59.999Z', '+010000-01-01T00:00:00Z', '1969-01-01T00:00:00Z'].map((at) => new Date(at));
/** Characters that JSON, SQS and the Scheduler write in different ways. */
const ODD = ['x', '"', '\\', '\u{1F600}', '\uFFFE', '\uD800', '\u0000', '\n', 'é'];
const LENGTHS = [0, 1, 100, 101, 1000, 4096, 4097, 32_768, 260_000, 1_100_000];

const text = fc
  .record({ unit: fc.constantFrom(...ODD), length: fc.constantFrom(...LENGTHS) })
  .map(({ unit, length }) => unit.repeat(Math.ceil(length / unit.length)));
const seconds = fc.constantFrom(0, -1, 899, 901, 14 * DAY, 16 * DAY, 366 * DAY, 3_155_760_000, 3_155_760_001, 1e300);
const option = fc.oneof(
  seconds.map((countdown) => ({ countdown })),
  fc.constantFrom(...DATES).map((eta) => ({ eta })),
  fc.oneof(seconds, fc.constantFrom(...DATES)).map((expires) => ({ expires })),
  text.map((traceparent) => ({ headers: { traceparent } })),
  text.map((other) => ({ headers: { other } })),
  text.map((taskId) => ({ taskId })),
  text.map((tenant) => ({ tenant })),
  text.map((dedupKey) => ({ dedupKey })),
  fc.constantFrom(0, 1, 54, 56, 901).map((timeLimit) => ({ timeLimit })),
  fc.constant({}),
);
const options = fc.tuple(option, option).map(([one, other]) => ({ ...one, ...other }));
const canvas = fc.constantFrom('task', 'chain', 'group', 'chord', 'wide');

function made(app: App, kind: string, arg: string): Sendable {
  const one = (): never => app.signature('echo', { args: [arg] }) as never;
  const many = (count: number): never => Array.from({ length: count }, one) as never;
  const body = app.signature('count') as never;
  const canvases: Readonly<Record<string, () => unknown>> = {
    task: one,
    chain: () => chain(one(), body),
    group: () => group(many(3)),
    chord: () => chord(many(3), body),
    wide: () => chord(many(30), body),
  };
  return canvases[kind]?.() as Sendable;
}

/** The part that all canvases share. */
interface Sendable {
  applyAsync(options: object): Promise<{ get(how: object): Promise<unknown> }>;
}

it('a call at a limit, or above it, is refused with its reason, or comes to an end', { timeout: 240_000 }, async () => {
  const count = { refused: 0, accepted: 0 };
  const property = fc.asyncProperty(canvas, text, options, async (kind, arg, given) => {
    const app = createApp('limits');
    const echo = app.task('echo', (value: string) => value.length);
    const counting = app.task('count', (values: unknown) => (Array.isArray(values) ? values.length : 1));
    using cloud = memoryCloud({ all: app.handler(echo, counting) }, { time: 'virtual', logLevel: 'silent', seed: 1 });
    const handle = await made(app, kind, arg)
      .applyAsync(given)
      .catch((error: unknown) => {
        expect(isChordalError(error), String(error).slice(0, 300)).toBe(true);
        expect(String(error)).toContain('Cannot ');
      });
    count[handle === undefined ? 'refused' : 'accepted'] += 1;
    if (handle === undefined) return;
    const end = await handle.get({ timeout: 3.2e9 }).then(
      () => 'SUCCESS',
      (error: unknown) => String(error),
    );
    expect(end).not.toMatch(/^TimeoutError/);
    expect(cloud.deadLetters).toEqual([]);
  });
  await fc.assert(property, { numRuns: 150, seed: 11 });
  expect(Math.min(count.refused, count.accepted)).toBeGreaterThan(30);
});
