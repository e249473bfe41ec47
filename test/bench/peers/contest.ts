import { createInterface } from 'node:readline';

/** The workloads that all contestants do, by their names, and what each of a size comes to. */
const EXPECTED: Readonly<Record<string, (n: number) => unknown>> = {
  delays: doubled,
  group: doubled,
  chord: (n) => n * (n - 1),
  chain: (n) => n,
  inline: (n) => n,
};

// As it is now: a contestant may put another clock in its place.
const now = performance.now.bind(performance);

/** Does workloads as stdin says, one JSON line each, and answers on stdout with their times. Each workload answers with its value. */
export async function contest(
  workloads: Readonly<Record<string, (n: number) => Promise<unknown>>>,
  close: () => Promise<unknown>,
): Promise<void> {
  say({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    // Written by the process that started this one.
    const { workload, n } = JSON.parse(line) as { workload: string; n: number };
    say(await timed(() => workloads[workload]?.(n), EXPECTED[workload]?.(n)));
  }
  await close();
}

/** 0 to n - 1. */
export function upTo(n: number): readonly number[] {
  return Array.from({ length: n }, (_, i) => i);
}

// --- internal ---

async function timed(work: () => Promise<unknown> | undefined, expected: unknown): Promise<object> {
  const startedAt = now();
  try {
    const value = JSON.stringify(await work());
    const ms = now() - startedAt;
    return value === JSON.stringify(expected) ? { ms } : { error: `a wrong answer: ${value.slice(0, 100)}` };
  } catch (error) {
    return { error: String(error) };
  }
}

function say(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function doubled(n: number): readonly number[] {
  return upTo(n).map((i) => i + i);
}
