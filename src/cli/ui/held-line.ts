import { isPlainObject, objectIn } from '../../core/values/json.ts';
import type { StandingSchedule } from '../../ports/schedules.ts';
import type { HeldLine } from '../../ui/source.ts';

/** Returns the line of a schedule that holds a message. Its body may be of another version. */
export function heldLine({ name, expression, queue, body }: StandingSchedule): HeldLine {
  const { id, notBefore, sig } = objectIn(body);
  const task = isPlainObject(sig) && typeof sig['task'] === 'string' ? { task: sig['task'] } : {};
  // The schedule fires before the message is due: its queue holds it for the rest.
  const due = typeof notBefore === 'number' ? notBefore : Date.parse(`${expression.slice(3, -1)}Z`);
  return { id: typeof id === 'string' ? id : name, ...task, queue, due: new Date(due).toISOString() };
}
