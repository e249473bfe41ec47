import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { LISTED_STATES } from '../../ui/listed-state.ts';
import type { ListedState } from '../../ui/listed-state.ts';
import type { ListedWorkflow, ListQuery } from '../../ui/workflows.ts';
import { numberOption } from '../argument-values.ts';
import type { OpenCloud } from '../clouds/cloud.ts';
import { withCloud, withCloudUntilInterrupted } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import type { Output } from '../output.ts';

/** Adds `chordal list` and `chordal failures`, which read the journal. */
export function addList(program: Command, line: CommandLine): void {
  addOne(program, line, {
    name: 'list',
    description: 'Print one line for each workflow of the journal, the newest first',
  });
  addOne(program, line, {
    name: 'failures',
    description: 'Print one line for each workflow that has failed, with its error',
  });
}

// --- internal ---

const HOUR_MS = 3_600_000;
/** How often `--follow` looks, in ms. */
const LOOK_MS = 1000;

interface ListCommand {
  readonly name: 'list' | 'failures';
  readonly description: string;
}

interface GivenList extends GivenCloud {
  readonly state?: ListedState;
  readonly task?: string;
  readonly hours: number;
  readonly limit: number;
  readonly follow?: boolean;
}

function addOne(program: Command, { output, end }: CommandLine, { name, description }: ListCommand): void {
  const command = program
    .command(name)
    .description(description)
    .option('--task <name>', 'only workflows with this task')
    .option('--hours <hours>', 'how many hours to look back', numberOption('hours', { least: 0, most: 366 * 24 }), 24)
    .option(
      '--limit <count>',
      `how many lines at most${name === 'list' ? '; with --follow, of those before it began' : ''}`,
      numberOption('limit', { least: 1, most: 10_000, isWhole: true }),
      50,
    );
  if (name === 'list') {
    command
      .addOption(
        new Option('--state <state>', 'only workflows in this state; OPEN: all that have not ended').choices(
          LISTED_STATES,
        ),
      )
      .option('--follow', 'go on: print each workflow when it is submitted, and again when it has ended');
  }
  addCloudOptions(command, { hasMemory: false });
  command.action(async (given: GivenList) => {
    const options = readCloudOptions(given);
    const exitCode = await (given.follow === true
      ? withCloudUntilInterrupted(options, 'read', output, (cloud, ended) => follow(cloud, given, output, ended))
      : withCloud(options, 'read', output, (cloud) => printPage(cloud, name, given, output)));
    end(exitCode);
  });
}

async function printPage(
  cloud: OpenCloud,
  name: ListCommand['name'],
  given: GivenList,
  output: Output,
): Promise<number> {
  const [{ nothingOf, readList }, { listWorkflows, listFailures }, journal] = await load();
  const list = name === 'list' ? listWorkflows : listFailures;
  const { items, next } = await readList(list, cloud.engine, journal, queryOf(cloud, given));
  for (const item of items) output.answer(lineOf(item));
  if (items.length === 0) output.note(nothingOf(name, given));
  if (next !== undefined) output.note('There are more: raise --limit.');
  return 0;
}

async function follow(cloud: OpenCloud, given: GivenList, output: Output, isEnding: Promise<void>): Promise<number> {
  const [{ followList }, , journal] = await load();
  const ended = isEnding.then(() => 'ended' as const);
  const look = followList(cloud.engine, journal, queryOf(cloud, given));
  for (;;) {
    for (const item of await look()) output.answer(lineOf(item));
    if ((await Promise.race([ended, delay(LOOK_MS)])) === 'ended') return 0;
  }
}

// The return type is that of imports.
async function load() {
  const [lists, workflows, { environmentJournal }] = await Promise.all([
    import('../journal-lists.ts'),
    import('../../ui/workflows.ts'),
    import('../../runtime/survey.ts'),
  ]);
  return [lists, workflows, environmentJournal(process.env)] as const;
}

function queryOf({ engine }: OpenCloud, { state, task, hours, limit }: GivenList): ListQuery {
  return { since: engine.clock.now() - hours * HOUR_MS, limit, state, task };
}

function lineOf({ at, endedAt, ...rest }: ListedWorkflow): object {
  return {
    ...rest,
    at: new Date(at).toISOString(),
    ...(endedAt !== undefined && { endedAt: new Date(endedAt).toISOString() }),
  };
}
