/**
 * Waits until LocalStack answers on a port.
 *
 * @param ended the reason why it never will
 * @throws Error if it has ended, or does not answer in three minutes
 */
export async function untilHealthy(port: number, ended: Promise<string>): Promise<void> {
  let failure: string | undefined;
  void ended.then((reason) => (failure = reason));
  const url = `http://127.0.0.1:${port}/_localstack/health`;
  const endsAt = performance.now() + LIMIT_MS;
  while (performance.now() < endsAt) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (failure !== undefined) throw new Error(failure);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing answers at ${url} after ${LIMIT_MS / 1000} s`);
}

// --- internal ---

const LIMIT_MS = 180_000;
/** The limit for one answer, in ms: an emulator that starts may accept a connection and say nothing. */
const ANSWER_MS = 5000;
