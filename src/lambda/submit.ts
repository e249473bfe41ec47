import { makeConf } from '../client/app.ts';
import { reportError } from '../client/results/report.ts';
import type { ErrorReport } from '../client/results/report.ts';
import { submit } from '../client/submit.ts';
import { makeEngine } from '../engine/make-engine.ts';
import { loggable } from '../engine/redact.ts';
import { environmentRuntime, submitSettings } from '../runtime/environment.ts';
import { checkAllowed, readAllowList } from './allow-list.ts';
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
export async function handler(
  request: unknown,
): Promise<{ readonly taskId: string } | { readonly error: ErrorReport }> {
  try {
    const { data, ...once } = readSubmission(request);
    checkAllowed(data, isAllowed, new Set(Object.values(runtime.routes())));
    const { id } = await submit(engine, { data, app: appName, ...once, isStranger: true });
    return { taskId: id };
  } catch (error) {
    engine.log.warn('A canvas was refused', { error: loggable(error) });
    return { error: reportError(error) };
  }
}
