import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** `chordal forget <id>`: removes the value of an id. */
export function forget(output: Output): Command {
  return makeCommand({
    name: 'forget',
    description: 'Remove the value of a task or a canvas; its id cannot be used again',
    args: {
      id: { type: 'positional', required: true, description: 'The taskId that call or run has printed' },
      ...cloudArguments,
    },
    run: async (args) => {
      const id = readId(args.id);
      return withCloud(readCloudOptions(args), 'read', output, async ({ app }) => {
        await app.asyncResult(id).forget();
        output.answer({ taskId: id });
        return 0;
      });
    },
  });
}
