import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** `chordal graph <id>`: what has come of an id, as nodes and edges. */
export function graph(output: Output): Command {
  return makeCommand({
    name: 'graph',
    description: 'Print what has come of a task or a canvas, as nodes and edges',
    args: {
      id: { type: 'positional', required: true, description: 'The taskId that call or run has printed' },
      ...cloudArguments,
    },
    run: async (args) => {
      const id = readId(args.id);
      return withCloud(readCloudOptions(args), 'read', output, async ({ app }) => {
        output.answer(await app.asyncResult(id).graph());
        return 0;
      });
    },
  });
}
