/** The outcome of a batch, as the function's answer reports it. */
export interface BatchAnswer {
  /** The ids of the messages that were not processed. */
  readonly failed: ReadonlySet<string>;
  /** Why the answer cannot be read. The whole batch has failed then. */
  readonly malformed?: string;
}

/**
 * Reads a function's answer by the rules of the event source mapping. No answer, null, and a missing or empty list of failures are a
 * success. An answer that cannot be read, or an id that is not in the batch, fails the whole batch.
 *
 * @param answer the answer as JSON, or undefined if the function returned nothing
 */
export function readBatchAnswer(messageIds: readonly string[], answer: string | undefined): BatchAnswer {
  const allFailed = (malformed: string): BatchAnswer => ({ failed: new Set(messageIds), malformed });
  const value: unknown = answer === undefined ? undefined : JSON.parse(answer);
  if (value === undefined || value === null) return { failed: new Set() };
  if (typeof value !== 'object' || Array.isArray(value)) return allFailed(`its answer is not an object: ${answer}`);

  const failures: unknown = 'batchItemFailures' in value ? value.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return allFailed(`batchItemFailures is not a list: ${answer}`);

  const ids = failures.map(itemIdentifier);
  const odd = ids.findIndex((id) => id === undefined || !messageIds.includes(id));
  if (odd === -1) return { failed: new Set(ids.filter((id) => id !== undefined)) };
  return allFailed(`an itemIdentifier is not the id of a message in the batch: ${JSON.stringify(failures[odd])}`);
}

// --- internal ---

function itemIdentifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined;
}
