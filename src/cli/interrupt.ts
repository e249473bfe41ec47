/** A terminal that is closed sends SIGHUP. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const NAMES = Object.keys(SIGNALS) as readonly (keyof typeof SIGNALS)[];

/** Waits for SIGINT, SIGTERM or SIGHUP, and keeps the process alive until then. A second SIGINT or SIGTERM ends it at once. */
export function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    // Listeners for signals alone would not keep it alive.
    const timer = setInterval(() => {}, 60_000);
    onSignal(() => {
      clearInterval(timer);
      resolve();
    });
  });
}

/** Cleans up and ends the process when it is interrupted, until `end` is called. A second SIGINT or SIGTERM ends it at once. */
export function onInterrupt(cleanUp: () => Promise<void>): { end(): void } {
  return onSignal((exitCode) => {
    // The process ends even if the clean-up fails.
    void cleanUp()
      .catch(() => {})
      .finally(() => process.exit(exitCode));
  });
}

// --- internal ---

function onSignal(first: (exitCode: number) => void): { end(): void } {
  let isFirst = true;
  const listen = (signal: keyof typeof SIGNALS): void => {
    const exitCode = 128 + SIGNALS[signal];
    if (isFirst) {
      isFirst = false;
      return first(exitCode);
    }
    // The shell and the system both send SIGHUP for a closed terminal.
    if (signal !== 'SIGHUP') process.exit(exitCode);
  };
  for (const name of NAMES) process.on(name, listen);
  return {
    end: () => {
      for (const name of NAMES) process.off(name, listen);
    },
  };
}
