import { ConfigurationError } from '../core/errors/caller.ts';
import type { Receiving } from '../core/types/control.ts';
import type { Engine } from '../engine/engine.ts';
import { taskOrQueue } from './task-or-queue.ts';

/** Has the function of a task, or of a queue, receive from now on, or not. */
export async function setReceiving(engine: Engine, name: unknown, receiving: boolean): Promise<Receiving> {
  const verb = receiving ? 'resume' : 'pause';
  const { queue, tasks } = taskOrQueue(engine, name, verb);
  const operations = await engine.operations();
  if (await operations.setReceiving({ queue, isReceiving: receiving })) return { queue, receiving, tasks };
  throw new ConfigurationError(
    `Cannot ${verb} ${queue}: no function receives from that queue. Deploy the stack, or start \`chordal dev\`.`,
  );
}
