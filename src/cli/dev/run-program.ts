import { fork } from 'node:child_process';
import { readdirSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sibling } from '../../deploy/module-url.ts';
import { nodeFlags } from '../../deploy/node-flags.ts';
import type { FromKeeper, Program, ToKeeper } from './program-messages.ts';

/** A program that runs inside `chordal dev`. */
export interface RunningProgram {
  /** Ends it and starts it again. */
  restart(): void;
  stop(): Promise<void>;
}

/** The options of {@link runProgramIn}. */
export interface RunProgramOptions {
  /** The project's root: a changed file below it restarts the program. */
  readonly root: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Called when the program has ended by itself. It starts again after the next change. */
  readonly onEnd: (how: string) => void;
  /** Called when a folder can no longer be watched. */
  readonly onUnwatched: (folder: string, error: unknown) => void;
}

/** Runs a program with the environment of callers, and again whenever a file of the project changes. It ends with this process. */
export function runProgramIn({ root, words, env, onEnd, onUnwatched }: RunProgramOptions): RunningProgram {
  const [command = '', ...args] = words;
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${env['PATH'] ?? ''}`;
  const program: Program = { command, args, env: { ...env, PATH: path } };
  const keeper = fork(fileURLToPath(sibling('./program-process', import.meta.url)), {
    execArgv: nodeFlags(),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const tell = (message: ToKeeper): void => {
    if (keeper.connected) keeper.send(message);
  };
  keeper.on('message', (message: FromKeeper) => {
    if (message.type === 'up') tell({ type: 'start', program });
    else onEnd(message.how);
  });
  let timer: NodeJS.Timeout | undefined;
  const restart = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => tell({ type: 'restart' }), SETTLE_MS);
  };
  const watchers = watchSources(root, restart, onUnwatched);
  return {
    restart,
    stop: async () => {
      clearTimeout(timer);
      for (const one of watchers) one.close();
      const ended = new Promise<void>((resolve) => keeper.once('exit', () => resolve()));
      if (!keeper.connected) return;
      keeper.disconnect();
      await ended;
    },
  };
}

// --- internal ---

/** An editor may save several files at once. */
const SETTLE_MS = 200;

const SOURCE = /(?:\.[cm]?[jt]sx?|\.json|\.ya?ml)$|(?:^|[/\\])\.env(?:\.local)?$/;

/** Folders whose files belong to others. */
const OTHERS = /^(?:\.|node_modules$|dist$|build$|coverage$)/;

/** Watches the files of a project, and not its packages: those are many. */
function watchSources(
  root: string,
  onChange: () => void,
  onUnwatched: RunProgramOptions['onUnwatched'],
): readonly { close(): void }[] {
  const seen = (_: string, file: string | null): void => {
    if (file !== null && SOURCE.test(file) && !/(?:^|[/\\])node_modules[/\\]/.test(file)) onChange();
  };
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !OTHERS.test(entry.name),
  );
  const follow = (folder: string, recursive: boolean): FSWatcher =>
    watch(folder, { recursive }, seen).on('error', (error) => onUnwatched(folder, error));
  return [follow(root, false), ...folders.map(({ name }) => follow(join(root, name), true))];
}
