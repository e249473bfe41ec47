import { InvalidMessage } from '../errors/caller.ts';
import { packPlan } from '../protocol/blocks.ts';
import { decodedOrError, encodeForQueue, encodeMessage } from '../protocol/message-codec.ts';
import type { Message } from '../protocol/message.ts';
import type { Plan, TaskPlan } from '../protocol/plan.ts';
import { compact } from '../values/compact.ts';

/** The attributes of a run that EventBridge Scheduler puts in the place of their names. */
export interface RunAttributes {
  /** Epoch ms of the run as its schedule has it: the same for a run that comes twice. */
  readonly scheduledAt: number;
  /** The nonce of the attempt. */
  readonly executionId: string;
}

/** A message as it was received, and epoch ms at which it was sent, where the queue says so. */
interface Received {
  readonly body: string;
  readonly messageId: string;
  readonly sentAt?: number;
}

/**
 * Returns the message of a schedule: the same for every run, except for the attributes that the Scheduler fills in. The
 * workflow's id is the schedule's name and the time of the run, so that a run that comes twice is one workflow. The message
 * is marked as a possible duplicate: its receiver checks before it runs. It has no lifetime of its own, since it is
 * written long before it is sent: its receiver counts from its own time.
 *
 * @throws InvalidMessage if a reader would refuse it.
 */
export function scheduleBody(name: string, plan: Plan): string {
  const message = messageOf(name, plan, { time: TIME, executionId: EXECUTION });
  // The checks of every reader, on what it will look like.
  encodeForQueue(messageOf(name, plan, { time: isoSeconds(0), executionId: 'x'.repeat(32) }));
  return encodeMessage(message);
}

/** Fills the attributes of a run into a schedule's message, as EventBridge Scheduler does. */
export function fillBody(body: string, { scheduledAt, executionId }: RunAttributes): string {
  return body
    .replaceAll(TIME, isoSeconds(scheduledAt))
    .replaceAll(EXECUTION, executionId)
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

/**
 * Returns the body of a message as it was received; of a run whose attributes an emulator has not filled in, with them. Its time is
 * that of its sending: the same at each receive, and in the dead-letter queue.
 */
export function filledBody({ body, sentAt, messageId }: Received): string {
  const isUnfilled =
    sentAt !== undefined && body.includes(TIME) && decodedOrError(body, messageId) instanceof InvalidMessage;
  return isUnfilled ? fillBody(body, { scheduledAt: sentAt, executionId: messageId }) : body;
}

/** Returns the workflow of a run. */
export function workflowOfRun(name: string, scheduledAt: number): string {
  return `${name}:${isoSeconds(scheduledAt)}`;
}

// --- internal ---

const TIME = '<aws.scheduler.scheduled-time>';
const EXECUTION = '<aws.scheduler.execution-id>';

function messageOf(
  name: string,
  plan: Plan,
  { time, executionId }: { readonly time: string; readonly executionId: string },
): Message {
  const id = `${name}:${time}`;
  const common = {
    mid: executionId,
    id,
    base: id,
    try: 0,
    frames: [],
    depth: 0,
    until: 0,
    // @defect scheduled-runs-are-checked
    again: true as const,
    headers: { schedule: name, scheduledTime: time },
  };
  if (!isPlain(plan, id)) return { ...common, kind: 'expand', sig: plan };
  const { links, ...sig } = plan;
  // Marked as held, a message of a tenant is sent on: the Scheduler names no tenant to the queue.
  const held = sig.options?.tenant === undefined ? {} : { held: true as const };
  return { ...common, kind: 'run', sig, ...held, ...compact({ links }) };
}

/** Returns whether a plan can be sent as it is: a task without times to count from its start, and without blocks. */
function isPlain(plan: Plan, id: string): plan is TaskPlan {
  if (!('task' in plan) || packPlan(plan, id).blocks.length > 0) return false;
  const { countdown, eta, expires, expiresAt } = plan.options ?? {};
  return [countdown, eta, expires, expiresAt].every((time) => time === undefined);
}

function isoSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
