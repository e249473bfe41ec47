import type { Output } from '../output.ts';

/** Runs what prints its answer, and returns the lines of the answer instead. */
export async function answersOf(run: (output: Output) => Promise<unknown>): Promise<readonly unknown[]> {
  const answers: unknown[] = [];
  await run({
    answer: (json) => void answers.push(json),
    text: ignore,
    note: ignore,
    problem: ignore,
    faint: (text) => text,
    progress: ignore,
  });
  return answers;
}

// --- internal ---

function ignore(): void {
  // Only the answer is wanted.
}
