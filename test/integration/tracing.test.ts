/** A workflow on the embedded cloud is one trace, though each of its tasks may run in another sandbox. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { context, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { chain, chord, createApp } from 'chordal';
import { traceTasks } from 'chordal/opentelemetry';
import { expect, onTestFinished, test } from 'vitest';
import { startLocal } from '../../src/local/local-cloud.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import type * as tasks from '../support/tracing/handlers/traced.ts';

interface Line {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent?: string;
  readonly links: readonly string[];
}

test('a workflow on the embedded cloud is one trace from its caller to its last step', async () => {
  const spansFile = join(await temporaryFolder(), 'spans.ndjson');
  const local = await startLocal({
    handlersDir: 'test/support/tracing/handlers',
    service: 'traced',
    stage: 'test',
    environment: { SPANS_FILE: spansFile },
    onEvent: () => undefined,
  });
  onTestFinished(() => local.stop());
  Object.assign(process.env, local.env);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  onTestFinished(() => {
    context.disable();
    propagation.disable();
  });
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const app = createApp('traced');
  traceTasks(app, { tracer: provider.getTracer('caller') });
  const add = app.declare<typeof tasks.add>('add');
  const flaky = app.declare<typeof tasks.flaky>('flaky');
  const sum = app.declare<typeof tasks.sum>('sum');

  const canvas = chain(chord([add.s(1, 1), flaky.s(2)], sum.s()), add.s(10));
  expect(await (await canvas.delay()).get({ timeout: 60 })).toBe(14);

  const [sent] = exporter.getFinishedSpans();
  const spans = await exported(spansFile, 5);
  expect(spans.map(({ name }) => name).toSorted()).toEqual([
    'process add',
    'process add',
    'process flaky',
    'process flaky',
    'process sum',
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([sent?.spanContext().traceId]));
  const known = new Set([sent?.spanContext().spanId, ...spans.map(({ spanId }) => spanId)]);
  expect(spans.filter(({ parent = '' }) => !known.has(parent))).toEqual([]);
  const body = spans.find(({ name }) => name === 'process sum');
  expect(body?.links).toHaveLength(2);
  expect(body?.links.filter((id) => !known.has(id))).toEqual([]);
});

// --- internal ---

/** Waits until so many spans are exported: the last step's are written after its value can be read. */
async function exported(file: string, count: number): Promise<readonly Line[]> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    // The handlers of this test write such lines.
    if (lines.length >= count) return lines.map((line) => JSON.parse(line) as Line);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
