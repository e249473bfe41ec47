import { highQueueName, isHigh } from '../../src/core/protocol/priority.ts';
import type { Priority } from '../../src/index.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { overriding } from '../../src/testing/overriding.ts';

/** Returns the same ports, and notes the tasks whose messages go to a queue of another priority than theirs. */
export function watchPriorities(ports: Ports, strayed: Set<string>): Ports {
  const { broker, scheduler } = ports;
  const look = ({ queue, body }: { readonly queue: string; readonly body: string }): void => {
    const { kind, id, sig, window } = JSON.parse(body) as Sent;
    if (kind !== 'run' || window !== undefined) return;
    const isUrgent = isHigh(sig.options?.priority);
    if (isUrgent !== queue.endsWith(highQueueName(''))) strayed.add(`a message of ${id} went to the queue ${queue}`);
  };
  return {
    ...ports,
    broker: overriding(broker, {
      send: (params) => {
        params.messages.forEach(look);
        return broker.send(params);
      },
    }),
    ...(scheduler === undefined
      ? {}
      : {
          scheduler: overriding(scheduler, {
            schedule: (params) => {
              look(params);
              return scheduler.schedule(params);
            },
          }),
        }),
  };
}

// --- internal ---

/** A message as it is on its way. */
interface Sent {
  readonly kind: string;
  readonly id: string;
  readonly sig: { readonly options?: { readonly priority?: Priority } };
  readonly window?: unknown;
}
