import { handleOf } from '../../src/client/results/handles.ts';
import { planOf } from '../../src/core/canvas/normalise.ts';
import { firstTaskOf } from '../../src/core/protocol/plan.ts';
import { highQueueName, isHigh } from '../../src/core/protocol/priority.ts';
import { fillBody, scheduleBody } from '../../src/core/schedule/schedule-message.ts';
import type { AnySignature, Handler } from '../../src/index.ts';
import type { SimulatedCloud } from '../../src/testing/simulated-cloud.ts';

/** The handles that a client has of a canvas: its end, the steps before it, and a group's members. */
export interface SimulatedHandle {
  readonly taskId?: string;
  readonly parent?: SimulatedHandle | null;
  readonly results?: readonly SimulatedHandle[];
  revoke(): Promise<void>;
}

/** Starts a canvas as the workflow `W`, as a schedule does: by its message alone, and once for each execution id. */
export async function startBySchedule(
  cloud: SimulatedCloud,
  handlers: Readonly<Record<string, Handler>>,
  { data }: AnySignature,
  executions: readonly string[],
): Promise<SimulatedHandle> {
  const plan = planOf(data);
  const first = firstTaskOf(plan);
  const queues = Object.entries(handlers);
  const own = queues.find(([, { tasks }]) => first !== undefined && tasks.includes(first.task))?.[0] ?? 'one';
  const queue = isHigh(first?.priority) ? highQueueName(own) : own;
  const body = scheduleBody('S', plan).replaceAll('S:<aws.scheduler.scheduled-time>', 'W');
  const runs = executions.map((executionId) => fillBody(body, { scheduledAt: 0, executionId }));
  await cloud.ports.broker.send({ messages: runs.map((run, index) => ({ queue, body: run, delaySeconds: index })) });
  // Of an engine, a handle needs the ports, the tasks and a queue.
  const engine = { ...cloud.ports, tasks: new Map(), anyQueue: () => 'one' } as unknown as Parameters<
    typeof handleOf
  >[0];
  return handleOf(engine, plan, {
    id: 'W',
    base: 'W',
    parent: () => null,
    isLast: true,
  });
}
