import type { Command } from 'commander';
import { workflowOf } from '../../core/protocol/ids.ts';
import { idArgument, numberOption } from '../argument-values.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal doctor [id]`, which finds workflows that wait for a message that is gone. */
export function addDoctor(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('doctor')
    .description('Find workflows that wait for a message that is gone; reads the whole table, at most $0.02 a GB')
    .argument('[id]', 'check only the workflow of this id (default: all)', idArgument)
    .option('--repair', 'settle lost workflows as failed, so that their callers get an error')
    .option(
      '--pause <seconds>',
      'seconds between the two queue checks; SQS counts lag by up to a minute',
      numberOption('pause', { least: 0, most: 3600 }),
      60,
    );
  // Nothing in memory outlives its command, so no workflow waits there.
  addCloudOptions(command, { hasMemory: false });
  command.action(async (id: string | undefined, given: GivenDoctor) => {
    const workflow = id === undefined ? undefined : workflowOf(id);
    const [{ examine }, { environmentSurvey }] = await Promise.all([
      import('../doctor.ts'),
      import('../../runtime/survey.ts'),
    ]);
    const options = { workflow, isRepairing: given.repair ?? false, pauseSeconds: given.pause };
    const exitCode = await withCloud(readCloudOptions(given), 'read', output, ({ engine }) =>
      // An embedded cloud sets the environment when it starts, so the survey is made here.
      examine({ engine, survey: environmentSurvey(process.env), output }, options),
    );
    end(exitCode);
  });
}

// --- internal ---

interface GivenDoctor extends GivenCloud {
  readonly repair?: boolean;
  readonly pause: number;
}
