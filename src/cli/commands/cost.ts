import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import { endingOf, exitCodeOf } from '../outcome-json.ts';
import type { Output } from '../output.ts';
import { canvasesIn, readInput } from '../read-canvases.ts';
import { Refusals } from '../rejected-canvases.ts';

/** `chordal cost <file | ->`: what canvases have AWS do, and what that costs. */
export function cost(output: Output): Command {
  return makeCommand({
    name: 'cost',
    description: 'Print the AWS calls that canvases will make, and what they cost; sends nothing',
    args: {
      file: { type: 'positional', required: true, description: 'The file to read, as for run; - is stdin' },
      verbose: { type: 'boolean', description: 'Show where an error happened' },
    },
    run: async (args) => {
      const input = canvasesIn(await readInput(args.file, process.stdin), args.file);
      const refusals = new Refusals(input, output);
      const { costOfCanvas, refusalJson } = await import('../cost-of-canvas.ts');
      const endings = await Promise.all(input.canvases.map((canvas) => endingOf(costOfCanvas(canvas))));
      for (const [index, canvas] of input.canvases.entries()) {
        const ending = endings[index];
        if (ending === undefined) continue;
        if ('error' in ending) refusals.add(canvas, ending.error);
        output.answer('error' in ending ? refusalJson(canvas, ending.error) : ending.value);
      }
      refusals.conclude('counted');
      output.note(SAID);
      return exitCodeOf(endings);
    },
  });
}

// --- internal ---

const SAID =
  'If every task succeeds at its first try and returns less than 100 bytes; list prices of us-east-1 in dollars, without the time that functions run. The least is with ten messages in flight, the most with one.';
