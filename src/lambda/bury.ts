import { makeConf } from '../client/app.ts';
import { makeEngine } from '../engine/make-engine.ts';
import { environmentRuntime } from '../runtime/environment.ts';
import { buryBatch } from '../worker/bury.ts';
import { deliveryOf } from './handler.ts';
import { inInvocation } from './in-invocation.ts';
import { metered } from './metered.ts';
import type { FunctionContext, QueueAnswer, QueueEvent } from './sqs-event.ts';

const engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));

/** The function behind the dead-letter queue: it settles the work of dead messages, and keeps a record of them. */
export async function handler(event: QueueEvent, context: FunctionContext): Promise<QueueAnswer> {
  const remainingMs = (): number => context.getRemainingTimeInMillis();
  const back = await inInvocation(context, () =>
    metered(engine, (counting) =>
      buryBatch(
        counting,
        event.Records.map((record) => deliveryOf(record)),
        remainingMs,
      ),
    ),
  );
  return { batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })) };
}
