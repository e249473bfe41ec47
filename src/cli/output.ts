import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

/** The output of a command: stdout has only the answer, stderr everything else. */
export interface Output {
  /** Prints one line of JSON on stdout. */
  answer(json: unknown): void;
  /** Prints a text on stdout that the user asked for: a help or a version. */
  text(text: string): void;
  /** Prints a line on stderr. */
  note(line: string): void;
  /** Prints an error on stderr. */
  problem(message: string): void;
  /** Returns a text that is dimmed on a terminal. */
  faint(text: string): string;
  /** Shows the progress of long work, if stderr is a terminal and the work has taken a second. The total may be unknown. */
  progress(done: number, of?: number): void;
}

/** A stream of the process: a terminal, a pipe or a file. */
export type OutputStream = Writable & { readonly isTTY?: boolean };

/** The output of this process. Once it is made, other writes to stdout (a task's `console.log`) go to stderr. */
export class ProcessOutput implements Output {
  readonly #stderr: OutputStream;
  readonly #writeAnswer: OutputStream['write'];
  readonly #now: () => number;
  readonly #startedAt: number;
  #hasProgress = false;
  #isUnread = false;

  constructor(stdout: OutputStream, stderr: OutputStream, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedAt = now();
    this.#stderr = stderr;
    this.#writeAnswer = stdout.write.bind(stdout);
    stdout.write = stderr.write.bind(stderr);
    for (const stream of [stdout, stderr]) stream.on('error', (error) => this.#onUnread(stream, error));
  }

  answer(json: unknown): void {
    this.#clearProgress();
    this.#writeAnswer(`${JSON.stringify(json)}\n`);
  }

  text(text: string): void {
    this.#writeAnswer(`${text}\n`);
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
    if (this.#isUnread || this.#stderr.isTTY !== true || this.#now() - this.#startedAt < QUIET_MS) return;
    this.#stderr.write(`${CLEAR_LINE}${done}${of === undefined ? '' : ` of ${of}`} done`);
    this.#hasProgress = true;
    if (done === of) this.#clearProgress();
  }

  /** Resolves when all answers have been written. */
  flush(): Promise<void> {
    this.#clearProgress();
    return new Promise((resolve) => this.#writeAnswer('', () => resolve()));
  }

  /**
   * Ends the process when the reader of a pipe is gone, as in `chordal run … | head -1`. A terminal that is gone has sent SIGHUP: the
   * command stops by that, and needs its time.
   */
  #onUnread(stream: OutputStream, error: NodeJS.ErrnoException): void {
    const isClosedTerminal = error.code === 'EIO' && stream.isTTY === true;
    if (error.code !== 'EPIPE' && !isClosedTerminal) throw error;
    this.#isUnread ||= stream === this.#stderr;
    if (!isClosedTerminal) process.exit(1);
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

/** Work within this time shows no progress. */
const QUIET_MS = 1000;

const CLEAR_LINE = '\r\u001B[K';

/** NO_COLOR with any value turns colour off: https://no-color.org */
function isColoured(stream: OutputStream): boolean {
  const { NO_COLOR: noColor = '', TERM: terminal } = process.env;
  return stream.isTTY === true && noColor === '' && terminal !== 'dumb';
}
