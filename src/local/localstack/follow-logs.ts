import type { EmulatorApi } from './emulator-api.ts';

/** Logs that are being followed. */
export interface FollowedLogs {
  readonly stop: () => Promise<void>;
}

/**
 * Prints the logs of functions, a second later.
 *
 * @param functions the names of the functions, which may grow
 */
export function followLogs(
  api: Pick<EmulatorApi, 'logEvents'>,
  functions: () => readonly string[],
  print: (functionName: string, line: string) => void,
): FollowedLogs {
  /** The times of the printed lines that may come again, by their ids. */
  const seen = new Map<string, number>();
  const startedAt = Date.now();
  let from = startedAt;
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    const now = Date.now();
    for (const name of functions()) {
      // The emulator may be gone before this stops.
      const events = await api.logEvents(`/aws/lambda/${name}`, from).catch(() => []);
      for (const { eventId, timestamp, message } of events.filter((event) => !seen.has(event.eventId))) {
        seen.set(eventId, timestamp);
        print(name, message.trimEnd());
      }
    }
    from = Math.max(startedAt, now - LATE_MS);
    for (const [eventId, timestamp] of seen) if (timestamp < from) seen.delete(eventId);
  };
  const following = (async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look();
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await following;
    },
  };
}

// --- internal ---

const EVERY_MS = 1000;
/** How late a line may come. */
const LATE_MS = 30_000;
