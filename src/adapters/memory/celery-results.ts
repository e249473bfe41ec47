import { ConfigurationError } from '../../core/errors/caller.ts';
import { MOST_ITEM_BYTES } from '../../core/protocol/limits.ts';
import type { JsonObject } from '../../core/values/json.ts';
import type { CeleryResults, KeepResult, MembersOf, ResultOf } from '../../ports/celery-results.ts';

/** The result table of a Celery application in memory. */
export class MemoryCeleryResults implements CeleryResults {
  readonly #groups = new Map<string, readonly string[]>();
  readonly #results = new Map<string, { readonly rank: number; readonly meta: JsonObject }>();

  /** Saves a group, as a Celery application does before it sends a chord. */
  saveGroup(group: string, members: readonly string[]): void {
    this.#groups.set(group, members);
  }

  /** The result of a task, if it has one. */
  resultOf(taskId: string): JsonObject | undefined {
    return this.#results.get(taskId)?.meta;
  }

  async membersOf({ group }: MembersOf): Promise<readonly string[] | undefined> {
    return this.#groups.get(group);
  }

  async keep({ taskId, rank, meta }: KeepResult): Promise<void> {
    if (Buffer.byteLength(JSON.stringify(meta)) > MOST_ITEM_BYTES)
      throw new ConfigurationError(`Cannot keep the result of ${taskId}: it is larger than ${MOST_ITEM_BYTES} bytes.`);
    const kept = this.#results.get(taskId);
    if (kept === undefined || kept.rank <= rank) this.#results.set(taskId, { rank, meta });
  }

  async read({ taskId }: ResultOf): Promise<JsonObject | undefined> {
    return this.resultOf(taskId);
  }
}
