import { makeConf } from '../client/app.ts';
import { reportError, reportResult } from '../client/results/report.ts';
import type { ErrorReport, ResultReport } from '../client/results/report.ts';
import { InvalidOptions, SerializationError } from '../core/errors/caller.ts';
import { isId } from '../core/protocol/ids.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject } from '../core/values/json.ts';
import { makeEngine } from '../engine/make-engine.ts';
import { environmentRuntime } from '../runtime/environment.ts';
import { inInvocation } from './in-invocation.ts';
import { logRefusal } from './log-refusal.ts';
import type { FunctionContext } from './sqs-event.ts';

const engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));

/**
 * The function that reports the state of a workflow, or of any id inside it, to callers in any language:
 * `{ taskId, wait? }` → `{ taskId, state, value?, error? }`. It answers a request that it can't read with an `error`
 * alone.
 */
export function handler(request: unknown, context: FunctionContext): Promise<Answer> {
  return inInvocation(context, () => answerOf(request));
}

// --- internal ---

const LINES = {
  refused: 'A request for a result was refused',
  failed: 'A request for a result could not be answered',
};

type Answer = ResultReport | { readonly error: ErrorReport };

/** Less than the function's own timeout, and than the 29 s that API Gateway waits. */
const MAX_WAIT_SECONDS = 20;

/** Lambda answers with at most 6 MB. */
const MAX_ANSWER_BYTES = 6 * 1024 * 1024 - 1024;

async function answerOf(request: unknown): Promise<Answer> {
  try {
    const { taskId, wait } = readRequest(request);
    return withinLimit(await reportResult(engine, taskId, wait));
  } catch (error) {
    logRefusal(engine.log, LINES, error);
    return { error: reportError(error) };
  }
}

function readRequest(request: unknown): { readonly taskId: string; readonly wait: number } {
  const { taskId, wait = 0 } = isPlainObject(request) ? request : {};
  if (typeof taskId !== 'string' || !isId(taskId)) {
    throw new InvalidOptions(
      `Cannot use taskId: ${mismatch('the id of a task', shown(taskId))}. Send { "taskId": "…", "wait": 5 }.`,
    );
  }
  if (typeof wait !== 'number' || !(wait >= 0 && wait <= MAX_WAIT_SECONDS)) {
    throw new InvalidOptions(
      `Cannot use wait: ${mismatch(`a number of seconds from 0 to ${MAX_WAIT_SECONDS}`, shown(wait))}. Send a smaller number, and ask again.`,
    );
  }
  return { taskId, wait };
}

function withinLimit(report: ResultReport): ResultReport {
  const bytes = Buffer.byteLength(JSON.stringify(report));
  if (bytes <= MAX_ANSWER_BYTES) return report;
  const { taskId, state } = report;
  const message = `Cannot answer with the value of ${taskId}: it has ${bytes} bytes, and Lambda answers with at most 6 MB. Read it with app.asyncResult(id).get().`;
  return { taskId, state, error: reportError(new SerializationError(message, { path: 'value' })) };
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
