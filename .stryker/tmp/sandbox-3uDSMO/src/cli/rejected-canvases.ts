import { messageOf } from '../core/text/describe.ts';
import type { Output } from './output.ts';
import type { CanvasInput, CanvasText } from './read-canvases.ts';

/**
 * Reports rejected canvases on stderr: the first ten one by one, then their number. If the input is neither JSON nor NDJSON, it reports
 * only that.
 */
export class RejectedCanvases {
  readonly #output: Output;
  readonly #input: CanvasInput;
  #count = 0;

  constructor(input: CanvasInput, output: Output) {
    this.#input = input;
    this.#output = output;
  }

  readonly add = ({ where }: CanvasText, error: unknown): void => {
    this.#count += 1;
    if (this.#input.fault !== undefined || this.#count > SHOWN) return;
    this.#output.problem(`${where}: ${messageOf(error)}`);
  };

  /** Reports the total, at the end of the command. */
  summarise(done: 'sent' | 'counted'): void {
    const { name, canvases, fault } = this.#input;
    const { length } = canvases;
    if (fault !== undefined) {
      this.#output.problem(
        `Cannot read ${name}: it is not JSON (${fault}), and not NDJSON (none of its ${length} lines is JSON)`,
      );
    } else if (length > 1 && this.#count > 0) {
      this.#output.note(`${this.#count} of ${length} canvases were not ${done}.`);
    }
  }
}

// --- internal ---

const SHOWN = 10;
