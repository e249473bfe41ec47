import type { BatchResultErrorEntry } from '@aws-sdk/client-sqs';
import { ConfigurationError, ServiceUnavailable } from '../../core/errors/caller.ts';
import { allEnded } from '../../core/values/all-ended.ts';
import { perTurn } from '../per-turn.ts';
import { backOff, MAX_TRIES } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { calling, isTransientCode } from './errors.ts';
import type { QueueUrl } from './queue-urls.ts';
import { inRequests } from './sqs-requests.ts';
import type { QueueEntries } from './sqs-requests.ts';

/** One kind of request that does up to ten entries of one queue. */
export interface RequestKind<Entry> {
  /** As in `send messages to`. */
  readonly doing: string;
  readonly request: (
    QueueUrl: string,
    Entries: (Entry & { readonly Id: string })[],
  ) => Promise<{ readonly Failed?: BatchResultErrorEntry[] | undefined }>;
  /** Bytes of an entry, where a request has a limit of them. Default: 0. */
  readonly sizeOf?: (entry: Entry) => number;
  /** Refusals that leave nothing to do. Default: none. */
  readonly isDone?: (code: string) => boolean;
}

/** How to reach the queues, and to try again. */
export interface SharedRequestsOptions extends Backoff {
  readonly queueUrl: QueueUrl;
}

/**
 * Sends requests of one kind. Calls of one turn of the event loop share requests, and each call is settled by its own entries:
 * those that fail are tried again, apart from those that are done.
 */
export class SharedRequests<Entry> {
  readonly #kind: RequestKind<Entry>;
  readonly #queueUrl: QueueUrl;
  readonly #patience: Backoff;
  readonly #gather = perTurn<Parcel<Entry>>((parcels) => this.#sendAll(parcels));

  constructor(kind: RequestKind<Entry>, { queueUrl, clock, nonces }: SharedRequestsOptions) {
    this.#kind = kind;
    this.#queueUrl = queueUrl;
    this.#patience = { clock, nonces };
  }

  /**
   * Resolves when all entries are done. Those of one queue go in one request if they fit into one.
   *
   * @throws ConfigurationError if there is no such queue, and then nothing is sent; or if SQS refuses an entry for good
   * @throws ServiceUnavailable if entries still fail after several tries
   */
  async do(ofQueues: readonly QueueEntries<Entry>[]): Promise<void> {
    const parcels = await Promise.all(
      ofQueues.map(async ({ queue, entries }) => ({
        queue,
        url: await this.#queueUrl(queue),
        items: entries.map((entry): Item<Entry> => ({ entry, ...Promise.withResolvers<void>() })),
      })),
    );
    for (const parcel of parcels) this.#gather(parcel);
    await allEnded(parcels.flatMap(({ items }) => items.map(({ promise }) => promise)));
  }

  #sendAll(parcels: readonly Parcel<Entry>[]): void {
    const { sizeOf = () => 0 } = this.#kind;
    for (const [url, ofQueue] of Map.groupBy(parcels, (parcel) => parcel.url)) {
      const queue = ofQueue[0]?.queue ?? '';
      const requests = inRequests(
        ofQueue.map(({ items }) => items),
        ({ entry }) => sizeOf(entry),
      );
      for (const items of requests) void this.#untilSettled(queue, url, items);
    }
  }

  async #untilSettled(queue: string, url: string, items: readonly Item<Entry>[]): Promise<void> {
    let left = items;
    for (let tries = 1; ; tries += 1) {
      try {
        left = await this.#try(queue, url, left, tries);
      } catch (error) {
        return left.forEach(({ reject }) => reject(error));
      }
      if (left.length === 0) return;
      await backOff(this.#patience, tries);
    }
  }

  /** Sends one request, settles the decided entries, and answers with the entries to try again. */
  async #try(
    queue: string,
    url: string,
    items: readonly Item<Entry>[],
    tries: number,
  ): Promise<readonly Item<Entry>[]> {
    const { doing, request, isDone = () => false } = this.#kind;
    const entries = items.map(({ entry }, index) => ({ ...entry, Id: String(index) }));
    const { Failed = [] } = await calling(doing, { kind: 'queue', name: queue }, () => request(url, entries));
    const failures = new Map(Failed.map((failure) => [failure.Id, failure]));
    return items.filter(({ resolve, reject }, index) => {
      const failure = failures.get(String(index));
      const isOver = failure === undefined || isDone(failure.Code ?? '');
      const error = isOver ? undefined : errorOf(failure, `Cannot ${doing} the queue "${queue}"`, tries);
      if (isOver) resolve();
      else if (error !== undefined) reject(error);
      return !isOver && error === undefined;
    });
  }
}

// --- internal ---

interface Parcel<Entry> {
  readonly queue: string;
  readonly url: string;
  readonly items: readonly Item<Entry>[];
}

interface Item<Entry> extends PromiseWithResolvers<void> {
  readonly entry: Entry;
}

/** Returns the error that ends an entry, or undefined if it is tried again. */
function errorOf(failure: BatchResultErrorEntry, what: string, tries: number): Error | undefined {
  const { SenderFault, Code = 'no code', Message = 'no message' } = failure;
  const why = `${Code}: ${Message}`;
  if (SenderFault === true && !isTransientCode(Code))
    return new ConfigurationError(`${what}: SQS refuses the request (${why})`);
  return tries < MAX_TRIES
    ? undefined
    : new ServiceUnavailable(`${what} for now: it still fails after ${tries} tries (${why})`);
}
