import type { Command } from 'commander';
import { workflowOf } from '../../core/protocol/ids.ts';
import { idArgument } from '../argument-values.ts';
import type { OpenCloud } from '../clouds/cloud.ts';
import { withCloud } from '../clouds/open.ts';
import { addCloudOptions, readCloudOptions } from '../clouds/options.ts';
import type { GivenCloud } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../errors.ts';

/** Adds `chordal graph <id>`, which prints the tasks of a canvas as JSON, or as a drawing of its whole workflow. */
export function addGraph(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('graph')
    .description('Print the tasks of a canvas and their states, as nodes and edges')
    .argument('<id>', 'taskId that `chordal call` or `chordal run` printed', idArgument)
    .option('--text', 'print the whole workflow as an indented text')
    .option('--mermaid', 'print the whole workflow in the language of Mermaid')
    .option('--dot', 'print the whole workflow in the language of Graphviz');
  addCloudOptions(command);
  command.action(async (id: string, given: GivenGraph) => {
    const [form, other] = (['text', 'mermaid', 'dot'] as const).filter((name) => given[name] === true);
    if (other !== undefined) throw new UsageError(`Cannot use both --${form} and --${other}: choose one`);
    if (form !== undefined && given.memory === true)
      throw new UsageError(
        `Cannot use --${form} with --memory: a drawing is made from the journal, which is in the table`,
      );
    const exitCode = await withCloud(readCloudOptions(given), 'read', output, async (cloud) => {
      if (form === undefined) output.answer(await cloud.app.asyncResult(id).graph());
      else output.text(await drawing(cloud, workflowOf(id), form));
      return 0;
    });
    end(exitCode);
  });
}

// --- internal ---

interface GivenGraph extends GivenCloud {
  readonly text?: boolean;
  readonly mermaid?: boolean;
  readonly dot?: boolean;
}

async function drawing({ engine }: OpenCloud, id: string, form: 'text' | 'mermaid' | 'dot'): Promise<string> {
  const [{ readGraph }, { printGraph }, { findSubmission }, { environmentJournal }] = await Promise.all([
    import('../../ui/canvas-graph.ts'),
    import('../../ui/graph-text.ts'),
    import('../../ui/workflows.ts'),
    import('../../runtime/survey.ts'),
  ]);
  const entry = await findSubmission(engine, environmentJournal(process.env), id);
  if (entry !== undefined) return printGraph(await readGraph(engine, id, entry.shape), form);
  throw new UsageError(
    `Cannot draw ${id}: the journal does not list it. Without --${form} the command prints what its items say; with the setting journal: 'all', lone tasks are listed, too`,
  );
}
