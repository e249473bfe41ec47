/** The spans of workflows, as the SDK's in-memory exporter has them. */
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { memoryCloud } from 'chordal/testing';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AroundTask, TaskEvents } from '../../../src/core/types/events.ts';
import { ReplacementRequest } from '../../../src/engine/task/context.ts';
import { chain, chord, createApp, group } from '../../../src/index.ts';
import type { AnyTask, Task } from '../../../src/index.ts';
import { traceTasks, WorkflowIds } from '../../../src/opentelemetry/index.ts';
import type { TracingOptions } from '../../../src/opentelemetry/index.ts';

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
});

afterAll(() => {
  context.disable();
  propagation.disable();
});

test('a call has a span of a producer, and each step of a chain one of a consumer below the step before it', async () => {
  const traced = makeTraced();
  const result = await chain(traced.add.s(1, 2), traced.add.s(3)).delay();
  await result.get();

  const [sent, first, second] = await traced.ended();
  expect([sent, first, second].map((span) => span?.name)).toEqual(['send chain', 'process add', 'process add']);
  expect([sent, first, second].map((span) => span?.kind)).toEqual([
    SpanKind.PRODUCER,
    SpanKind.CONSUMER,
    SpanKind.CONSUMER,
  ]);
  expect(parentOf(first)).toBe(idOf(sent));
  expect(parentOf(second)).toBe(idOf(first));
  expect(sent?.attributes['messaging.message.conversation_id']).toBe(result.taskId);
  expect(second?.attributes).toEqual({
    'messaging.system': 'chordal',
    'messaging.operation.type': 'process',
    'messaging.destination.name': 'add',
    'messaging.message.id': result.taskId,
    'messaging.message.conversation_id': result.taskId,
    'chordal.attempt': 0,
  });
});

test('chains, groups, chords, retries, replacements, callbacks and launches are one trace', async () => {
  const traced = makeTraced();
  const { app, add, sum, flaky } = traced;
  const replaced = app.task('replaced', { bind: true }, (ctx, x: number) =>
    ctx.replace(group([add.s(x, 1), add.s(x, 2)])),
  );
  const launch = app.task('launch', async (x: number) => {
    await add.delay(x, 100);
    return x;
  });
  traced.serve(replaced, launch);
  const canvas = chord([add.s(1, 1), flaky.s(2), chain(launch.s(3), add.s(4))], sum.s().link(add.s(10)));
  await (await chain(canvas, replaced.s(), sum.s()).delay()).get();

  const spans = await traced.ended();
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  const names = Object.groupBy(spans, ({ name }) => name);
  expect(Object.fromEntries(Object.entries(names).map(([name, all]) => [name, all?.length]))).toEqual({
    'send chain': 1,
    'send add': 1,
    'process add': 6,
    'process flaky': 2,
    'process launch': 1,
    'process replaced': 1,
    'process sum': 2,
  });
  expect(parentOf(names['send add']?.[0])).toBe(idOf(names['process launch']?.[0]));
  // One root only: every other span is below one of them.
  const ids = new Set(spans.map(idOf));
  expect(spans.filter((span) => !ids.has(parentOf(span) ?? '')).map(({ name }) => name)).toEqual(['send chain']);
});

test('a retry is below the attempt that failed, whose span has the error', async () => {
  const traced = makeTraced();
  await (await traced.flaky.delay(7)).get();

  const [, failed, succeeded] = await traced.ended();
  expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not yet' });
  expect(failed?.events.map(({ name, attributes }) => [name, attributes?.['exception.type']])).toEqual([
    ['exception', 'RangeError'],
  ]);
  expect(parentOf(succeeded)).toBe(idOf(failed));
  expect(succeeded?.attributes['chordal.attempt']).toBe(1);
  expect(succeeded?.status.code).toBe(SpanStatusCode.UNSET);
});

test('a retry that a task asks for without an error is no error', async () => {
  const traced = makeTraced();
  const asking = traced.app.task('asking', { bind: true }, (ctx) => {
    if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
    return 'done';
  });
  traced.serve(asking);
  expect(await (await asking.delay()).get()).toBe('done');

  const [, asked] = await traced.ended();
  expect(asked?.status.code).toBe(SpanStatusCode.UNSET);
  expect(asked?.events).toEqual([]);
});

