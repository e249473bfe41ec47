import { ServiceUnavailable } from '../../src/core/errors/caller.ts';
/**
 * How long a chord of 100,000 takes on a new table, which throttles: with messages that return soon, and with messages that wait out
 * their queue's visibility timeout. A model in steps of 100 ms; nothing is measured, so it says the same on every machine.
 */
import { onThrow } from '../../src/core/protocol/delivery.ts';
import type { Figure } from './support/figure.ts';
import { comparedTo } from './support/figure.ts';
import { answer, progress } from './support/section.ts';

/** Writes a second of a new on-demand table: docs.aws.amazon.com/amazondynamodb, "On-demand capacity mode", initial throughput. */
const TABLE_WRITES = 4000;
/** Batches at once of an SQS event source: 5, and 300 more each minute: docs.aws.amazon.com/lambda, "Scaling behavior" of SQS. */
const FIRST_BATCHES = 5;
const MORE_A_MINUTE = 300;
/** Concurrent executions of an account: docs.aws.amazon.com/lambda, "Quotas". */
const MOST_BATCHES = 1000;
const BATCH = 10;
/** Members of the chord, and the writes that they are: one each, and one for each leaf of eight. */
const MEMBERS = 100_000;
const WRITES_A_MEMBER = 1 + 1 / 8;
/** A function's timeout, in ms, and what a batch of short tasks takes. */
const TIMEOUT_MS = 60_000;
const BATCH_MS = 50;
const STEP_MS = 100;
/** Parts into which messages that return are cut. */
const SPREAD = 20;

progress('throttling: a chord of 100,000 on a new table');
const seconds = (name: string, delay: Delay): Figure => ({
  name: `throttling: chord of 100,000 on a new table, ${name}`,
  value: untilDone(delay) / 1000,
  unit: 's',
});
const late = seconds('messages wait six timeouts', () => (6 * TIMEOUT_MS) / 1000);
const soon = seconds('messages return soon', (receives, chance) => {
  const facts = { receives, wholeMs: TIMEOUT_MS, chance };
  const disposition = onThrow(new ServiceUnavailable('throttled'), facts);
  return disposition.kind === 'return' ? (disposition.seconds ?? 0) : 0;
});
const least = (MEMBERS * WRITES_A_MEMBER) / TABLE_WRITES;
const note = `the table's writes alone take ${least.toFixed(0)} s; a model, with AWS's published limits`;
answer([late, { ...comparedTo(soon, late), note }]);

// --- internal ---

/** Seconds until a message returns that was throttled at its nth receive. */
type Delay = (receives: number, chance: number) => number;

/** Messages, by how often they have been received. */
type Counts = number[];

function untilDone(delay: Delay): number {
  const returns = new Map<number, Counts>([[0, [MEMBERS]]]);
  const visible: Counts = [];
  let left = MEMBERS;
  for (let step = 0; ; step += 1) {
    addTo(visible, returns.get(step) ?? []);
    const received = take(visible, capacityAt(step * STEP_MS));
    left -= settle(received, (receives, count, index) => {
      // Spread as chance would.
      const steps = Math.ceil((delay(receives, index / SPREAD) * 1000) / STEP_MS);
      const then = returns.get(step + steps) ?? [];
      then[receives] = (then[receives] ?? 0) + count;
      returns.set(step + steps, then);
    });
    if (left < 1) return (step + 1) * STEP_MS;
  }
}

/** Messages that the function takes in one step. */
function capacityAt(ms: number): number {
  const batches = Math.min(MOST_BATCHES, FIRST_BATCHES + (MORE_A_MINUTE * ms) / 60_000);
  return (batches * BATCH * STEP_MS) / BATCH_MS;
}

/** Answers with how many were written; the others return. */
function settle(received: Counts, giveBack: (receives: number, count: number, part: number) => void): number {
  const wanted = received.reduce((sum, count) => sum + count, 0) * WRITES_A_MEMBER;
  // The SDK tries again within the step: for as long as there is capacity.
  const written = Math.min(wanted, (TABLE_WRITES * STEP_MS) / 1000);
  const refused = wanted === 0 ? 0 : 1 - written / wanted;
  received.forEach((count, receives) => {
    for (let part = 0; part < SPREAD; part += 1) giveBack(receives + 1, (count * refused) / SPREAD, part);
  });
  return written / WRITES_A_MEMBER;
}

function addTo(counts: Counts, more: Counts): void {
  more.forEach((count, receives) => (counts[receives] = (counts[receives] ?? 0) + count));
}

/** Takes up to so many, of each kind alike. */
function take(counts: Counts, most: number): Counts {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const part = all === 0 ? 0 : Math.min(1, most / all);
  return counts.map((count, receives) => {
    const taken = count * part;
    counts[receives] = count - taken;
    return taken;
  });
}
