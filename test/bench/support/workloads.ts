import { chain, chord, group, range } from 'chordal';
import { add, tsum } from '../../../handlers/tasks/math.ts';
import type { Figure } from './figure.ts';
import { comparedTo } from './figure.ts';
import { progress } from './section.ts';

/** Where the workloads run, and when it last finished something. */
export interface Place {
  readonly name: string;
  /** When the last batch ended: a caller that polls learns of the end later than it was. */
  readonly lastBatchAt: () => number;
}

/** Seconds; far more than needed. */
const timeout = 300;

/** The whole runs: each is done once to warm up, smaller. */
export async function measureRuns(place: Place): Promise<readonly Figure[]> {
  progress(`${place.name}: warming up`);
  await delays(50);
  await members(200);
  await steps(20);
  const named = (name: string, value: number, unit: string): Figure => ({
    name: `${place.name}: ${name}`,
    value,
    unit,
  });
  const timed = async (name: string, run: () => Promise<unknown>): Promise<number> => {
    progress(`${place.name}: ${name}`);
    const startedAt = performance.now();
    await run();
    return place.lastBatchAt() - startedAt;
  };

  let acceptedMs = 0;
  const single = named(
    '500 single delays',
    perSecond(500, await timed('500 single delays', async () => (acceptedMs = await delays(500)))),
    'tasks/s',
  );
  const grouped = named(
    'group of 2,000',
    perSecond(2000, await timed('group of 2,000', () => members(2000))),
    'tasks/s',
  );
  const smallJoin = named('chord of 500', await timed('chord of 500', () => join(500)), 'ms');
  const largeJoin = named('chord of 2,000', await timed('chord of 2,000', () => join(2000)), 'ms');
  const short = named('chain of 100', (await timed('chain of 100', () => steps(100))) / 100, 'ms a step');
  const long = named('chain of 1,000', (await timed('chain of 1,000', () => steps(1000))) / 1000, 'ms a step');
  return [
    { ...named('500 delays accepted', acceptedMs, 'ms'), note: 'calls of one turn share requests' },
    single,
    comparedTo(grouped, single),
    smallJoin,
    { ...comparedTo(largeJoin, smallJoin), note: '4.00 is linear' },
    short,
    { ...comparedTo(long, short), note: '1.00 is linear' },
  ];
}

// --- internal ---

/** Answers with how long it took until all were accepted. */
async function delays(n: number): Promise<number> {
  const startedAt = performance.now();
  const results = await Promise.all(range(n).map((i) => add.delay(i, i)));
  const acceptedMs = performance.now() - startedAt;
  check(await Promise.all(results.map((result) => result.get({ timeout }))), doubled(n));
  return acceptedMs;
}

async function members(n: number): Promise<void> {
  const result = await group(range(n).map((i) => add.s(i, i))).delay();
  check(await result.get({ timeout }), doubled(n));
}

async function join(n: number): Promise<void> {
  const result = await chord(
    range(n).map((i) => add.s(i, i)),
    tsum.s(),
  ).delay();
  check(await result.get({ timeout }), n * (n - 1));
}

async function steps(n: number): Promise<void> {
  const [first, ...rest] = [add.s(0, 1), ...range(n - 1).map(() => add.s(1))];
  const result = await chain(first, ...rest).delay();
  check(await result.get({ timeout }), n);
}

function doubled(n: number): readonly number[] {
  return range(n).map((i) => i + i);
}

/** Refuses a wrong result: only right results are measured. */
function check(value: unknown, expected: unknown): void {
  if (JSON.stringify(value) !== JSON.stringify(expected)) {
    throw new Error(`Cannot measure a wrong result: ${JSON.stringify(value).slice(0, 100)}`);
  }
}

function perSecond(count: number, ms: number): number {
  return (count / ms) * 1000;
}