test('with derived ids the span of a body links to the spans of the members, by the attempts that counted', async () => {
  const traced = makeTraced({ ids: new WorkflowIds() });
  const { add, flaky, sum } = traced;
  await (await chord([add.s(1, 1), flaky.s(2)], sum.s()).delay()).get();

  const spans = await traced.ended();
  const body = spans.find(({ name }) => name === 'process sum');
  const counted = spans.filter(({ name, attributes }) => name === 'process add' || attributes['chordal.attempt'] === 1);
  expect(body?.links.map((link) => link.context.spanId).toSorted()).toEqual(counted.map(idOf).toSorted());
  expect(new Set(body?.links.map((link) => link.context.traceId))).toEqual(new Set([body?.spanContext().traceId]));
});

test('without derived ids the span of a body links to nothing that is not there', async () => {
  const traced = makeTraced();
  await (await chord([traced.add.s(1, 1), traced.add.s(2, 2)], traced.sum.s()).delay()).get();

  const spans = await traced.ended();
  expect(spans.flatMap(({ links }) => links)).toEqual([]);
});

test('with derived ids the tasks of a workflow that was called without OpenTelemetry are one trace', async () => {
  const traced = makeTraced({ ids: new WorkflowIds() });
  const stranger = createApp('stranger');
  const add = stranger.declare<Task<[x: number, y: number], number>>('add');
  await (await group([add.s(1, 2), add.s(3, 4)]).delay()).get();
  await (await add.delay(5, 6)).get();

  const spans = await traced.ended();
  expect(spans).toHaveLength(3);
  const [first, second, other] = spans.map((span) => span.spanContext().traceId);
  expect(second).toBe(first);
  expect(other).not.toBe(first);
});

test('a span is active in its task, and a span that is active at a call is above that of the call', async () => {
  const traced = makeTraced();
  const inner = traced.app.task('inner', () => trace.getActiveSpan()?.spanContext().spanId ?? null);
  traced.serve(inner);
  const outer = traced.tracer.startSpan('request');
  const result = await context.with(trace.setSpan(context.active(), outer), async () => inner.delay());
  outer.end();

  const active = await result.get();
  const [, sent, run] = await traced.ended();
  expect(active).toBe(idOf(run));
  expect(parentOf(sent)).toBe(outer.spanContext().spanId);
});

test('the span of a task that takes too long ends with that error', async () => {
  const traced = makeTraced();
  const slow = traced.app.task('slow', { timeLimit: 2 }, async () => new Promise<never>(() => undefined));
  traced.serve(slow);
  await expect((await slow.delay()).get()).rejects.toMatchObject({ errorType: 'TimeLimitExceeded' });

  const run = (await traced.ended()).find(({ name }) => name === 'process slow');
  expect(run?.status.code).toBe(SpanStatusCode.ERROR);
  expect(run?.status.message).toContain('its time limit of 2 s is over');
});

test('the span around a function, such as that of the invocation, is linked where it is of another trace', async () => {
  const traced = makeTraced();
  traced.stop();
  // As Lambda's instrumentation does, and outside the tracing: what is added later is around what was there.
  const invocation = traced.tracer.startSpan('invocation');
  traceTasks(traced.app, { tracer: traced.tracer });
  traced.app.around(async (_, run) => context.with(trace.setSpan(context.active(), invocation), run));
  await (await traced.add.delay(1, 2)).get();
  invocation.end();

  const run = (await traced.ended()).find(({ name }) => name === 'process add');
  expect(run?.links.map((link) => link.context.spanId)).toEqual([idOf(invocation)]);
});

