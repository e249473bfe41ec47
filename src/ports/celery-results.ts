import type { JsonObject } from '../core/values/json.ts';

/** The result table of a Celery application, as its `dynamodb://` backend reads and writes it. */
export interface CeleryResults {
  /** Returns the ids of the members of a saved group, in order; undefined if it was not saved. */
  membersOf(params: { readonly group: string }): Promise<readonly string[] | undefined>;
  /**
   * Keeps the result of a task. One of an earlier attempt never replaces one of a later; a second call writes the same
   * again.
   *
   * @param rank orders the results of one task: twice the attempt, and one more for an outcome.
   */
  keep(params: { readonly taskId: string; readonly rank: number; readonly meta: JsonObject }): Promise<void>;
}
