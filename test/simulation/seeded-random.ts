import { SeededNonces } from '../../src/adapters/memory/seeded-nonces.ts';

/** Chance from a seed. */
export interface Weather {
  readonly chance: (of: number) => boolean;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
}

export function luckOf(seed: number): Weather {
  const nonces = new SeededNonces(seed);
  return { chance: (of) => nonces.random() < of, below: (n) => Math.floor(nonces.random() * n) };
}
