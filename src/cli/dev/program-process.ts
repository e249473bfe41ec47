/** The process that keeps the program of `chordal dev -- …`. It ends with the process that has started it, and ends the program first. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { FromKeeper, Program, ToKeeper } from './program-messages.ts';

let program: Program | undefined;
let running: ChildProcess | undefined;

process.on('disconnect', () => {
  void end().finally(() => process.exit());
});
// The process that has started this one says when to end.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
process.on('message', (message: ToKeeper) => {
  if (message.type === 'start') ({ program } = message);
  void end().then(start);
});
say({ type: 'up' });

// --- internal ---

/** How long a program may take to end by itself. */
const PATIENCE_MS = 2000;

function start(): void {
  if (program === undefined || running !== undefined || !process.connected) return;
  const { command, args, env } = program;
  // A process group of its own, so that what the program starts ends with it.
  const child = spawn(command, args, { env, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  running = child;
  const tell = (how: string): void => {
    if (running !== child) return;
    running = undefined;
    say({ type: 'ended', how });
  };
  child.once('error', ({ message }) => tell(`cannot be started: ${message}`));
  child.once('exit', (code, signal) => tell(`ended with ${code ?? signal}`));
}

async function end(): Promise<void> {
  const child = running;
  running = undefined;
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), PATIENCE_MS);
  signalGroup(child, 'SIGTERM');
  await ended;
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

function signalGroup({ pid = 0 }: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}

function say(message: FromKeeper): void {
  if (process.connected) process.send?.(message);
}
