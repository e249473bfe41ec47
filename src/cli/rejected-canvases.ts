import { messageOf } from '../core/text/describe.ts';
import type { Output } from './output.ts';
import type { CanvasInput, CanvasText } from './read-canvases.ts';

/** Tells a person of the canvases that could not be sent: of many only the first, and of a text that is no NDJSON at all only that. */
export class Refusals {
  readonly #output: Output;
  readonly #input: CanvasInput;
  #count = 0;

  constructor(input: CanvasInput, output: Output) {
    this.#input = input;
    this.#output = output;
  }

  add({ where }: CanvasText, error: unknown): void {
    this.#count += 1;
    if (this.#input.fault !== undefined || this.#count > SHOWN) return;
    this.#output.problem(`${where}: ${messageOf(error)}`);
  }

  /** To be called at the end. `done`: what was done with the others. */
  conclude(done: 'sent' | 'counted' = 'sent'): void {
    const { name, canvases, fault } = this.#input;
    const { length } = canvases;
    if (fault !== undefined) {
      this.#output.problem(`Cannot read ${name} as JSON: ${fault}; nor as NDJSON: none of its ${length} lines is JSON`);
    } else if (length > 1 && this.#count > 0) {
      this.#output.note(`${this.#count} of ${length} canvases were not ${done}.`);
    }
  }
}

// --- internal ---

const SHOWN = 10;
