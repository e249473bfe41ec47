import type { Command } from 'commander';
import { numberOption } from '../argument-values.ts';
import { withCloudUntilInterrupted } from '../clouds/open.ts';
import { addHandlersOption } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { UsageError } from '../errors.ts';

/** Adds `chordal ui`, which serves the page of a cloud on this machine. */
export function addUi(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('ui')
    .description('Show the workflows of the cloud that the environment names, on a page of this machine')
    .option(
      '--stage <name>',
      'the stage to show: the stack <service>-<stage> of this account (default: the cloud of the environment)',
    )
    .option('--service <name>', 'with --stage: the service (default: of serverless.yml)')
    .option(
      '--allow-actions',
      'let the page revoke, redrive, purge, run, and pause schedules; without it, it only reads',
    )
    .option(
      '--port <port>',
      'port of the page (default: any free port)',
      numberOption('port', { least: 0, most: 65_535, isWhole: true }),
    );
  addHandlersOption(command).action(async (given: GivenUi) => {
    const { stage, service, allowActions = false, port = 0, handlers } = given;
    if (service !== undefined && stage === undefined)
      throw new UsageError('Cannot use --service without --stage: a stack is named by both. Add --stage.');
    const [{ startUi }, { makeUiSource }] = await Promise.all([
      import('../../ui/server.ts'),
      import('../ui/ui-source.ts'),
    ]);
    if (stage !== undefined) await enterStage({ stage, service, handlersDir: handlers });
    const options = { kind: 'environment', handlersDir: handlers } as const;
    const purpose = allowActions ? 'send' : 'read';
    const exitCode = await withCloudUntilInterrupted(options, purpose, output, async (parts, ended) => {
      const title = stage ?? process.env['CHORDAL_STAGE'] ?? process.env['CHORDAL_TABLE'] ?? 'cloud';
      const source = makeUiSource({ title, canAct: allowActions, parts, environment: process.env });
      const ui = await startUi(source, port);
      output.note(`The page: ${ui.url}`);
      output.note(
        allowActions
          ? 'It may revoke, redrive, purge, run, and pause schedules. Ctrl-C stops it.'
          : 'It only reads. Ctrl-C stops it.',
      );
      await ended;
      await ui.stop();
      return 0;
    });
    end(exitCode);
  });
}

// --- internal ---

/** Leads this process to a deployed stack, unless its environment does already. */
async function enterStage({
  stage,
  service,
  handlersDir,
}: {
  readonly stage: string;
  readonly service: string | undefined;
  readonly handlersDir: string;
}): Promise<void> {
  const { env } = process;
  const { CHORDAL_SERVICE: around } = env;
  if (env['CHORDAL_STAGE'] === stage && (service === undefined || service === around)) return;
  const [{ stageEnvironment }, { readLocalSettings }, { projectRoot }] = await Promise.all([
    import('../stage/stage-environment.ts'),
    import('../../deploy/local-settings.ts'),
    import('../../deploy/bundling/project-file.ts'),
  ]);
  const name =
    service ?? (await readLocalSettings(projectRoot(handlersDir), { service, stage, environment: {} })).service;
  const variables = await stageEnvironment({ service: name, stage });
  for (const variable of Object.keys(env)) if (isOfACloud(variable)) Reflect.deleteProperty(env, variable);
  Object.assign(env, variables);
}

/** The variables that another cloud may have left. */
function isOfACloud(variable: string): boolean {
  return variable.startsWith('CHORDAL_') && variable !== 'CHORDAL_LOG_LEVEL';
}

interface GivenUi {
  readonly stage?: string;
  readonly service?: string;
  readonly allowActions?: boolean;
  readonly port?: number;
  readonly handlers: string;
}
