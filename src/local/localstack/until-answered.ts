/** An emulator that starts, and how long it may take. */
export interface Starting {
  /** The address that answers once it is up. */
  readonly url: string;
  /** Resolves with the reason why it never will. */
  readonly ended: Promise<string>;
  readonly limitMs: number;
}

/**
 * Waits until an emulator answers that it is up.
 *
 * @throws Error if it has ended, or does not answer in time
 */
export async function untilAnswered({ url, ended, limitMs }: Starting): Promise<void> {
  let failure: string | undefined;
  void ended.then((reason) => (failure = reason));
  const endsAt = performance.now() + limitMs;
  while (performance.now() < endsAt) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (failure !== undefined) throw new Error(failure);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing answers at ${url} after ${limitMs / 1000} s`);
}

/** Waits until LocalStack answers on a port, as {@link untilAnswered} does. */
export function untilHealthy(port: number, ended: Promise<string>): Promise<void> {
  return untilAnswered({ url: `http://127.0.0.1:${port}/_localstack/health`, ended, limitMs: 180_000 });
}

// --- internal ---

/** The limit for one answer, in ms: an emulator that starts may accept a connection and say nothing. */
const ANSWER_MS = 5000;
