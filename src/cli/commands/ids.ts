import type { Command } from 'commander';
import { idArgument } from '../argument-values.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addWaitOptions, readCloudOptions, readWait } from '../clouds/options.ts';
import type { GivenCloud, GivenWait } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../errors.ts';

/** Adds the commands that take the id of a task or a canvas: `result`, `inspect` and `forget`. */
export function addIdCommands(program: Command, line: CommandLine): void {
  addResult(program, line);
  addInspect(program, line);
  addForget(program, line);
}

// --- internal ---

const ID = 'taskId that `chordal call` or `chordal run` printed';

function addResult(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('result')
    .description('Print the state of a task or a canvas, and its value or error')
    .argument('<id>', ID, idArgument);
  addWaitOptions(command);
  addCloudOptions(command);
  command.action(async (id: string, given: GivenCloud & GivenWait) => {
    const { wait, timeoutSeconds = Number.POSITIVE_INFINITY } = readWait(given);
    const { reportResult } = await import('../../client/results/report.ts');
    const exitCode = await withCloud(readCloudOptions(given), 'read', output, async ({ engine }) => {
      const report = await reportResult(engine, id, wait ? timeoutSeconds : 0);
      output.answer(report);
      const isPending = !('value' in report) && !('error' in report);
      if (wait && isPending)
        output.problem(
          `${id} has not ended after ${timeoutSeconds} s; it keeps running, unless no workflow has this id`,
        );
      return 'error' in report || (wait && isPending) ? 1 : 0;
    });
    end(exitCode);
  });
}

function addInspect(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('inspect')
    .description(
      'Print the state, times, attempts, value, error and progress of a task or a canvas, and what it launched; or what the workers have',
    )
    .argument(
      '<id>',
      `${ID}; or registered (tasks and their queues), stats, active, reserved or scheduled (counts of messages)`,
      idArgument,
    )
    .option('--stack', 'add the recorded error, with its causes, fields and stacks');
  addCloudOptions(command);
  command.action(async (id: string, given: GivenCloud & { readonly stack?: boolean }) => {
    const { inspectWorkers, isView } = await import('../inspect-workers.ts');
    if (isView(id)) {
      if (given.memory === true)
        throw new UsageError(
          `Cannot use --memory with inspect ${id}: nothing in memory outlives its command. Leave it out.`,
        );
      const purpose = id === 'registered' ? 'send' : 'read';
      const cloud = readCloudOptions(given);
      return end(await withCloud(cloud, purpose, output, (opened) => inspectWorkers(opened, id, output)));
    }
    const { inspect } = await import('../../client/results/inspect.ts');
    await withCloud(readCloudOptions(given), 'read', output, async ({ engine }) => {
      output.answer(await inspect(engine, id, given.stack === true));
      return 0;
    }).then(end);
  });
}

function addForget(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('forget')
    .description('Delete the stored value of a task or a canvas; its id cannot be used again')
    .argument('<id>', ID, idArgument);
  addCloudOptions(command);
  command.action(async (taskId: string, given: GivenCloud) => {
    await withCloud(readCloudOptions(given), 'read', output, async ({ app }) => {
      await app.asyncResult(taskId).forget();
      output.answer({ taskId });
      return 0;
    }).then(end);
  });
}
