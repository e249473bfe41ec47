import { messageOf } from '../../core/text/describe.ts';
import type { Json } from '../../core/values/json.ts';
import { furtherArguments } from '../arguments.ts';
import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions, readWait, waitArguments } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import { jsonOrText, objectOption } from '../json-text.ts';
import type { Output } from '../output.ts';

/** `chordal call <task> [arg…]`: sends a call of one task. */
export function call(output: Output): Command {
  return makeCommand({
    name: 'call',
    description: 'Call a task, as in: chordal call add 1 2 --wait',
    args: {
      task: { type: 'positional', required: true, description: "The task's name" },
      'arg…': { type: 'positional', required: false, description: 'Its arguments: JSON, else strings' },
      kwargs: { type: 'string', valueHint: 'json', description: 'Its keyword arguments: an object' },
      ...waitArguments,
      ...cloudArguments,
    },
    run: async (args) => {
      const canvas = { task: args.task, args: argumentsOf(args), kwargs: objectOption(args.kwargs) };
      const options = readCloudOptions(args);
      const waiting = readWait(args);
      const { submitCanvases } = await import('../submit-canvases.ts');
      const onRefused = (_: unknown, error: unknown): void => output.problem(messageOf(error));
      return withCloud(options, 'send', output, (cloud) =>
        submitCanvases([{ where: args.task, json: canvas }], cloud, { ...waiting, onRefused }, output),
      );
    },
  });
}

// --- internal ---

function argumentsOf(args: { readonly _: readonly string[] }): readonly Json[] {
  return furtherArguments(args).map((text, index) => jsonOrText(text, `argument ${index + 1}`));
}
