import { inspect, isDeepStrictEqual } from 'node:util';
import type { styleText } from 'node:util';

/** Where a report goes, and how it is coloured. */
export interface ReportOptions {
  readonly write: (text: string) => void;
  /** Default: without colour. */
  readonly paint?: Paint;
}

/** Colours a text, or does not. */
export type Paint = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Prints what a program does, compares each value with what it should be, and counts. */
export class Report {
  readonly #write: (text: string) => void;
  readonly #paint: Paint;
  #checks = 0;
  #wrong = 0;

  constructor({ write, paint = (_style, text) => text }: ReportOptions) {
    this.#write = write;
    this.#paint = paint;
  }

  /** 0 if there was something to check and all of it was right. */
  get exitCode(): 0 | 1 {
    return this.#checks > 0 && this.#wrong === 0 ? 0 : 1;
  }

  section(title: string): void {
    this.#line(`\n${this.#paint('bold', title)}`);
  }

  note(text: string): void {
    this.#line(this.#paint('dim', text));
  }

  /** A line of code. */
  code(text: string): void {
    this.#line(`\n  ${this.#paint('cyan', `> ${text.replaceAll('\n', '\n    ')}`)}`);
  }

  /** Something that is not checked. */
  fact(label: string, text: string): void {
    this.#line(`    ${this.#paint('dim', label.padEnd(LABEL_WIDTH))} ${indented(text)}`);
  }

  /** A value, and whether it is the one that was expected. */
  check(label: string, actual: unknown, expected: unknown): void {
    const isRight = isDeepStrictEqual(actual, expected);
    this.#count(isRight);
    this.fact(label, `${valueText(actual)}  ${isRight ? this.#paint('green', '✓') : this.#wrongText(expected)}`);
  }

  /** Something that went wrong before there was a value. */
  failure(error: unknown): void {
    this.#count(false);
    this.fact('error', `${String(error)}  ${this.#paint('red', '✗')}`);
  }

  /** The last lines. */
  summary(more: string): void {
    const count = `${this.#checks} checks, ${this.#wrong === 0 ? 'all as expected' : `${this.#wrong} wrong`}`;
    this.#line(`\n${this.#paint(this.exitCode === 0 ? 'green' : 'red', count)}; ${more}`);
  }

  #count(isRight: boolean): void {
    this.#checks += 1;
    if (!isRight) this.#wrong += 1;
  }

  #wrongText(expected: unknown): string {
    return this.#paint('red', `✗ expected ${valueText(expected)}`);
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}

/**
 * The code of a function's one expression, as it is written in its file: what is shown is what runs.
 *
 * @example
 * codeOf(() => add.delay(2, 3)); // 'add.delay(2, 3)'
 */
export function codeOf(expression: () => unknown): string {
  const [, ...parts] = expression.toString().split('=>');
  const lines = parts.join('=>').trim().split('\n');
  const margin = Math.min(...lines.slice(1).map((line) => line.search(/\S/)));
  return lines.map((line, index) => (index === 0 ? line : line.slice(margin))).join('\n');
}

// --- internal ---

const LABEL_WIDTH = 8;

/** As one would write it; a list of lists has a line for each. */
function valueText(value: unknown): string {
  const lines = isTable(value) ? value.map((row) => oneLine(row)).join(',\n ') : undefined;
  return lines === undefined ? oneLine(value) : `[${lines}]`;
}

function isTable(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 1 && value.every((row) => Array.isArray(row));
}

function oneLine(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null, depth: null, compact: true });
}

function indented(text: string): string {
  return text.replaceAll('\n', `\n${' '.repeat(LABEL_WIDTH + 5)}`);
}
