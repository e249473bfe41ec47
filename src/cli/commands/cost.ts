import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { canvasesIn, readInput } from '../read-canvases.ts';
import { RejectedCanvases } from '../rejected-canvases.ts';

/** Adds `chordal cost <file | ->`, which prints the AWS calls that canvases will make and their price. */
export function addCost(program: Command, { output, stdin, end }: CommandLine): void {
  program
    .command('cost')
    .description('Print the AWS calls that canvases will make, and their price; nothing is sent')
    .argument('<file>', 'file of signature JSON, or NDJSON with one canvas a line; - reads stdin')
    .option('--inline', 'count as if every task had inline: true, and one function ran them all')
    .action(async (file: string, { inline = false }: { readonly inline?: boolean }) => {
      const input = canvasesIn(await readInput(file, stdin), file);
      const rejected = new RejectedCanvases(input, output);
      const [{ billOfCanvas }, { endingOf, exitCodeOf, rejectionJson }] = await Promise.all([
        import('../estimate.ts'),
        import('../outcome-json.ts'),
      ]);
      const endings = await Promise.all(
        input.canvases.map(async (canvas) => ({ canvas, ending: await endingOf(billOfCanvas(canvas, { inline })) })),
      );
      for (const { canvas, ending } of endings) {
        if ('error' in ending) rejected.add(canvas, ending.error);
        output.answer('error' in ending ? rejectionJson(canvas, ending.error) : ending.value);
      }
      rejected.summarise('counted');
      output.note(ASSUMPTIONS);
      end(exitCodeOf(endings.map(({ ending }) => ending)));
    });
}

// --- internal ---

const ASSUMPTIONS =
  'Assumes no retries and results under 100 bytes; us-east-1 list prices in USD, excluding Lambda duration. Least: full batches of ten. Most: one message at a time.';
