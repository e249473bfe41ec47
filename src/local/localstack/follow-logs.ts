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
  const seen = new Set<string>();
  const startedAt = Date.now();
  const stopping = new AbortController();
  const look = async (): Promise<void> => {
    for (const name of functions()) {
      // The emulator may be gone before this stops.
      const events = await api.logEvents(`/aws/lambda/${name}`, startedAt).catch(() => []);
      for (const { eventId, message } of events.filter((event) => !seen.has(event.eventId))) {
        seen.add(eventId);
        print(name, message.trimEnd());
      }
    }
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
