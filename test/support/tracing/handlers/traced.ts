/** Tasks whose spans go to a file: sandboxes are threads, and the test reads what all of them have exported. */
import { appendFileSync } from 'node:fs';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, BatchSpanProcessor, InMemorySpanExporter } from '@opentelemetry/sdk-trace-base';
import { createApp } from 'chordal';
import { traceTasks, WorkflowIds } from 'chordal/opentelemetry';

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({
  idGenerator: new WorkflowIds(),
  // It exports only when it is told to, as one does in a sandbox that may be frozen.
  spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 86_400_000 })],
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
trace.setGlobalTracerProvider(provider);

const app = createApp('traced');
traceTasks(app, { flush });

export const add = app.task('add', (x: number, y: number) => x + y);
export const sum = app.task('sum', (nums: readonly number[]) => nums.reduce((all, num) => all + num, 0));
export const flaky = app.task('flaky', { bind: true, maxRetries: 1 }, (ctx, x: number) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 0, error: new RangeError('not yet') });
  return x;
});
export const handler = app.handler(add, sum, flaky);

async function flush(): Promise<void> {
  await provider.forceFlush();
  const lines = exporter.getFinishedSpans().map((span) => {
    const { traceId, spanId } = span.spanContext();
    const links = span.links.map((link) => link.context.spanId);
    return `${JSON.stringify({ name: span.name, traceId, spanId, parent: span.parentSpanContext?.spanId, links })}\n`;
  });
  exporter.reset();
  appendFileSync(process.env['SPANS_FILE'] ?? '', lines.join(''));
}
