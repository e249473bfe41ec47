import { workflowOf } from '../../core/protocol/ids.ts';
import { readNumber } from '../arguments.ts';
import { withCloud } from '../clouds/open.ts';
import { cloudArguments, readCloudOptions } from '../clouds/options.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import type { Output } from '../output.ts';
import { readId } from '../read-id.ts';

/** Nothing in memory outlives its command, so nothing waits there. */
const { memory: _, ...lastingClouds } = cloudArguments;

/** `chordal doctor [id]`: the workflows that wait for something that will not come. */
export function doctor(output: Output): Command {
  return makeCommand({
    name: 'doctor',
    description: 'Find workflows that wait for a message that is gone. It reads the whole table: $0.02 a GB at most',
    args: {
      id: { type: 'positional', required: false, description: 'Look at the workflow of this id alone; else at all' },
      repair: { type: 'boolean', description: 'Settle what is lost as failed, so that whoever waits for it is told' },
      pause: {
        type: 'string',
        valueHint: 'seconds',
        description: 'Between the two looks at the queues; SQS counts right a minute after the last send',
        default: '60',
      },
      ...lastingClouds,
    },
    run: async ({ id, repair = false, pause, ...cloudArgs }) => {
      const workflow = id === undefined ? undefined : workflowOf(readId(id));
      const pauseSeconds = readNumber('pause', pause, { least: 0, most: 3600 }) ?? 60;
      const options = readCloudOptions(cloudArgs);
      const [{ examine }, { environmentSurvey }] = await Promise.all([
        import('../doctor.ts'),
        import('../../runtime/survey.ts'),
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
