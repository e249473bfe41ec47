import { noteInvocation } from '../runtime/invocation.ts';
import { inSandbox } from '../runtime/sandbox-time.ts';
import type { FunctionContext } from './sqs-event.ts';

/** Does the work of one invocation: its lines of log name it, and its calls of AWS end before its sandbox does. */
export function inInvocation<T>(context: FunctionContext, work: () => Promise<T>): Promise<T> {
  noteInvocation(context.awsRequestId);
  return inSandbox(context.getRemainingTimeInMillis(), work);
}
