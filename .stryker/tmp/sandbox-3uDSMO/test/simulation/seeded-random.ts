import { SeededNonces } from '../../src/adapters/memory/seeded-nonces.ts';

/** Chance from a seed. */
export interface SeededRandom {
  readonly chance: (of: number) => boolean;
  /** A whole number below `n`. */
  readonly below: (n: number) => number;
}

export function seededRandom(seed: number): SeededRandom {
  const nonces = new SeededNonces(seed);
  return { chance: (of) => nonces.random() < of, below: (n) => Math.floor(nonces.random() * n) };
}
