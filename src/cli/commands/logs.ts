import type { Command } from 'commander';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { idArgument, numberOption } from '../argument-values.ts';
import type { OpenCloud } from '../clouds/cloud.ts';
import { withCloud, withCloudUntilInterrupted } from '../clouds/open.ts';
import { addHandlersOption } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal logs <id>`, which prints the log lines of a task or a canvas. */
export function addLogs(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('logs')
    .description('Print the log lines of a task, or of all tasks of a canvas, the oldest first')
    .argument('<id>', 'taskId that `chordal call` or `chordal run` printed', idArgument)
    .option('--follow', 'go on: print each line when it comes')
    .option(
      '--hours <hours>',
      'how many hours to look back (default: as the id and its item say)',
      numberOption('hours', { least: 0, most: 366 * 24 }),
    );
  addHandlersOption(command).action(async (id: string, { follow = false, hours, handlers }: GivenLogs) => {
    const options = { kind: 'environment', handlersDir: handlers } as const;
    const print = async ({ engine }: OpenCloud, until?: Promise<void>): Promise<number> => {
      const [{ readLogs }, { cloudWatchLogs }] = await Promise.all([
        import('../logs/read-logs.ts'),
        import('../logs/cloudwatch-logs.ts'),
      ]);
      const { CHORDAL_QUEUE_PREFIX: prefix = '' } = process.env;
      if (prefix === '')
        throw new ConfigurationError(
          'Cannot find the logs: CHORDAL_QUEUE_PREFIX, with which the names of the functions begin, is not set. Set the environment of a caller.',
        );
      await readLogs(engine, cloudWatchLogs(process.env), output, { id, prefix, hours, until });
      return 0;
    };
    if (follow) end(await withCloudUntilInterrupted(options, 'read', output, print));
    else end(await withCloud(options, 'read', output, (cloud) => print(cloud)));
  });
}

// --- internal ---

interface GivenLogs {
  readonly follow?: boolean;
  readonly hours?: number;
  readonly handlers: string;
}
