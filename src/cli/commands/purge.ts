import type { Command } from 'commander';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal purge <name>`, which discards the messages of a task or a queue. */
export function addPurge(program: Command, { output, stdin, end }: CommandLine): void {
  const command = program
    .command('purge')
    .description('Discard the messages of a task or a queue that wait or are delayed; their tasks are REVOKED')
    .argument('<name>', 'name of a task or a queue')
    .option('-f, --force', 'do not ask first');
  // Nothing waits in a cloud in memory, which begins with its command.
  addCloudOptions(command, { hasMemory: false });
  command.action(async (name: string, { force = false, ...given }: GivenCloud & { readonly force?: boolean }) => {
    const { confirmed } = await import('../confirmed.ts');
    const cloud = readCloudOptions(given);
    const exitCode = await withCloud(cloud, 'send', output, async ({ app }) => {
      if (!force && !(await confirmed(`Discard the messages of ${name} that have been sent by now?`, stdin, output)))
        return 1;
      output.answer(await app.control.purge(name));
      output.note('A worker that receives one of these messages discards it, and its task is REVOKED.');
      return 0;
    });
    end(exitCode);
  });
}
