import { setTimeout as delay } from 'node:timers/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import type { JournalReader } from '../../ports/journal.ts';
import { isOpen, LISTED_STATES } from '../../ui/listed-state.ts';
import type { ListedState } from '../../ui/listed-state.ts';
import type { listFailures, ListedWorkflow, ListQuery, listWorkflows } from '../../ui/workflows.ts';
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
/** How far `--follow` looks back each time: entries of other machines may come late. */
const LATE_MS = 10_000;

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
      'how many lines at most',
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
  const { journal, ...lists } = await load();
  const read = name === 'list' ? lists.listWorkflows : lists.listFailures;
  const { items, next } = await read(cloud.engine, journal, queryOf(cloud, given));
  for (const item of items) output.answer(lineOf(item));
  if (items.length === 0) output.note(`There is nothing of the last ${given.hours} hours in the journal.`);
  if (next !== undefined) output.note('There are more: raise --limit.');
  return 0;
}

async function follow(cloud: OpenCloud, given: GivenList, output: Output, isEnding: Promise<void>): Promise<number> {
  const { journal, ...lists } = await load();
  const told = new Map<string, string>();
  const ended = isEnding.then(() => 'ended' as const);
  const query = queryOf(cloud, given);
  for (let { since } = query; ;) {
    const { items } = await lists.listWorkflows(cloud.engine, journal, { ...query, since });
    for (const item of items.toReversed()) {
      if (told.get(item.id) !== item.state) output.answer(lineOf(item));
      told.set(item.id, item.state);
    }
    // Open workflows are read until they end; the rest is read once more, for entries that come late.
    const open = items.filter(({ state }) => isOpen(state)).map(({ at }) => at);
    since = Math.min(cloud.engine.clock.now() - LATE_MS, ...open);
    if ((await Promise.race([ended, delay(LOOK_MS)])) === 'ended') return 0;
  }
}

interface Journaled {
  readonly listWorkflows: typeof listWorkflows;
  readonly listFailures: typeof listFailures;
  readonly journal: JournalReader;
}

async function load(): Promise<Journaled> {
  const [lists, { environmentJournal }] = await Promise.all([
    import('../../ui/workflows.ts'),
    import('../../runtime/survey.ts'),
  ]);
  return { ...lists, journal: environmentJournal(process.env) };
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
