/** The views of the workers, as Celery's `app.control.inspect()`. */

/** A task, and the queue of its messages. */
export interface RegisteredName {
  /** Its name. */
  readonly task: string;
  /** The name of the queue, without the prefix of the app. */
  readonly queue: string;
}

/**
 * How many messages of the app are where: about, since SQS counts so.
 *
 * @example
 * ```ts
 * const counts: WorkerCounts = await app.inspect.stats();
 * counts.waiting + counts.received; // 0
 * ```
 */
export interface WorkerCounts {
  /** Messages that wait for a worker. */
  readonly waiting: number;
  /** Messages that a worker has received: their tasks run, or wait for their turn in the batch. */
  readonly received: number;
  /** Messages that SQS holds until they are due, at most 15 minutes. */
  readonly delayed: number;
  /** Messages that EventBridge Scheduler holds until they are due. */
  readonly scheduled: number;
  /** Messages in the dead-letter queue that are not yet settled. */
  readonly dead: number;
}

/**
 * Says what workers have, and how much waits for them. SQS counts its messages and does not list them: `asyncResult(id)` tells of one
 * task. Each view but `registered` asks SQS and EventBridge Scheduler, and needs `sqs:ListQueues`, `sqs:GetQueueAttributes` and
 * `scheduler:ListSchedules`, which functions do not have by themselves.
 *
 * @example
 * ```ts
 * const inspect: Inspect = app.inspect;
 * await add.s(1, 2).applyAsync({ countdown: 600 });
 * await inspect.scheduled(); // { delayed: 1, scheduled: 0 }
 * ```
 */
export interface Inspect {
  /** Returns the tasks that some function runs, by name, with their queues. */
  registered(): Promise<readonly RegisteredName[]>;
  /** Counts the messages of all queues. @throws ConfigurationError if access is refused. */
  stats(): Promise<WorkerCounts>;
  /** Counts the messages that workers have received. @throws ConfigurationError if access is refused. */
  active(): Promise<Pick<WorkerCounts, 'received'>>;
  /** The same as `active`: SQS does not say which of them run. @throws ConfigurationError if access is refused. */
  reserved(): Promise<Pick<WorkerCounts, 'received'>>;
  /** Counts the messages that are not yet due. @throws ConfigurationError if access is refused. */
  scheduled(): Promise<Pick<WorkerCounts, 'delayed' | 'scheduled'>>;
}
