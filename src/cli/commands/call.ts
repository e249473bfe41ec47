import type { Command } from 'commander';
import { messageOf } from '../../core/text/describe.ts';
import type { JsonObject } from '../../core/values/json.ts';
import { jsonOrText, objectOption } from '../argument-values.ts';
import { addCallOptions, readCallOptions } from '../call-options.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addWaitOptions, readCloudOptions, readWait } from '../clouds/options.ts';
import type { GivenCloud, GivenWait } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal call <task> [arg…]`, which calls one task. */
export function addCall(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('call')
    .description('Call a task')
    .argument('<task>', 'name of the task')
    .argument('[arg...]', 'its arguments; each is read as JSON, or else as a string')
    .option('--kwargs <json>', 'its keyword arguments, as a JSON object', objectOption);
  addWaitOptions(command);
  addCloudOptions(command);
  addCallOptions(command);
  command.addHelpText('after', EXAMPLES).action(async (task: string, texts: readonly string[], given: GivenCall) => {
    const args = texts.map((text, index) => jsonOrText(text, `argument ${index + 1}`));
    const canvas = { task, args, kwargs: given.kwargs ?? {} };
    const options = readCloudOptions(given);
    const waiting = readWait(given);
    const call = await readCallOptions(given);
    const { submitCanvases } = await import('../submit-canvases.ts');
    const onRefused = (_: unknown, error: unknown): void => output.problem(messageOf(error));
    end(
      await withCloud(options, 'send', output, (cloud) =>
        submitCanvases([{ where: task, json: canvas }], cloud, { ...waiting, call, onRefused }, output),
      ),
    );
  });
}

// --- internal ---

interface GivenCall extends GivenCloud, GivenWait, Readonly<Record<string, unknown>> {
  readonly kwargs?: JsonObject;
}

const EXAMPLES = `
Examples:
  chordal call add 1 2 --wait
  chordal call add 1 2 --kwargs '{"debug": true}'
  chordal call index 17 --debounce '{"key": "index-17", "seconds": 5}'
  chordal call remind 17 --eta 2027-01-01T08:00Z --queue mail
  chordal call log -- --an-argument-that-begins-with-a-hyphen

Without --wait it prints {"taskId": …}; with --wait, {"value": …} or {"error": …}.`;