test('a call that is refused has the error in its span, and throws it', async () => {
  const traced = makeTraced();
  traced.stop();
  traced.app.aroundCall(async () => {
    throw new RangeError('refused');
  });
  traceTasks(traced.app, { tracer: traced.tracer });
  await expect(traced.add.delay(1, 2)).rejects.toThrow('refused');

  const [sent] = await traced.ended();
  expect(sent?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused' });
});

test('spans are flushed after every attempt, also one that was replaced', async () => {
  let flushed = 0;
  const traced = makeTraced({ flush: async () => void (flushed += 1) });
  const replaced = traced.app.task('replaced', { bind: true }, (ctx) => ctx.replace(traced.add.s(1, 2)));
  traced.serve(replaced);
  await (await replaced.delay()).get();
  await traced.ended();
  expect(flushed).toBe(2);
});

test('an exporter that fails is not an error of a task that replaces itself', async () => {
  const traced = makeTraced({ flush: () => Promise.reject(new Error('no collector')) });
  const replaced = traced.app.task('replaced', { bind: true }, (ctx) => ctx.replace(traced.add.s(1, 2)));
  traced.serve(replaced);
  expect(await (await replaced.delay()).get()).toBe(3);
});

test('an exporter that hangs holds a task that replaces itself up for 5 s at most', async () => {
  const traced = makeTraced();
  const events: TaskEvents['taskStart'][] = [];
  traced.app.around((event, run) => {
    events.push(event);
    return run();
  });
  await (await traced.add.delay(1, 2)).get();
  await traced.ended();
  const [event] = events;
  vi.useFakeTimers();
  try {
    let around: AroundTask | undefined;
    const app: Parameters<typeof traceTasks>[0] = {
      on: () => () => undefined,
      around: (wrapper) => {
        around = wrapper;
        return () => undefined;
      },
      aroundCall: () => () => undefined,
    };
    traceTasks(app, { flush: () => new Promise(() => undefined) });
    const replacement = new ReplacementRequest(traced.add.s(1, 2));
    const run = event && around?.(event, async () => replacement);
    await vi.advanceTimersByTimeAsync(5000);
    await expect(run).resolves.toBe(replacement);
  } finally {
    vi.useRealTimers();
  }
});

test('after its end the tracing adds no spans', async () => {
  const traced = makeTraced();
  traced.stop();
  await (await traced.add.delay(1, 2)).get();
  expect(await traced.ended()).toEqual([]);
});

// --- internal ---

interface Tracing extends Pick<TracingOptions, 'flush'> {
  readonly ids?: WorkflowIds;
}

const IDLE = { onEnd: () => undefined, forceFlush: async () => undefined, shutdown: async () => undefined };

/** An app with a few tasks, a cloud, and the spans that have ended. */
function makeTraced({ ids, flush }: Tracing = {}) {
  const exporter = new InMemorySpanExporter();
  const started: string[] = [];
  const provider = new BasicTracerProvider({
    spanProcessors: [{ ...IDLE, onStart: (span) => void started.push(idOf(span)) }, new SimpleSpanProcessor(exporter)],
    ...(ids === undefined ? {} : { idGenerator: ids }),
  });
  const app = createApp('traced');
  const tracer = provider.getTracer('test');
  const stop = traceTasks(app, flush === undefined ? { tracer } : { tracer, flush });
  const add = app.task('add', (x: number, y: number) => x + y);
  const sum = app.task('sum', (nums: readonly number[]) => nums.reduce((all, num) => all + num, 0));
  const flaky = app.task(
    'flaky',
    { bind: true, autoretryFor: [RangeError], defaultRetryDelay: 3 },
    (ctx, x: number) => {
      if (ctx.request.retries === 0) throw new RangeError('not yet');
      return x;
    },
  );
  let cloud = memoryCloud({ all: app.handler(add, sum, flaky) }, { time: 'virtual', seed: 1, logLevel: 'silent' });
  return {
    app,
    add,
    sum,
    flaky,
    tracer,
    stop,
    /** Runs these tasks, too. */
    serve(...more: readonly AnyTask[]) {
      cloud.close();
      cloud = memoryCloud(
        { all: app.handler(add, sum, flaky, ...more) },
        { time: 'virtual', seed: 1, logLevel: 'silent' },
      );
    },
    /** The spans of all that was done, in the order of their starts. */
    async ended(): Promise<readonly ReadableSpan[]> {
      while (!cloud.isIdle) await cloud.clock.sleep(1000);
      cloud.close();
      return exporter
        .getFinishedSpans()
        .toSorted((left, right) => started.indexOf(idOf(left)) - started.indexOf(idOf(right)));
    },
  };
}

function idOf(span: Pick<ReadableSpan, 'spanContext'> | undefined): string {
  return span?.spanContext().spanId ?? '';
}

function parentOf(span: ReadableSpan | undefined): string | undefined {
  return span?.parentSpanContext?.spanId;
}
