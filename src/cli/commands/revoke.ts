import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** `chordal revoke <id>`: asks for everything of an id that has not run to be revoked. */
export function revoke(output: Output): Command {
  return makeCommand({
    name: 'revoke',
    description: 'Ask to revoke what has not run yet of a task or a canvas, within about a second',
    args: {
      id: { type: 'positional', required: true, description: 'The taskId that call or run has printed' },
      ...cloudArguments,
    },
    run: async (args) => {
      const id = readId(args.id);
      return withCloud(readCloudOptions(args), 'send', output, async ({ app, untilIdle }) => {
        await app.asyncResult(id).revoke();
        output.answer({ taskId: id });
        await untilIdle();
        return 0;
      });
    },
  });
}
