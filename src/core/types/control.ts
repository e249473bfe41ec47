/** The control of work that has been sent, as Celery's `app.control`. */

/** The stamps that work is revoked by: for each name a value, or a list of values. Tasks that carry one of them are meant. */
export type RevokedStamps = Readonly<Record<string, StampValue | readonly StampValue[]>>;

/** A value that tasks can be revoked by. */
export type StampValue = string | number | boolean | null;

/** The options of `revokeByStamp`. */
export interface RevokeByStampOptions {
  /** Seconds for which the revocation stands, at most 366 days. Default 1,296,000: 15 days. */
  readonly seconds?: number;
}

/**
 * Changes what workers do from now on.
 *
 * @example
 * ```ts
 * const control: Control = app.control;
 * const result = await add.s(1, 2).stamp({ customer: 42 }).applyAsync({ countdown: 3600 });
 * await control.revokeByStamp({ customer: 42 });
 * await control.revoke(result.taskId);
 * await result.state(); // 'REVOKED'
 * ```
 */
export interface Control {
  /**
   * Revokes the tasks of canvases that have not run, as `AsyncResult.revoke()` does.
   *
   * @param ids an id, or a list of ids.
   * @throws InvalidOptions for a value that cannot be an id, NotRegistered if no function runs a task.
   */
  revoke(ids: string | readonly string[]): Promise<void>;
  /**
   * Limits the rate of a task over all workers from now on, in place of its `rateLimit`. Workers see it within about a
   * second; runs that have their time keep it. Each batch of a limited task costs one write. A step with a limit does not run
   * inline.
   *
   * @param task the name of the task.
   * @param limit `'10/s'`, `'100/m'`, `'1000/h'` or a number a second; `0` for no limit; null for the task's own.
   * @throws InvalidOptions for a limit that is none of these, NotRegistered for a task that no function runs.
   */
  rateLimit(task: string, limit: string | number | null): Promise<void>;
  /**
   * Revokes the tasks that carry one of these stamps and that a worker receives while the revocation stands, also those that
   * are sent later.
   * It takes effect within about a second; running tasks are told by `ctx.signal`. It costs two writes. While any revocation
   * stands, workers look each stamp of a message up: half a read unit each.
   *
   * @throws InvalidOptions if there is no stamp, or a value by which no task can be revoked.
   */
  revokeByStamp(stamps: RevokedStamps, options?: RevokeByStampOptions): Promise<void>;
}
