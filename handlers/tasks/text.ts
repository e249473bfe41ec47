import { currentTask } from 'chordal';
import { app } from './app.ts';

/** The message behind `LOG: `, as JSON; a string as it is. */
export const log = app.task('log', (msg: unknown) => `LOG: ${typeof msg === 'string' ? msg : JSON.stringify(msg)}`);

export const identity = app.task('identity', <T>(x: T) => x);

/** Where a task stands in its workflow: `[rootId, parentId, i]`. */
export const ids = app.task('ids', { bind: true }, ({ request }, i: number): [string, string | null, number] => [
  request.rootId,
  request.parentId,
  i,
]);

/** Appends to a list that outlives the task; a second run of the same task shows. */
export const record = app.task('record', async (key: string, value: unknown) => {
  await currentTask().ledger.append(key, value);
});

/** The texts that `record` has appended, in order. */
export const recorded = app.task('recorded', (key: string) => currentTask().ledger.read(key));
