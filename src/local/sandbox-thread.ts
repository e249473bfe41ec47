/** A thread that is a Lambda sandbox: it loads one bundle, and runs its handler for one event at a time. */
import { randomUUID } from 'node:crypto';
import { setImmediate as immediately } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { compact } from '../core/values/compact.ts';
import { localAccount, localRegion } from './endpoints.ts';
import { watchThread } from './sandbox-observer.ts';
import type { Invocation, SandboxMessage, SandboxSettings } from './sandbox.ts';

type Handler = (event: unknown, context: object) => unknown;

// The threads of this module are made by Sandbox, with these settings.
const { functionName, memoryMb, bundle, isDebugged } = workerData as SandboxSettings;
process.setSourceMapsEnabled(true);
watchThread({
  isDebugged,
  onLine: (stream, line, run) => say(compact({ type: 'printed', stream, line, run })),
  onBegin: (run, startedAt) => say({ type: 'began', ...run, startedAt }),
  onDecision: (run, decision) => say({ type: 'decided', ...run, ...decision }),
});

const logStreamName = `local/[$LATEST]${randomUUID().replaceAll('-', '')}`;
const handler = await loadHandler();
parentPort?.on('message', (invocation: Invocation) => void run(invocation));
say({ type: 'ready' });

// --- internal ---

async function loadHandler(): Promise<Handler> {
  const module: unknown = await import(pathToFileURL(bundle).href);
  if (typeof module !== 'object' || module === null || !('handler' in module) || typeof module.handler !== 'function') {
    throw new Error(`${bundle} exports no handler`);
  }
  // A function that takes other arguments fails when it is called, as on Lambda.
  return module.handler as Handler;
}

async function run({ requestId, event, deadlineAt }: Invocation): Promise<void> {
  try {
    // Lambda sends the answer as JSON.
    const answer = JSON.stringify(await handler(event, contextOf(requestId, deadlineAt)));
    // An unhandled rejection must end the sandbox before its answer is sent.
    await immediately();
    say(compact({ type: 'answered', requestId, answer }));
  } catch (error) {
    say({ type: 'threw', requestId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Returns the context of an invocation, as on Lambda. */
function contextOf(awsRequestId: string, deadlineAt: number): object {
  return {
    awsRequestId,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${localRegion}:${localAccount}:function:${functionName}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineAt - Date.now()),
  };
}

function say(message: SandboxMessage): void {
  parentPort?.postMessage(message);
}
