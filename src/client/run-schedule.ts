import { fillBody, workflowOfRun } from '../core/schedule/schedule-message.ts';
import type { Engine } from '../engine/engine.ts';
import type { StandingSchedule } from '../ports/schedules.ts';

/**
 * Starts a schedule's canvas now, beside its own times, and returns the workflow's id. It sends what the schedule sends; a second
 * call within a second starts nothing new.
 */
export async function runSchedule(
  { broker, clock, nonces }: Engine,
  { name, queue, body }: StandingSchedule,
): Promise<string> {
  const scheduledAt = clock.now();
  const filled = fillBody(body, { scheduledAt, executionId: nonces.mid() });
  await broker.send({ messages: [{ queue, body: filled, delaySeconds: 0 }] });
  return workflowOfRun(name, scheduledAt);
}
