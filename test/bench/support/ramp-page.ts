import { answerOf, COMPARED } from '../../../src/cli/ramp/answers.ts';
import type { RampAnswer } from '../../../src/cli/ramp/answers.ts';
import { LIMITS, POLLER_DOLLARS } from '../../../src/cli/ramp/limits.ts';
import { BATCH_MS } from '../../../src/cli/ramp/ramp.ts';
import type { Wave } from '../../../src/cli/ramp/ramp.ts';
import type { RampSettings } from '../../../src/cli/ramp/settings.ts';
import { wavesOf } from '../../../src/cli/ramp/waves.ts';
import type { Figure } from './figure.ts';
import { shown } from './figure.ts';
import { markdownTable } from './page.ts';

const task = { task: 'add' };
const tasks = (n: number, seconds: number): readonly Wave[] => [
  { messages: n, taskMs: seconds * 1000, writes: n, keys: n },
];
const LOADS: Readonly<Record<string, readonly Wave[]>> = {
  '1,000 tasks of 30 s': tasks(1000, 30),
  '10,000 tasks of 1 s': tasks(10_000, 1),
  'a chord of 100,000 short tasks': wavesOf({ seq: [{ par: Array.from({ length: 100_000 }, () => task) }, task] }, 0),
};

const rows = COMPARED.map((settings) => ({
  settings,
  answers: Object.values(LOADS).map((waves) => answerOf(waves, settings)),
}));
/** When each of the loads is done, with each choice of settings. */
export function rampFigures(): readonly Figure[] {
  return rows.flatMap(({ settings, answers }) => answers.map((one, index) => figureOf(settings, index, one)));
}

/** The part of `docs/performance.md`. */
export function rampPage(): string {
  const head = ['settings', ...Object.keys(LOADS), "the function's own pollers, an hour"];
  const table = rows.map(({ settings, answers }) => [
    nameOf(settings),
    ...answers.map(({ seconds, heldBy }) => `${shown(seconds)} s (${heldBy})`),
    priceOf(answers[0]),
  ]);
  const limits = Object.values(LIMITS).map(({ value, unit, what, page }) => [
    `${value.toLocaleString('en-US')} ${unit}`,
    what,
    `[${page.split('/').at(-1)?.replace('.html', '') ?? ''}](${page})`,
  ]);
  return [
    'Seconds from the first message until the last task is done, and in brackets the limit that they waited for longest.',
    '',
    markdownTable(head, table),
    '',
    'The limits, as AWS publishes them:',
    '',
    markdownTable(['limit', 'of', 'page'], limits),
    '',
    `One queue and its function; full batches, whose tasks run side by side; ${BATCH_MS} ms a batch beside its tasks, which is an assumption. Cold starts, errors, bursts and the SDK's second tries are not in it. A refused write is made again in its sandbox for 20 s; then the message returns after 5 to 10 s, and later each time, and runs again. A poller costs $${POLLER_DOLLARS} an hour in us-east-1 ([pricing](https://aws.amazon.com/lambda/pricing/)).`,
  ].join('\n');
}

// --- internal ---

function figureOf(settings: RampSettings, index: number, { seconds, heldBy }: RampAnswer): Figure {
  const load = Object.keys(LOADS)[index] ?? '';
  return { name: `ramp: ${load}, ${nameOf(settings)}`, value: seconds, unit: 's', note: `held by ${heldBy}` };
}

function nameOf({ batchSize, concurrency, pollers, account, tableWrites }: RampSettings): string {
  const parts = [
    batchSize === undefined ? '' : `\`batchSize: ${batchSize}\``,
    concurrency === undefined ? '' : `\`concurrency: ${concurrency}\``,
    pollers === undefined ? '' : `\`pollers: { min: ${pollers.min}, max: ${pollers.max} }\``,
    account === undefined ? '' : `${account.toLocaleString('en-US')} sandboxes in the account`,
    tableWrites === undefined ? '' : `a table warm for ${tableWrites.toLocaleString('en-US')} writes a second`,
  ];
  return parts.filter((part) => part !== '').join(', ') || 'the defaults';
}

function priceOf({ pollerDollarsAnHour }: Partial<RampAnswer> = {}): string {
  if (pollerDollarsAnHour === undefined) return '';
  const { least, most } = pollerDollarsAnHour;
  return least === most ? `$${least.toFixed(2)}` : `$${least.toFixed(2)} to $${most.toFixed(2)}`;
}
