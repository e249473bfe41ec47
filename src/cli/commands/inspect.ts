import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** `chordal inspect <id>`: all that is known of one id. */
export function inspect(output: Output): Command {
  return makeCommand({
    name: 'inspect',
    description: 'Print the state of a task, its value, error or progress, and what it has launched',
    args: {
      id: { type: 'positional', required: true, description: 'The taskId that call or run has printed' },
      ...cloudArguments,
    },
    run: async (args) => {
      const id = readId(args.id);
      const { inspectId } = await import('../inspect-id.ts');
      return withCloud(readCloudOptions(args), 'read', output, async (cloud) => {
        output.answer(await inspectId(cloud, id));
        return 0;
      });
    },
  });
}
