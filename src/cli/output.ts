import type { Writable } from 'node:stream';
import { stripVTControlCharacters, styleText } from 'node:util';

/** Where a command writes: stdout carries the answer alone, stderr everything else. */
export interface Output {
  /** One line of JSON on stdout. */
  answer(json: unknown): void;
  /** Text on stdout that was asked for: a help, a version. */
  text(text: string): void;
  /** A line on stderr. */
  note(line: string): void;
  /** What is wrong, on stderr. */
  problem(message: string): void;
  /** Faint on a terminal, for what stands before a line. */
  faint(text: string): string;
  /** How far a long work is, of which the end may not be known: shown when stderr is a terminal, and the work has taken a second. */
  progress(done: number, of?: number): void;
}

/** One of the process's streams: a terminal, a pipe or a file. */
export type OutputStream = Writable & { readonly isTTY?: boolean };

/** The output of this process. From when it is made, whatever else writes to stdout (a task's `console.log`) ends on stderr. */
export class ProcessOutput implements Output {
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #writeAnswer: OutputStream['write'];
  readonly #now: () => number;
  readonly #startedAt: number;
  #hasProgress = false;
  #isUnread = false;

  constructor(stdout: OutputStream, stderr: OutputStream, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#writeAnswer = stdout.write.bind(stdout);
    stdout.write = stderr.write.bind(stderr);
    for (const stream of [stdout, stderr]) stream.on('error', (error) => this.#endIfNobodyReads(error));
  }

  answer(json: unknown): void {
    this.#clearProgress();
    this.#writeAnswer(`${JSON.stringify(json)}\n`);
  }

  text(text: string): void {
    this.#writeAnswer(`${isColoured(this.#stdout) ? text : stripVTControlCharacters(text)}\n`);
  }

  note(line: string): void {
    if (this.#isUnread) return;
    this.#clearProgress();
    this.#stderr.write(`${line}\n`);
  }

  problem(message: string): void {
    this.note(`${this.#styled('red', 'chordal:')} ${message}`);
  }

  faint(text: string): string {
    return this.#styled('dim', text);
  }

  progress(done: number, of?: number): void {
    if (this.#stderr.isTTY !== true || this.#now() - this.#startedAt < QUIET_MS) return;
    this.#stderr.write(`${CLEAR_LINE}${done}${of === undefined ? '' : ` of ${of}`} done`);
    this.#hasProgress = true;
    if (done === of) this.#clearProgress();
  }

  /** Resolves when all answers are out. */
  flush(): Promise<void> {
    this.#clearProgress();
    return new Promise((resolve) => this.#writeAnswer('', () => resolve()));
  }

  /** As of `chordal run … | head -1`: there is nobody left to tell anything. */
  #endIfNobodyReads(error: NodeJS.ErrnoException): void {
    if (error.code !== 'EPIPE') throw error;
    this.#isUnread = true;
    process.exit(1);
  }

  #clearProgress(): void {
    if (!this.#hasProgress) return;
    this.#hasProgress = false;
    this.#stderr.write(CLEAR_LINE);
  }

  #styled(style: 'red' | 'dim', text: string): string {
    return isColoured(this.#stderr) ? styleText(style, text, { validateStream: false }) : text;
  }
}

// --- internal ---

/** Work that is done within a second needs no progress. */
const QUIET_MS = 1000;

const CLEAR_LINE = '\r\u001B[K';

/** See https://no-color.org: any value that is not empty. */
function isColoured(stream: OutputStream): boolean {
  const { NO_COLOR: noColor = '', TERM: terminal } = process.env;
  return stream.isTTY === true && noColor === '' && terminal !== 'dumb';
}
