import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { makeConf } from '../client/app.ts';
import { makeEngine } from '../client/engine.ts';
import { buryBatch } from '../worker/bury.ts';
import { environmentRuntime } from './environment.ts';
import { deliveryOf } from './handler.ts';
import { metered } from './metered.ts';

const engine = makeEngine(environmentRuntime(), new Map(), makeConf({}));

/** The function behind the dead-letter queue: it settles what dead messages leave open, and keeps them on record. */
export async function handler(
  event: SQSEvent,
  _context: Pick<Context, 'getRemainingTimeInMillis'>,
): Promise<SQSBatchResponse> {
  const deliveries = event.Records.map((record) => deliveryOf(record));
  const back = await metered(engine, (counting) => buryBatch(counting, deliveries));
  return { batchItemFailures: back.map((itemIdentifier) => ({ itemIdentifier })) };
}
