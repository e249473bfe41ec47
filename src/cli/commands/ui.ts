import type { Command } from 'commander';
import { numberOption } from '../argument-values.ts';
import { withCloud } from '../clouds/open.ts';
import { addHandlersOption } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { interrupted } from '../interrupt.ts';

/** Adds `chordal ui`, which serves the page of a cloud on this machine. */
export function addUi(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('ui')
    .description('Show the workflows of the cloud that the environment names, on a page of this machine')
    .option('--stage <name>', 'the name of the stage, as the page shows it (default: that of the environment)')
    .option('--allow-actions', 'let the page revoke, redrive, purge and run; without it, it only reads')
    .option(
      '--port <port>',
      'port of the page (default: any free port)',
      numberOption('port', { least: 0, most: 65_535, isWhole: true }),
      0,
    );
  addHandlersOption(command).action(async (given: GivenUi) => {
    const { stage, allowActions = false, port, handlers } = given;
    const [{ startUi }, { makeUiSource }] = await Promise.all([
      import('../../ui/server.ts'),
      import('../ui/ui-source.ts'),
    ]);
    const ended = interrupted();
    const options = { kind: 'environment', handlersDir: handlers } as const;
    const exitCode = await withCloud(options, allowActions ? 'send' : 'read', output, async (parts) => {
      const title = stage ?? process.env['CHORDAL_STAGE'] ?? process.env['CHORDAL_TABLE'] ?? 'cloud';
      const source = makeUiSource({ title, canAct: allowActions, parts, environment: process.env });
      const ui = await startUi(source, port);
      output.note(`The page: ${ui.url}`);
      output.note(
        allowActions ? 'It may revoke, redrive, purge and run. Ctrl-C stops it.' : 'It only reads. Ctrl-C stops it.',
      );
      await ended;
      await ui.stop();
      return 0;
    });
    end(exitCode);
  });
}

// --- internal ---

interface GivenUi {
  readonly stage?: string;
  readonly allowActions?: boolean;
  readonly port: number;
  readonly handlers: string;
}
