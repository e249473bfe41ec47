import type { Command } from 'commander';
import { listOption } from '../argument-values.ts';
import { addCallOptions, readCallOptions } from '../call-options.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addWaitOptions, readCloudOptions, readWait } from '../clouds/options.ts';
import type { GivenCloud, GivenWait } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { canvasesIn, readInput } from '../read-canvases.ts';
import { RejectedCanvases } from '../rejected-canvases.ts';

/** Adds `chordal run <file | ->`, which submits signature JSON or NDJSON. */
export function addRun(program: Command, { output, stdin, end }: CommandLine): void {
  const command = program
    .command('run')
    .description('Submit canvases from a file or from stdin')
    .argument('<file>', 'file of signature JSON, or NDJSON with one canvas a line; - reads stdin')
    .option('--args <json>', 'JSON list of arguments to prepend to those of each canvas', listOption)
    .option('--serial', 'start each canvas only when the one before has ended');
  addWaitOptions(command);
  addCloudOptions(command);
  addCallOptions(command);
  command.addHelpText('after', EXAMPLES).action(async (file: string, given: GivenRun) => {
    const { args = [], serial = false } = given;
    const options = readCloudOptions(given);
    const waiting = readWait(given);
    const call = await readCallOptions(given);
    const input = canvasesIn(await readInput(file, stdin), file);
    const rejected = new RejectedCanvases(input, output);
    const { submitCanvases } = await import('../submit-canvases.ts');
    const submitting = {
      ...waiting,
      args,
      call,
      serial,
      onRefused: rejected.add,
    };
    const exitCode = await withCloud(options, 'send', output, (cloud) =>
      submitCanvases(input.canvases, cloud, submitting, output),
    );
    rejected.summarise('sent');
    end(exitCode);
  });
}

// --- internal ---

interface GivenRun extends GivenCloud, GivenWait, Readonly<Record<string, unknown>> {
  readonly args?: readonly unknown[];
  readonly serial?: boolean;
}

const EXAMPLES = `
Examples:
  chordal run canvas.json --wait
  chordal run - --args '[4]' < canvases.ndjson
  chordal run nightly.json --throttle '{"key": "nightly", "seconds": 3600}'

It prints one line for each canvas, in the order of the input. The options of the call are those of each canvas.`;
