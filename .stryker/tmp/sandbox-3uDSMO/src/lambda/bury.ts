import { makeConf } from '../client/app.ts';
import { makeEngine } from '../engine/make-engine.ts';
import { environmentRuntime } from '../runtime/environment.ts';
import { buryBatch } from '../worker/bury.ts';
import { deliveryOf } from './handler.ts';
import { metered } from './metered.ts';
import type { FunctionContext, QueueAnswer, QueueEvent } from './sqs-event.ts';

const engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));

/** The function behind the dead-letter queue: it settles what dead messages leave open, and keeps them on record. */
export async function handler(event: QueueEvent, _context: FunctionContext): Promise<QueueAnswer> {
  const deliveries = event.Records.map((record) => deliveryOf(record));
  const back = await metered(engine, (counting) => buryBatch(counting, deliveries));
  return { batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })) };
}
