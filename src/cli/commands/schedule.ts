import type { Command } from 'commander';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addWaitOptions, readCloudOptions, readWait } from '../clouds/options.ts';
import type { GivenCloud, GivenWait } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal schedule list | run | pause | resume`, which works on the schedules of a cloud. */
export function addSchedule(program: Command, line: CommandLine): void {
  const schedule = program
    .command('schedule')
    .usage('<command> [options]')
    .description('List schedules, run one now, or stop and start one');
  addList(schedule, line);
  addRun(schedule, line);
  addEnable(schedule, line, { name: 'pause', description: 'Stop a schedule until it is resumed', isEnabled: false });
  addEnable(schedule, line, { name: 'resume', description: 'Let a schedule run again', isEnabled: true });
}

// --- internal ---

function addList(schedule: Command, { output, end }: CommandLine): void {
  const command = schedule.command('list').description('Print one line for each schedule');
  addCloudOptions(command);
  command.action(async (given: GivenCloud) => {
    const { listSchedules } = await import('../schedules.ts');
    end(await withCloud(readCloudOptions(given), 'read', output, (cloud) => listSchedules(cloud, output)));
  });
}

function addRun(schedule: Command, { output, end }: CommandLine): void {
  const command = schedule
    .command('run')
    .description('Start the canvas of a schedule now, whether it is paused or not')
    .argument('<name>', 'name of the schedule');
  addWaitOptions(command);
  addCloudOptions(command);
  command.action(async (name: string, given: GivenCloud & GivenWait) => {
    const waiting = readWait(given);
    const { startSchedule } = await import('../schedules.ts');
    end(
      await withCloud(readCloudOptions(given), 'read', output, (cloud) => startSchedule(cloud, name, waiting, output)),
    );
  });
}

function addEnable(
  schedule: Command,
  { output, end }: CommandLine,
  {
    name,
    description,
    isEnabled,
  }: { readonly name: string; readonly description: string; readonly isEnabled: boolean },
): void {
  const command = schedule.command(name).description(description).argument('<name>', 'name of the schedule');
  // Nothing in memory outlives its command, so nothing there can be paused.
  addCloudOptions(command, { hasMemory: false });
  command.action(async (of: string, given: GivenCloud) => {
    const { enableSchedule } = await import('../schedules.ts');
    end(
      await withCloud(readCloudOptions(given), 'read', output, (cloud) => enableSchedule(cloud, of, isEnabled, output)),
    );
  });
}
