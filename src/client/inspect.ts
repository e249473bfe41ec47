import type { Inspect, RegisteredName } from '../core/types/inspect.ts';
import { queueOfPlan } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import type { InFlight } from '../ports/survey.ts';

/** Makes the views of an app's workers. */
export function makeInspect(engine: Engine): Inspect {
  const counts = async (): Promise<InFlight> => (await engine.operations()).inFlight();
  const received = async (): Promise<{ readonly received: number }> => ({ received: (await counts()).hidden });
  return {
    registered: async () =>
      engine
        .taskNames()
        .toSorted()
        .flatMap((task): readonly RegisteredName[] => {
          const queue = queueOfPlan(engine, { task });
          return queue === undefined ? [] : [{ task, queue }];
        }),
    stats: async () => {
      const { visible, hidden, delayed, scheduled, dead } = await counts();
      return { waiting: visible, received: hidden, delayed, scheduled, dead };
    },
    // A worker has received a message whether its task runs or waits for its turn in the batch.
    active: received,
    reserved: received,
    scheduled: async () => {
      const { delayed, scheduled } = await counts();
      return { delayed, scheduled };
    },
  };
}
