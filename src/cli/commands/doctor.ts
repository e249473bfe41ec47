import { workflowOf } from '../../core/ids.ts';
import { readNumber } from '../arguments.ts';
import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';
import { UsageError } from '../usage-error.ts';

/** `chordal doctor [id]`: the workflows that wait for something that will not come. */
export function doctor(output: Output): Command {
  return makeCommand({
    name: 'doctor',
    description:
      'Find workflows that wait for what will not come. It reads the whole table (at most $0.02 a GB), with your own rights: OPERATIONS.md has them',
    args: {
      id: { type: 'positional', required: false, description: 'Look at the workflow of this id alone; else at all' },
      repair: { type: 'boolean', description: 'Settle what is lost as failed, so that whoever waits for it is told' },
      pause: {
        type: 'string',
        valueHint: 'seconds',
        description: 'Between the two looks at the queues; SQS counts right a minute after the last send',
        default: '60',
      },
      ...cloudArguments,
    },
    run: async ({ id, repair = false, pause, ...cloudArgs }) => {
      const workflow = id === undefined ? undefined : workflowOf(readId(id));
      const pauseSeconds = readNumber('pause', pause, { least: 0, most: 3600 }) ?? 60;
      const options = readCloudOptions(cloudArgs);
      if (options.kind === 'memory')
        throw new UsageError(
          'Cannot use --memory here: nothing in memory outlives its command, so nothing waits there',
        );
      const [{ examine }, { environmentSurvey }] = await Promise.all([
        import('../doctor.ts'),
        import('../../lambda/survey.ts'),
      ]);
      return withCloud(options, 'read', output, ({ engine }) =>
        // Made when the cloud is up: the environment then names it.
        examine(
          { engine, survey: environmentSurvey(process.env), output },
          { workflow, isRepairing: repair, pauseSeconds },
        ),
      );
    },
  });
}
