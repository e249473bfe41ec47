import type { Command } from 'commander';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addHandlersOption, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal control pause | resume | rate-limit`, which changes what the workers of a cloud do from now on. */
export function addControl(program: Command, line: CommandLine): void {
  const control = program
    .command('control')
    .usage('<command> [options]')
    .description('Change what workers do from now on');
  addReceiving(control, line, {
    name: 'pause',
    description: 'Stop the function of a task or a queue: its messages wait until it is resumed',
    isReceiving: false,
  });
  addReceiving(control, line, {
    name: 'resume',
    description: 'Have the function of a task or a queue receive again',
    isReceiving: true,
  });
  addRateLimit(control, line);
}

// --- internal ---

const STOPS =
  'Lambda stops within about a minute. SQS deletes messages that wait for longer than 10 days: resume before that.';

function addReceiving(
  control: Command,
  { output, end }: CommandLine,
  how: { readonly name: string; readonly description: string; readonly isReceiving: boolean },
): void {
  const { name, description, isReceiving } = how;
  const command = control
    .command(name)
    .description(description)
    .argument('<name>', 'name of a task or a queue; all tasks of one file in handlers/ have one queue');
  // An embedded cloud of one command ends with it.
  addHandlersOption(command);
  command.action(async (of: string, { handlers }: Pick<GivenCloud, 'handlers'>) => {
    const cloud = readCloudOptions({ handlers });
    const exitCode = await withCloud(cloud, 'send', output, async ({ app: { control: workers } }) => {
      output.answer(await (isReceiving ? workers.resume(of) : workers.pause(of)));
      if (!isReceiving) output.note(STOPS);
      return 0;
    });
    end(exitCode);
  });
}

function addRateLimit(control: Command, { output, end }: CommandLine): void {
  const command = control
    .command('rate-limit')
    .description('Limit the rate of a task over all workers; takes effect within about a second')
    .argument('<task>', 'name of the task')
    .argument('<limit>', "as 10/s, 100/m or 1000/h; 0 for no limit; 'own' for the limit in the task's options");
  // Nothing in memory outlives its command, so nothing there can be limited.
  addCloudOptions(command, { hasMemory: false });
  command.action(async (task: string, limit: string, given: GivenCloud) => {
    await withCloud(readCloudOptions(given), 'send', output, async ({ app }) => {
      await app.control.rateLimit(task, limit === 'own' ? null : limit);
      output.answer({ task, rateLimit: limit });
      return 0;
    }).then(end);
  });
}
