import type { OptionCheck } from '../values/option-checks.ts';

/** The priority in a message, in the values of the public type: of two queues of its function, the one that it goes to. */
export type Priority = 'high' | 'normal' | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** The check of a priority in code. */
export const PRIORITY: OptionCheck = {
  is: (value) => isName(value) || (isNumber(value) && value >= 0 && value <= 9),
  want: "'high', 'normal', or a whole number from 0 to 9, as in Celery",
};

/** The check of a priority in JSON: other brokers of Celery have other numbers. */
export const SENT_PRIORITY: OptionCheck = {
  is: (value) => isName(value) || isNumber(value),
  want: "'high', 'normal' or a whole number",
};

/** Returns whether a priority is high; absent: it is not. */
export function isHigh(priority: Priority | undefined): boolean {
  return priority === 'high' || (typeof priority === 'number' && priority > MOST_NORMAL);
}

/** Returns the name of the queue for messages of high priority beside a queue. */
export function highQueueName(queue: string): string {
  return `${queue}-high`;
}

/** Which queues have one of high priority beside them, and the tasks that go there if their call says nothing else. */
export type HighTasks = Readonly<Record<string, readonly string[]>>;

/**
 * Adds to routes which queues have one for high priority, and which tasks go there. A release before priorities takes
 * them for tasks that nobody calls.
 */
export function withHigh(routes: Readonly<Record<string, string>>, high: HighTasks): Readonly<Record<string, string>> {
  const marks = Object.entries(high).flatMap(([queue, tasks]) => {
    const name = highQueueName(queue);
    return [[`${QUEUE}${queue}`, name], ...tasks.map((task) => [`${TASK}${task}`, name])] as [string, string][];
  });
  return { ...routes, ...Object.fromEntries(marks) };
}

/** Returns the queue for high priority beside a queue; undefined if it has none. */
export function highQueueIn(routes: Readonly<Record<string, string>>, queue: string): string | undefined {
  return Object.hasOwn(routes, `${QUEUE}${queue}`) ? routes[`${QUEUE}${queue}`] : undefined;
}

/** Returns whether routes say that a task has a high priority. */
export function isHighIn(routes: Readonly<Record<string, string>>, task: string): boolean {
  return Object.hasOwn(routes, `${TASK}${task}`);
}

/** Returns whether a name in routes is none of a task. */
export function isMark(name: string): boolean {
  return name.startsWith(QUEUE) || name.startsWith(TASK);
}

// --- internal ---

/** Celery's numbers from 0 to 9, with brokers for which a higher one comes first. */
const MOST_NORMAL = 5;

/** A mark has no space: the environment of a caller is split at spaces. */
const QUEUE = '#high-queue:';
const TASK = '#high-task:';

function isName(value: unknown): boolean {
  return value === 'high' || value === 'normal';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
