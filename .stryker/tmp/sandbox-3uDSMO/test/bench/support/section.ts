import type { Figure } from './figure.ts';

/** Says on stderr what is being done. */
export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

/** Hands a section's figures to the process that started it, as the only line on stdout. */
export function answer(figures: readonly Figure[]): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
