import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions, readWait, waitArguments } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import { listOption } from '../json-text.ts';
import type { Output } from '../output.ts';
import { canvasesIn, readInput } from '../read-canvases.ts';
import { Refusals } from '../rejected-canvases.ts';

/** `chordal run <file | ->`: submits signature JSON, or NDJSON. */
export function run(output: Output): Command {
  return makeCommand({
    name: 'run',
    description: 'Submit canvases: signature JSON, or NDJSON with one a line',
    args: {
      file: { type: 'positional', required: true, description: 'The file to read; - is stdin' },
      args: { type: 'string', valueHint: 'json', description: "A list, prepended to each canvas's arguments" },
      serial: { type: 'boolean', description: 'Begin each canvas when the one before has ended' },
      ...waitArguments,
      ...cloudArguments,
    },
    run: async (args) => {
      const given = listOption(args.args);
      const options = readCloudOptions(args);
      const waiting = readWait(args);
      const input = canvasesIn(await readInput(args.file, process.stdin), args.file);
      const refusals = new Refusals(input, output);
      const { submitCanvases } = await import('../submit-canvases.ts');
      const exitCode = await withCloud(options, 'send', output, (cloud) =>
        submitCanvases(
          input.canvases,
          cloud,
          {
            ...waiting,
            args: given,
            serial: args.serial ?? false,
            onRefused: (canvas, error) => refusals.add(canvas, error),
          },
          output,
        ),
      );
      refusals.conclude();
      return exitCode;
    },
  });
}
