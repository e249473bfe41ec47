import { withOwn } from '../core/protocol/baggage.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import type { Message } from '../core/protocol/message.ts';
import type { Engine } from '../engine/engine.ts';
import { labelsOf } from '../engine/task/labels.ts';
import type { Delivery } from '../ports/broker.ts';

/** Returns the fields that name a message in a line of log: those of the lines of its run. */
export function labelsOfMessage({ settings }: Pick<Engine, 'settings'>, message: Message): object {
  if (message.kind !== 'run') return { taskId: message.id, workflowId: workflowOf(message.id) };
  const { headers = {} } = withOwn(message, message.sig.options);
  return labelsOf({ id: message.id, message, retries: 0, headers }, message.sig.task, settings.logHeaders);
}

/** Returns the fields that name a delivery: those of its message, if it could be read. */
export function labelsOfDelivery(
  engine: Pick<Engine, 'settings'>,
  { messageId }: Pick<Delivery, 'messageId'>,
  message?: Message,
): object {
  return { messageId, ...(message === undefined ? {} : labelsOfMessage(engine, message)) };
}
