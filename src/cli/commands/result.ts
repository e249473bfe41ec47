import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions, readWait, waitArguments } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** `chordal result <id>`: how far it has got, and its value or its error. */
export function result(output: Output): Command {
  return makeCommand({
    name: 'result',
    description: 'Print the state of a task or a canvas, and its value or its error',
    args: {
      id: { type: 'positional', required: true, description: 'The taskId that call or run has printed' },
      ...waitArguments,
      ...cloudArguments,
    },
    run: async (args) => {
      const id = readId(args.id);
      const { wait, timeoutSeconds = Number.POSITIVE_INFINITY } = readWait(args);
      const { reportResult } = await import('../../client/results/report.ts');
      return withCloud(readCloudOptions(args), 'read', output, async ({ engine }) => {
        const report = await reportResult(engine, id, wait ? timeoutSeconds : 0);
        output.answer(report);
        const isEnded = 'value' in report || 'error' in report;
        if (wait && !isEnded) output.problem(`${id} has not ended after ${timeoutSeconds} s; it goes on`);
        return 'error' in report || (wait && !isEnded) ? 1 : 0;
      });
    },
  });
}
