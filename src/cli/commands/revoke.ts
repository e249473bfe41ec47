import type { Command } from 'commander';
import type { RevokedStamps, StampValue } from '../../core/types/control.ts';
import { idArgument, isJson, numberOption } from '../argument-values.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../errors.ts';

/** Adds `chordal revoke`, which takes the id of a canvas, or stamps. */
export function addRevoke(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('revoke')
    .description(
      'Revoke the tasks of a canvas that have not run yet, or all tasks that carry a stamp; takes effect within about a second',
    )
    .argument('[id]', 'taskId that `chordal call` or `chordal run` printed', idArgument)
    .option(
      '--stamp <name=value>',
      'revoke the tasks that carry this stamp, also those sent later; the value is JSON, else a string; can be repeated',
      stampOption,
    )
    .option(
      '--for <seconds>',
      'with --stamp: how long the revocation stands; 15 days without it',
      numberOption('for', { least: 1, most: 366 * 86_400 }),
    );
  addCloudOptions(command);
  command.action(async (id: string | undefined, given: GivenCloud & GivenStamps) => {
    const { stamp: stamps, for: seconds } = given;
    mustBeOne(id, given);
    await withCloud(readCloudOptions(given), 'send', output, async ({ app, untilIdle }) => {
      if (id !== undefined) await app.control.revoke(id);
      if (stamps !== undefined) await app.control.revokeByStamp(stamps, seconds === undefined ? {} : { seconds });
      output.answer(id === undefined ? { stamps } : { taskId: id });
      await untilIdle();
      return 0;
    }).then(end);
  });
}

// --- internal ---

interface GivenStamps {
  readonly stamp?: RevokedStamps;
  readonly for?: number;
}

function mustBeOne(id: string | undefined, { stamp, for: seconds }: GivenStamps): void {
  if (id !== undefined && stamp !== undefined)
    throw new UsageError('Cannot revoke an id and a stamp at once. Run the command twice.');
  if (id === undefined && stamp === undefined)
    throw new UsageError('Cannot revoke nothing: give the id of a canvas, or --stamp name=value.');
  if (stamp === undefined && seconds !== undefined)
    throw new UsageError('Cannot use --for without --stamp: the revocation of an id stands for a year. Leave it out.');
}

function stampOption(text: string, before: Readonly<Record<string, readonly StampValue[]>> = {}): typeof before {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`Cannot use --stamp ${JSON.stringify(text)}: write it as --stamp customer=42.`);
  // Whether a task can be revoked by the value is checked where it is revoked.
  const read = isJson(value) ? (JSON.parse(value) as StampValue) : value;
  return { ...before, [name]: [...(before[name] ?? []), read] };
}
