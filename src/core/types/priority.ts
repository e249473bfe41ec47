/**
 * The priority of a task: `high` has a queue of its own beside that of its function. Numbers are Celery's: above 5 is high.
 *
 * @example
 * ```ts
 * const priority: Priority = 'normal';
 * await (await add.applyAsync({ args: [1, 2], priority })).get(); // 3
 * ```
 */
export type Priority = 'high' | 'normal' | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
