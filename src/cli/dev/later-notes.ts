import type { Output } from '../output.ts';

/** An output whose notes wait for the one that is to come first: the address of the page. */
export class LaterNotes implements Output {
  readonly #output: Output;
  #waiting: string[] | undefined = [];

  constructor(output: Output) {
    this.#output = output;
  }

  note(line: string): void {
    if (this.#waiting === undefined) this.#output.note(line);
    else this.#waiting.push(line);
  }

  /** Prints a line before those that wait, which follow. */
  first(line: string): void {
    this.#output.note(line);
    this.tell();
  }

  /** Prints the lines that wait; from now on none does. */
  tell(): void {
    const lines = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const line of lines) this.#output.note(line);
  }

  readonly answer: Output['answer'] = (json) => this.#output.answer(json);
  readonly text: Output['text'] = (shown) => this.#output.text(shown);
  readonly problem: Output['problem'] = (message) => this.#output.problem(message);
  readonly faint: Output['faint'] = (shown) => this.#output.faint(shown);
  readonly progress: Output['progress'] = (done, of) => this.#output.progress(done, of);
}
