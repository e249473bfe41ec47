import { EmfMeter } from '../adapters/system/emf.ts';
import type { Engine } from '../engine/engine.ts';
import { metricLabels } from '../runtime/environment.ts';

/** Works with an engine that counts, and prints its counts if the stack asks for metrics. */
export async function metered<T>(engine: Engine, work: (engine: Engine) => Promise<T>): Promise<T> {
  const labels = metricLabels();
  if (labels === undefined) return work(engine);
  const meter = new EmfMeter();
  // The engine in all but its meter: one for each invocation.
  const counting = Object.create(engine, { meter: { value: meter } }) as Engine;
  try {
    return await work(counting);
  } finally {
    const line = meter.line(labels, engine.clock.now());
    // Not by console.log: Lambda wraps its output, and CloudWatch would not find the metrics in it.
    if (line !== undefined) process.stdout.write(`${line}\n`);
  }
}
