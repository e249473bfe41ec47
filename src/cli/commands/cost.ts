import type { Command } from 'commander';
import { mismatch } from '../../core/text/mismatch.ts';
import { compact } from '../../core/values/compact.ts';
import { kebabCase, numberOption } from '../argument-values.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../errors.ts';
import type { RampSettings } from '../ramp/settings.ts';
import { canvasesIn, readInput } from '../read-canvases.ts';
import { RejectedCanvases } from '../rejected-canvases.ts';

/** Adds `chordal cost <file | ->`, which prints the AWS calls that canvases will make, their price and their time. */
export function addCost(program: Command, { output, stdin, end }: CommandLine): void {
  program
    .command('cost')
    .description('Print the AWS calls that canvases will make, and their price; nothing is sent')
    .argument('<file>', 'file of signature JSON, or NDJSON with one canvas a line; - reads stdin')
    .option('--inline', 'count as if every task had inline: true, and one function ran them all')
    .option(
      '--external <name>',
      'a task that a Python worker runs (app.external); can be repeated',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .option(
      '--time <seconds>',
      'also print when each canvas is done, by the limits of AWS alone, if each task takes so long',
      numberOption('time', { least: 0, most: 900 }),
    )
    .option('--batch-size <n>', 'with --time: messages in a batch (default: 10)', whole('batch-size', 1, 10))
    .option(
      '--concurrency <n>',
      'with --time: batches of the function at once (default: no limit)',
      whole('concurrency', 2, 1000),
    )
    .option('--pollers <min,max>', 'with --time: pollers of its own (default: those that Lambda shares)', pollersOf)
    .option('--account <n>', 'with --time: sandboxes of the account at once (default: 1000)', whole('account', 1))
    .option(
      '--table-writes <n>',
      'with --time: writes a second that the table is warm for (default: 4000)',
      whole('table-writes', 1),
    )
    .action(async (file: string, options: Options) => {
      const choice = choiceOf(options);
      const input = canvasesIn(await readInput(file, stdin), file);
      const rejected = new RejectedCanvases(input, output);
      const [{ billOfCanvas }, { endingOf, exitCodeOf, rejectionJson }] = await Promise.all([
        import('../cost-of-canvas.ts'),
        import('../outcome-json.ts'),
      ]);
      const settings = { inline: options.inline ?? false, ...compact({ external: options.external }), ...choice };
      const endings = await Promise.all(
        input.canvases.map(async (canvas) => ({ canvas, ending: await endingOf(billOfCanvas(canvas, settings)) })),
      );
      for (const { canvas, ending } of endings) {
        if ('error' in ending) rejected.add(canvas, ending.error);
        output.answer('error' in ending ? rejectionJson(canvas, ending.error) : ending.value);
      }
      rejected.summarise('counted');
      output.note(ASSUMPTIONS);
      if (options.time !== undefined) output.note(TIME_ASSUMPTIONS);
      end(exitCodeOf(endings.map(({ ending }) => ending)));
    });
}

// --- internal ---

interface Options extends RampSettings {
  readonly inline?: boolean;
  readonly external?: readonly string[];
  readonly time?: number;
}

const ASSUMPTIONS =
  'Assumes no retries, no waiting for places (the limits of tasks themselves are not known here) and results under 100 bytes; us-east-1 list prices in USD, excluding Lambda duration. Least: full batches of ten. Most: one message at a time.';
const TIME_ASSUMPTIONS =
  'Time: each canvas alone, one function, full batches whose tasks run side by side, 50 ms a batch beside them, no cold starts, no steps inline; pollers at the price of us-east-1.';

function whole(name: string, least: number, most?: number): (text: string) => number {
  return numberOption(name, compact({ least, most, isWhole: true }));
}

/** Reads the option `--pollers`. */
function pollersOf(text: string): NonNullable<RampSettings['pollers']> {
  const [, min, max] = /^(\d+),(\d+)$/.exec(text) ?? [];
  const pollers = { min: Number(min), max: Number(max) };
  if (pollers.min >= 2 && pollers.min <= 200 && pollers.max >= pollers.min && pollers.max <= 10_000) return pollers;
  const want = 'two whole numbers, min from 2 to 200 and max from min to 10000, as in 2,100';
  throw new UsageError(`Cannot use --pollers: ${mismatch(want, JSON.stringify(text))}`);
}

/** Returns the settings that the options choose. */
function choiceOf(options: Options): {
  readonly time?: { readonly seconds: number; readonly settings?: RampSettings };
} {
  const { time, batchSize, concurrency, pollers, account, tableWrites } = options;
  const settings: RampSettings = compact({ batchSize, concurrency, pollers, account, tableWrites });
  const [chosen] = Object.keys(settings);
  if (pollers !== undefined && concurrency !== undefined)
    throw new UsageError('Cannot use --pollers with --concurrency: Lambda takes one of the two. Leave one out.');
  if (time === undefined) {
    if (chosen === undefined) return {};
    throw new UsageError(
      `Cannot use --${kebabCase(chosen)} without --time: it has no effect on the price. Add --time with the seconds that a task takes.`,
    );
  }
  return { time: chosen === undefined ? { seconds: time } : { seconds: time, settings } };
}
