import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { ConfigurationError, ServiceUnavailable } from '../../core/errors/caller.ts';
import { backOff, MAX_TRIES } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { calling, isTransientCode } from './errors.ts';
import type { QueueBatch } from './sqs-requests.ts';

/** How a batch is carried out. */
export interface BatchCall<Entry> {
  /** As in `send 3 messages to`. */
  readonly doing: string;
  readonly call: (entries: Entry[]) => Promise<{ readonly Failed?: BatchResultErrorEntry[] | undefined }>;
  /** Refusals that mean there is nothing left to do. */
  readonly isDone?: (code: string) => boolean;
}

/**
 * Carries out a batch, and again those of its entries that failed, until there are none left.
 *
 * @throws ConfigurationError at once if an entry is refused for good
 * @throws ServiceUnavailable if entries still fail after several tries
 */
export async function untilDone<Entry extends { readonly Id: string | undefined }>(
  { queue, entries }: QueueBatch<Entry>,
  { doing, call, isDone = () => false }: BatchCall<Entry>,
  patience: Backoff,
): Promise<void> {
  const resource = { kind: 'queue', name: queue } as const;
  let left = [...entries];
  for (let tries = 1; ; tries += 1) {
    const { Failed = [] } = await calling(doing, resource, () => call(left));
    const failed = Failed.filter(({ Code = '' }) => !isDone(Code));
    const [first] = failed;
    if (first === undefined) return;
    const refused = failed.find(({ SenderFault, Code = '' }) => SenderFault === true && !isTransientCode(Code));
    const what = `Cannot ${doing} the queue "${queue}"`;
    if (refused !== undefined) throw new ConfigurationError(`${what}: SQS refuses the request (${reasonOf(refused)})`);
    if (tries === MAX_TRIES) {
      const still = `${failed.length} of ${entries.length} entries still fail after ${tries} tries`;
      throw new ServiceUnavailable(`${what} for now: ${still} (${reasonOf(first)})`);
    }
    const ids = new Set(failed.map(({ Id }) => Id));
    left = left.filter(({ Id }) => ids.has(Id));
    await backOff(patience, tries);
  }
}

// --- internal ---

function reasonOf({ Code = 'no code', Message = 'no message' }: BatchResultErrorEntry): string {
  return `${Code}: ${Message}`;
}
