import { createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { isatty, WriteStream } from 'node:tty';
import type { OutputStream } from './output.ts';

/** Leads to the stream of answers. The variable is gone before a task can see it. */
const VARIABLE = 'CHORDAL_ANSWERS';
const DESCRIPTOR = 3;

/**
 * Returns the stream for answers. For a command that runs tasks in this process it starts this program once more, in the same process, with
 * stderr as its file descriptor 1: processes that a task starts, and libraries that write to the descriptor itself, then print there.
 * Without `execve` (Windows, Node before 22.15) such output stays on stdout.
 */
export function answersStream(words: readonly string[]): OutputStream {
  if (process.env[VARIABLE] !== undefined) {
    Reflect.deleteProperty(process.env, VARIABLE);
    return streamOf(DESCRIPTOR);
  }
  // Words after this one are for another program.
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  if (own.includes('--memory') || own.includes('--local')) startAgain();
  return process.stdout;
}

// --- internal ---

/** Does not return, where the system can do it. */
function startAgain(): void {
  const { execPath, execArgv, argv, env, platform } = process;
  if (process.execve === undefined || platform === 'win32') return;
  const script = `exec "$0" "$@" ${DESCRIPTOR}>&1 1>&2`;
  process.execve('/bin/sh', ['sh', '-c', script, execPath, ...execArgv, ...argv.slice(1)], {
    ...env,
    [VARIABLE]: '1',
  });
}

/** Makes a stream as Node makes those of a process: for a terminal, a file or a pipe. */
function streamOf(descriptor: number): OutputStream {
  if (isatty(descriptor)) return new WriteStream(descriptor);
  const kind = fstatSync(descriptor);
  if (kind.isFile() || kind.isCharacterDevice()) return createWriteStream('', { fd: descriptor });
  return new Socket({ fd: descriptor, readable: false, writable: true });
}
