/** What a function's answer says of its batch. */
export interface BatchAnswer {
  /** The ids of the messages that were not processed. */
  readonly failed: ReadonlySet<string>;
  /** Why the answer says nothing, so that the whole batch has failed. */
  readonly malformed?: string;
}

/**
 * Reads a function's answer by the event source mapping's rules: nothing, null, or no or an empty list of failures is a success; anything
 * that isn't understood, and an id that isn't in the batch, fails the whole batch.
 *
 * @param answer the answer as JSON; undefined: the function returned nothing
 */
export function readBatchAnswer(messageIds: readonly string[], answer: string | undefined): BatchAnswer {
  const allFailed = (malformed: string): BatchAnswer => ({ failed: new Set(messageIds), malformed });
  const value = answer === undefined ? undefined : parseJson(answer);
  if (value === undefined || value === null) return { failed: new Set() };
  if (typeof value !== 'object' || Array.isArray(value)) return allFailed(`its answer is no object: ${answer}`);

  const failures: unknown = 'batchItemFailures' in value ? value.batchItemFailures : undefined;
  if (failures === undefined || failures === null) return { failed: new Set() };
  if (!Array.isArray(failures)) return allFailed(`batchItemFailures is no list: ${answer}`);

  const failed = new Set<string>();
  for (const failure of failures) {
    const id = itemIdentifier(failure);
    if (id === undefined || !messageIds.includes(id)) {
      return allFailed(`an itemIdentifier is no id of a message in the batch: ${JSON.stringify(failure)}`);
    }
    failed.add(id);
  }
  return { failed };
}

// --- internal ---

function parseJson(text: string): unknown {
  return JSON.parse(text);
}

function itemIdentifier(failure: unknown): string | undefined {
  if (typeof failure !== 'object' || failure === null || !('itemIdentifier' in failure)) return undefined;
  return typeof failure.itemIdentifier === 'string' ? failure.itemIdentifier : undefined;
}
