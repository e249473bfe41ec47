import type { Command } from 'commander';
import { idArgument } from '../argument-values.ts';
import type { OpenCloud, Purpose } from '../clouds/cloud.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, addWaitOptions, readCloudOptions, readWait } from '../clouds/options.ts';
import type { GivenCloud, GivenWait } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds the commands that take the id of a task or a canvas: `result`, `inspect`, `graph`, `revoke` and `forget`. */
export function addIdCommands(program: Command, line: CommandLine): void {
  addResult(program, line);
  for (const idCommand of ID_COMMANDS) addIdCommand(program, line, idCommand);
}

// --- internal ---

/** A command that takes an id and prints one answer. */
interface IdCommand {
  readonly name: string;
  readonly description: string;
  readonly purpose: Purpose;
  readonly answer: (cloud: OpenCloud, id: string) => Promise<unknown>;
}

const ID_COMMANDS: readonly IdCommand[] = [
  {
    name: 'inspect',
    description: 'Print the state, value, error or progress of a task, and the ids of the tasks it launched',
    purpose: 'read',
    answer: inspect,
  },
  {
    name: 'graph',
    description: 'Print the tasks of a canvas and their states, as nodes and edges',
    purpose: 'read',
    answer: ({ app }, id) => app.asyncResult(id).graph(),
  },
  {
    name: 'revoke',
    description: 'Revoke the tasks of a canvas that have not run yet; takes effect within about a second',
    purpose: 'send',
    answer: async ({ app }, id) =>
      app
        .asyncResult(id)
        .revoke()
        .then(() => ({ taskId: id })),
  },
  {
    name: 'forget',
    description: 'Delete the stored value of a task or a canvas; its id cannot be used again',
    purpose: 'read',
    answer: async ({ app }, id) =>
      app
        .asyncResult(id)
        .forget()
        .then(() => ({ taskId: id })),
  },
];

const ID = 'taskId that `chordal call` or `chordal run` printed';

function addIdCommand(program: Command, { output, end }: CommandLine, idCommand: IdCommand): void {
  const { name, description, purpose, answer } = idCommand;
  const command = program.command(name).description(description).argument('<id>', ID, idArgument);
  addCloudOptions(command);
  command.action(async (id: string, given: GivenCloud) => {
    await withCloud(readCloudOptions(given), purpose, output, async (cloud) => {
      output.answer(await answer(cloud, id));
      if (purpose === 'send') await cloud.untilIdle();
      return 0;
    }).then(end);
  });
}

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
      if (wait && isPending) output.problem(`${id} has not ended after ${timeoutSeconds} s; it keeps running`);
      return 'error' in report || (wait && isPending) ? 1 : 0;
    });
    end(exitCode);
  });
}

/** Reads everything that is known of one id. */
async function inspect({ app, engine }: OpenCloud, id: string): Promise<object> {
  const [{ reportResult }, { toAnswer }] = await Promise.all([
    import('../../client/results/report.ts'),
    import('../../core/values/serializer.ts'),
  ]);
  const handle = app.asyncResult(id);
  const [report, children] = await Promise.all([reportResult(engine, id, 0), handle.children()]);
  const isEnded = 'value' in report || 'error' in report;
  // The meta of the last `updateState`.
  const meta = isEnded ? undefined : await handle.info();
  return {
    ...report,
    ...(meta !== undefined && { meta: toAnswer(meta, `the meta of ${id}`) }),
    children: children.map(({ taskId }) => taskId),
  };
}
