import type { JsonObject } from '../core/values/json.ts';

/** A group that a Celery application has saved. */
export interface MembersOf {
  readonly group: string;
}

/** The result of a task, as Celery writes it. */
export interface KeepResult {
  readonly taskId: string;
  /** Orders the results of one task: twice the attempt, and one more for an outcome. */
  readonly rank: number;
  readonly meta: JsonObject;
}

/** The id of a task. */
export interface ResultOf {
  readonly taskId: string;
}

/** The result table of a Celery application, as its `dynamodb://` backend reads and writes it. */
export interface CeleryResults {
  /** Returns the ids of the members of a saved group, in order; undefined if it was not saved. */
  membersOf(params: MembersOf): Promise<readonly string[] | undefined>;
  /**
   * Keeps the result of a task. One of an earlier attempt never replaces one of a later; a second call writes the same
   * again.
   *
   * @throws ConfigurationError if it is larger than an item of DynamoDB. One of 390,000 bytes as JSON fits.
   */
  keep(params: KeepResult): Promise<void>;
  /** Returns the result of a task as Celery wrote it, read strongly; undefined if there is none. */
  read(params: ResultOf): Promise<JsonObject | undefined>;
}
