import { makeConf } from '../client/app.ts';
import { reportError } from '../client/results/report.ts';
import type { ErrorReport } from '../client/results/report.ts';
import { submit } from '../client/submit.ts';
import { makeEngine } from '../engine/make-engine.ts';
import { environmentRuntime, submitSettings } from '../runtime/environment.ts';
import { checkAllowed, readAllowList } from './allow-list.ts';
import { inInvocation } from './in-invocation.ts';
import { logRefusal } from './log-refusal.ts';
import type { FunctionContext } from './sqs-event.ts';
import { readSubmission } from './submit-request.ts';

const runtime = environmentRuntime();
const { allow, appName } = submitSettings();
const isAllowed = readAllowList(allow);
const engine = makeEngine(runtime, new Map(), makeConf({}));

/**
 * The function that lets callers in any language submit a canvas:
 * `{ canvas: <signature JSON>, args?, kwargs?, options? }` → `{ taskId }`. It answers a request that it refuses with an
 * `error`, and has then sent nothing. With a `taskId` or a `dedupKey` among the options the same request may be sent
 * again: messages that have been sent are not sent twice.
 */
export function handler(request: unknown, context: FunctionContext): Promise<Answer> {
  return inInvocation(context, () => answerOf(request));
}

// --- internal ---

const LINES = { refused: 'A canvas was refused', failed: 'A canvas could not be submitted' };

type Answer = { readonly taskId: string } | { readonly error: ErrorReport };

async function answerOf(request: unknown): Promise<Answer> {
  try {
    const { data, ...once } = readSubmission(request);
    checkAllowed(data, isAllowed, new Set(Object.values(runtime.routes())));
    const { id } = await submit(engine, { data, app: appName, ...once, isStranger: true });
    return { taskId: id };
  } catch (error) {
    logRefusal(engine.log, LINES, error);
    return { error: reportError(error) };
  }
}
