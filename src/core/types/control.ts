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
 * Whether a function receives.
 *
 * @example
 * ```ts
 * const paused: Receiving = await app.control.pause('add');
 * paused.receiving; // false
 * await app.control.resume(paused.queue);
 * ```
 */
export interface Receiving {
  /** The queue of the function, and its name. */
  readonly queue: string;
  /** Whether the function receives from its queue. */
  readonly receiving: boolean;
  /** The tasks of that queue, by name: all of them are paused or resumed. */
  readonly tasks: readonly string[];
}

/**
 * The work that is purged.
 *
 * @example
 * ```ts
 * await app.control.pause('add');
 * const result = await add.delay(1, 2);
 * const purged: Purged = await app.control.purge('add');
 * purged.waiting; // 1
 * await app.control.resume('add');
 * await result.get(); // TaskRevokedError
 * ```
 */
export interface Purged {
  /** The queue of the messages. */
  readonly queue: string;
  /** The tasks whose messages are meant: one, or all of the queue. */
  readonly tasks: readonly string[];
  /** How many messages of the queue waited or were delayed, of all of its tasks, as SQS counts them: about. */
  readonly waiting: number;
  /** Messages that were sent before are meant. */
  readonly before: Date;
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
  /**
   * Stops the function of a task, or of a queue, by its event source mapping: its messages wait until it is resumed. On AWS it
   * stops within about a minute, and SQS deletes messages that wait for longer than 10 days. Running tasks go on. Needs
   * `lambda:ListEventSourceMappings` and `lambda:UpdateEventSourceMapping`, which functions do not have by themselves.
   *
   * @param name the name of a task or of a queue. All tasks of a queue are stopped.
   * @throws NotRegistered for a name that is neither, ConfigurationError if the queue has no function or access is refused.
   */
  pause(name: string): Promise<Receiving>;
  /**
   * Has the function of a task, or of a queue, receive again. Needs the same rights as `pause`.
   *
   * @param name the name of a task or of a queue.
   * @throws NotRegistered for a name that is neither, ConfigurationError if the queue has no function or access is refused.
   */
  resume(name: string): Promise<Receiving>;
  /**
   * Discards the messages of a task, or of a queue, that were sent before this call: those that wait, those that are delayed, and
   * those that EventBridge Scheduler holds. The worker that receives such a message does not run its task: the task is
   * REVOKED with the reason `purged`, and so is the canvas around it, as by `revoke`. Running tasks go on, and their retries
   * are sent later. Messages that a schedule sends later, and answers of Python workers, stay.
   *
   * It takes a second, until workers see it, also while the function is paused. It costs one write. Needs `sqs:GetQueueAttributes` on the
   * queue, which functions do not have by themselves.
   *
   * @param name the name of a task or of a queue.
   * @throws NotRegistered for a name that is neither, ConfigurationError if access is refused.
   */
  purge(name: string): Promise<Purged>;
}
