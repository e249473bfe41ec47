import type { Command } from 'commander';
import { numberOption } from '../argument-values.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import type { DeadLetterAction } from '../dead-letters.ts';

/** Adds `chordal dlq list | redrive | purge [id…]`, which works on dead letters. */
export function addDlq(program: Command, line: CommandLine): void {
  const dlq = program
    .command('dlq')
    .usage('<command> [options]')
    .description('List dead letters, send them again as new workflows, or delete them');
  for (const [action, description] of Object.entries(DESCRIPTIONS) as [DeadLetterAction, string][])
    addAction(dlq, action, description, line);
}

// --- internal ---

const DESCRIPTIONS: Readonly<Record<DeadLetterAction, string>> = {
  list: 'Print one line for each dead letter, oldest first',
  redrive: 'Send dead letters again as new workflows, and print {"old": …, "new": …} for each',
  purge: 'Delete dead letters',
};

/** Dead letters are kept for 15 days. */
const KEPT_DAYS = 15;

interface GivenDlq extends GivenCloud {
  readonly days: number;
}

function addAction(dlq: Command, action: DeadLetterAction, description: string, { output, end }: CommandLine): void {
  const command = dlq
    .command(action)
    .description(description)
    .argument('[id...]', 'ids that `chordal dlq list` printed (default: all)')
    .option(
      '--days <days>',
      `how many days to look back; dead letters are kept for ${KEPT_DAYS}`,
      numberOption('days', { least: 0, most: KEPT_DAYS }),
      KEPT_DAYS,
    );
  addCloudOptions(command);
  command.action(async (ids: readonly string[], given: GivenDlq) => {
    const { handleDeadLetters } = await import('../dead-letters.ts');
    const purpose = action === 'redrive' ? 'send' : 'read';
    const exitCode = await withCloud(readCloudOptions(given), purpose, output, async (cloud) => {
      const code = await handleDeadLetters(action, { days: given.days, ids }, cloud, output);
      if (action === 'redrive') await cloud.untilIdle();
      return code;
    });
    end(exitCode);
  });
}
