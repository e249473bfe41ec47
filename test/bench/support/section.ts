import type { Figure } from './figure.ts';

/** The answer of a section: its figures, and its part of `docs/performance.md` if it has one. */
export interface Answer {
  readonly figures: readonly Figure[];
  readonly page?: string;
}

/** Says on stderr what is being done. */
export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/** Hands a section's figures to the process that started it, as the only line on stdout. */
export function answer(figures: readonly Figure[], page?: string): void {
  const whole: Answer = page === undefined ? { figures } : { figures, page };
  process.stdout.write(`${JSON.stringify(whole)}\n`);
}
