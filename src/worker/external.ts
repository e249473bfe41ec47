import { externalCall } from '../core/celery/external.ts';
import { failureIn } from '../core/celery/result-meta.ts';
import { isChordalError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { ExternalTaskError, TimeLimitExceeded } from '../core/errors/task.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import type { Next } from '../core/protocol/delivery.ts';
import { ACK } from '../core/protocol/disposition.ts';
import type { Answer, RunMessage } from '../core/protocol/message.ts';
import type { Result } from '../core/protocol/outcome.ts';
import { allEnded } from '../core/values/all-ended.ts';
import { compact } from '../core/values/compact.ts';
import type { FailureRecord } from '../core/values/failure-record.ts';
import { dispatch, route } from '../engine/dispatch.ts';
import type { ExternalTask, RegisteredTask } from '../engine/engine.ts';
import { loadArguments } from '../engine/inputs.ts';
import { failureOf } from './commit.ts';
import type { TaskDelivery } from './commit.ts';
import { succeeded } from './run.ts';

/** The next action, and when a Python worker was asked, in epoch ms. */
export interface External {
  readonly next: Next<never>;
  readonly startedAt?: number;
}

/**
 * Works on a message of a task that a Python worker runs. The first message asks that worker, and is sent again as one
 * that waits: it fails the task when the time for the answer is over. The answer is a message of its own. The first of
 * them that commits an outcome has decided, and the others find that.
 *
 * @param queue the queue that the message was received from: the answer goes there, too.
 * @throws ServiceUnavailable, ConfigurationError if the cloud refuses.
 */
export async function workOnExternal(
  delivery: TaskDelivery,
  task: RegisteredTask,
  external: ExternalTask,
  queue: string,
): Promise<External> {
  const { asked, answer } = delivery.message;
  if (asked === undefined) return ask(delivery, task, external, queue);
  const decision = answer === undefined ? tooLate(delivery, external) : await decided(delivery, task, answer);
  return { next: { kind: 'commit', decision }, startedAt: asked };
}

// --- internal ---

/** Asks the Python worker, and sends the message that waits. Without either of them the received one comes back. */
async function ask(
  delivery: TaskDelivery,
  task: RegisteredTask,
  external: ExternalTask,
  queue: string,
): Promise<External> {
  const { engine, message, outbox } = delivery;
  const now = engine.clock.now();
  const waiting = waitingFor(message, now);
  const notBefore = now + external.timeout * 1000;
  try {
    const body = await callBody(delivery, task, external, { waiting, queue });
    // Marked: an answer may have decided before it arrives.
    const guard = route(engine, { ...waiting, again: true, notBefore });
    await allEnded([
      dispatch(engine, outbox, [guard]),
      outbox.send({ messages: [{ queue: external.queue, isForeign: true, body, delaySeconds: 0 }] }),
    ]);
    return { next: { kind: 'end', disposition: ACK } };
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    return { next: { kind: 'commit', decision: await failureOf(delivery, error) } };
  }
}

/** Returns the message as it waits for the answer. It has begun: nothing delays it any more, and it cannot expire. */
function waitingFor(message: RunMessage, now: number): RunMessage {
  const { again: _again, held: _held, slot: _slot, notBefore: _notBefore, expires: _expires, ...rest } = message;
  return { ...rest, asked: Math.round(now) };
}

async function callBody(
  { engine, message }: TaskDelivery,
  { options }: RegisteredTask,
  { routingKey }: ExternalTask,
  { waiting, queue }: { readonly waiting: RunMessage; readonly queue: string },
): Promise<string> {
  const { sig, in: input } = message;
  const { headers = {}, stamps = {} } = withOwn(message, sig.options);
  const { timeLimit = options.timeLimit, softTimeLimit = options.softTimeLimit } = sig.options ?? {};
  return externalCall({
    ...(await loadArguments(engine, sig, input)),
    waiting,
    celeryId: celeryIdOf(engine, message),
    headers,
    stamps,
    routingKey,
    answerQueue: engine.broker.nameOf(queue),
    ...compact({ timeLimit, softTimeLimit }),
  });
}

/** Returns the id that an attempt has in Python: the same if it is asked for twice, and none of an id of ours. */
function celeryIdOf({ nonces }: TaskDelivery['engine'], { id, try: attempt }: RunMessage): string {
  return nonces.digest(`${id}|${attempt}|external`);
}

function tooLate({ message: { sig, id } }: TaskDelivery, { timeout, queue }: ExternalTask): TimeLimitExceeded {
  return new TimeLimitExceeded(
    `Cannot wait longer for ${sig.task} (${id}): no Python worker of the queue ${queue} has answered within its timeout of ${timeout} s. Start a worker, or set a longer timeout.`,
  );
}

async function decided(delivery: TaskDelivery, task: RegisteredTask, answer: Answer): Promise<Result> {
  if ('value' in answer) return succeeded(delivery, task, answer.value);
  return failureOf(delivery, await failureRecord(delivery, task, answer.failedId));
}

/** Returns the error of a task that has failed in Python: an error link brings only the id of the task. */
async function failureRecord(
  { engine: { celery } }: TaskDelivery,
  { name }: RegisteredTask,
  taskId: string,
): Promise<FailureRecord | ExternalTaskError> {
  const record = failureIn((await celery?.read({ taskId })) ?? {});
  if (record !== undefined) return record;
  const why =
    celery === undefined
      ? 'Name the table of its dynamodb:// backend in celeryResults.'
      : 'The table in celeryResults has no failure of it. Use the dynamodb:// backend with that table.';
  return new ExternalTaskError(`Cannot read the error of ${name}: it failed in Python as ${taskId}. ${why}`);
}
