import type { Nonces } from '../../ports/system.ts';
import { digest } from '../system/nonces.ts';

/** Nonces from a seed: the same run again gives the same. */
export class SeededNonces implements Nonces {
  #state: number;
  #count = 0;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  mid(): string {
    return `m${this.#next()}`;
  }

  token(): string {
    return `k${this.#next()}`;
  }

  uuid(): string {
    return `w${this.#next()}`;
  }

  /** mulberry32. */
  random(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  digest(text: string): string {
    return digest(text);
  }

  #next(): number {
    return (this.#count += 1);
  }
}
