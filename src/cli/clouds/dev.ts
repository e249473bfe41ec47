import inspector from 'node:inspector';
import { messageOf } from '../../core/text/describe.ts';
import { compact } from '../../core/values/compact.ts';
import { projectRoot } from '../../deploy/bundling/project-file.ts';
import { ownVariables } from '../../local/endpoints.ts';
import type { AwsClients } from '../../local/host.ts';
import { startLocal } from '../../local/local-cloud.ts';
import type { LocalEvent } from '../../local/local-event.ts';
import type { LocalCloud } from '../../local/local-options.ts';
import { environmentRuntime } from '../../runtime/environment.ts';
import { startUi } from '../../ui/server.ts';
import type { UiServer } from '../../ui/server.ts';
import { LaterNotes } from '../dev/later-notes.ts';
import { chooseDevPlace, writeDevEnv } from '../dev/place.ts';
import { localOptionsOf } from '../dev/project-settings.ts';
import { runProgramIn } from '../dev/run-program.ts';
import type { RunningProgram } from '../dev/run-program.ts';
import type { Output } from '../output.ts';
import { Changes } from '../ui/changes.ts';
import { KnownCalls } from '../ui/known-calls.ts';
import { RunningTasks } from '../ui/running-tasks.ts';
import { makeUiSource } from '../ui/ui-source.ts';
import type { UiSourceOptions } from '../ui/ui-source.ts';
import { clientApp } from './cloud.ts';
import { describeEvent } from './describe-event.ts';
import { shellExports } from './shell-exports.ts';

/** The options of {@link startDev}. */
export interface DevOptions {
  readonly handlersDir: string;
  readonly service?: string | undefined;
  readonly stage?: string | undefined;
  readonly aws: AwsClients;
  readonly dataDir?: string | undefined;
  readonly port?: number | undefined;
  /** The port of the debugger; true: 9229. Default: no debugger. */
  readonly inspect?: number | true | undefined;
  /** The words of a program to run with it. Default: none. */
  readonly program?: readonly string[];
}

/** The embedded cloud of a project that is developed. */
export interface Dev {
  /** The environment of callers. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves with the reason if the cloud ends by itself. */
  readonly died: Promise<Error>;
  stop(drainMs?: number): Promise<void>;
}

/**
 * Starts the embedded cloud for development: it builds the handlers again when they change, and prints the events.
 *
 * @throws ConfigurationError if a handler cannot be built or used, a port cannot be used, or another process uses the data folder
 */
export async function startDev(options: DevOptions, given: Output): Promise<Dev> {
  const output = new LaterNotes(given);
  try {
    return await start(options, output);
  } finally {
    output.tell();
  }
}

// --- internal ---

async function start(options: DevOptions, output: LaterNotes): Promise<Dev> {
  const { handlersDir, service, stage, aws, dataDir, port, program: words = [] } = options;
  const { ports, accessKey, outDir, note } = await chooseDevPlace(handlersDir, port);
  if (note !== undefined) output.note(note);
  const settings = await localOptionsOf({ handlersDir, service, stage }, output);
  const isDebugged = openDebugger(options, output);
  const calls = new KnownCalls();
  const running = new RunningTasks();
  const changes = new Changes();
  let program: RunningProgram | undefined;
  const local = await startLocal({
    ...settings,
    isDebugged,
    aws,
    ...compact({ dataDir, ports, accessKey, outDir }),
    watch: true,
    journal: 'all',
    onEvent: (event) => {
      if (event.type === 'received') for (const body of event.bodies) calls.note(body);
      if (running.note(event) || event.type === 'received' || event.type === 'batch') changes.tell();
      if (event.type === 'built') program?.restart();
      if (isTold(event))
        output.note(`${output.faint(new Date().toTimeString().slice(0, 8))} ${describeEvent(event, output)}`);
    },
  });
  const env = aws === 'embedded' ? local.env : ownVariables(local.env);
  const written = ports === undefined ? undefined : await writeDevEnv(handlersDir, env);
  const known = {
    title: settings.stage,
    watch: changes.watch,
    callOf: (id: string) => calls.of(id),
    startOf: (id: string) => running.startOf(id),
  };
  const ui = await startPage(local, known, ports === undefined ? 0 : ports.scheduler + 1);
  output.first(`The page: ${ui.url}`);
  for (const line of [...whatRuns(local), ...howToReach(env, written?.file)]) output.note(line);
  if (words.length > 0) {
    program = runProgramIn({
      root: projectRoot(handlersDir),
      words,
      env: { ...settings.environment, ...env },
      onEnd: (how) => output.note(`${words.join(' ')} ${how}. It starts again when a file changes.`),
      onUnwatched: (folder, error) =>
        output.note(
          `Cannot watch ${folder} any longer: ${messageOf(error)}. Restart chordal dev after a change there.`,
        ),
    });
  }
  const stop = async (drainMs?: number): Promise<void> => {
    changes.stop();
    await Promise.all([program?.stop(), ui.stop(), local.stop(drainMs)]);
  };
  return { env, died: local.died, stop };
}

/** Returns whether an event has a line of its own: the tasks of a batch have one each. */
function isTold(event: LocalEvent): boolean {
  if (event.type === 'batch') return event.problem !== undefined;
  return event.type !== 'received' && event.type !== 'began';
}

/** Lets a debugger attach, if one is asked for. Returns whether one may be attached. */
function openDebugger({ inspect }: DevOptions, output: Output): boolean {
  if (inspect !== undefined && inspector.url() === undefined)
    inspector.open(inspect === true ? 9229 : inspect, '127.0.0.1');
  const url = inspector.url();
  if (url !== undefined) output.note(`A debugger can attach to ${url}. Functions and tasks have no time limits.`);
  return url !== undefined;
}

/** Serves the page of the embedded cloud; where that fails, the cloud stops. */
async function startPage(
  local: LocalCloud,
  known: Pick<UiSourceOptions, 'title' | 'watch' | 'callOf' | 'startOf'>,
  port: number,
): Promise<UiServer> {
  try {
    const parts = clientApp(environmentRuntime(local.env));
    // The counts of the embedded queues are exact.
    const source = makeUiSource({ ...known, canAct: true, parts, environment: local.env, pauseSeconds: 1 });
    return await startUi(source, port);
  } catch (error) {
    await local.stop(0);
    throw error;
  }
}

function whatRuns({ routes }: LocalCloud): readonly string[] {
  const queues = Map.groupBy(Object.entries(routes), ([, queue]) => queue);
  return [
    'The embedded cloud is up: SQS, S3, DynamoDB, and a function for each handler:',
    ...[...queues].map(([queue, tasks]) => `  ${queue}: ${tasks.map(([task]) => task).join(', ')}`),
  ];
}

function howToReach(env: Readonly<Record<string, string>>, file: string | undefined): readonly string[] {
  const last = 'The handlers are built again when they change. Ctrl-C stops it.';
  if (file !== undefined) {
    return [
      'In another shell of this project:',
      '  npx chordal call <task> [arg…] --wait',
      `  node --env-file=${file} <program>   (or: source ${file})`,
      last,
    ];
  }
  return [
    'To use it from another shell, run there:',
    ...shellExports(env).map((line) => `  ${line}`),
    'and then, for example: npx chordal call <task> [arg…] --wait',
    last,
  ];
}
