/** How long, and how often, a message of a schedule is tried to be sent. */
export interface RetryPolicy {
  /** Counted from the time of the run, in ms (EventBridge Scheduler, `MaximumEventAgeInSeconds`). */
  readonly maximumAgeMs: number;
  /** Tries after the first one (`MaximumRetryAttempts`). */
  readonly maximumAttempts: number;
}

/** The policy of a schedule that has none of its own. */
export const RETRY_POLICY: RetryPolicy = { maximumAgeMs: 86_400_000, maximumAttempts: 185 };

/** The tries of a message that could not be sent so far. */
export interface FailedTries {
  /** The time of the run, epoch ms. */
  readonly dueAt: number;
  /** At least 1. */
  readonly tries: number;
  /** Epoch ms. */
  readonly now: number;
}

/** Returns after how many ms a message is to be tried again; undefined if it is to be given up. */
export function nextTryMs(policy: RetryPolicy, { dueAt, tries, now }: FailedTries): number | undefined {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
  if (tries > policy.maximumAttempts || now + waitMs - dueAt > policy.maximumAgeMs) return undefined;
  return waitMs;
}

/** A message as EventBridge Scheduler puts it on a dead-letter queue: the request that failed, with the reason in two attributes. */
export interface DeadRequest {
  readonly body: string;
  readonly attributes: Readonly<Record<'ERROR_CODE' | 'ERROR_MESSAGE', string>>;
}

/** Returns the dead letter of a request to send. */
export function deadRequest(
  { queueUrl, body }: { readonly queueUrl: string; readonly body: string },
  error: unknown,
): DeadRequest {
  const [code, message] = error instanceof Error ? [error.name, error.message] : ['Error', String(error)];
  return {
    body: JSON.stringify({ MessageBody: body, QueueUrl: queueUrl }),
    // SQS takes no empty attributes.
    attributes: { ERROR_CODE: code || 'Error', ERROR_MESSAGE: message || 'no message' },
  };
}

// --- internal ---

/** Waits double, up to the longest one. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 600_000;
