/** OpenTelemetry: a span for each call and for each run of a task, and one trace for a workflow. */
import {
  context,
  diag,
  isSpanContextValid,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Context, Span, Tracer } from '@opentelemetry/api';
import type { ClientApp } from '../core/types/app.ts';
import type { AroundCall, AroundTask, TaskEvent, TaskStart } from '../core/types/events.ts';
import { ReplacementRequest, RetryRequest } from '../engine/task/context.ts';
import { spanIdOf, startingWith, traceIdOf } from './derived-ids.ts';

export { WorkflowIds } from './derived-ids.ts';
export type { IdSource } from './derived-ids.ts';

/**
 * The options of {@link traceTasks}.
 *
 * @example
 * ```ts
 * const options: TracingOptions = { flush: async () => undefined };
 * traceTasks(app, options);
 * ```
 */
export interface TracingOptions {
  /** Makes the spans. Default: the tracer `chordal` of the global provider. */
  readonly tracer?: Tracer;
  /**
   * Exports the spans that have ended, as `forceFlush` of a provider does: Lambda freezes a sandbox between two batches. It
   * is awaited after each attempt, at most 5 s. Default: nothing, for an SDK that exports at the end of an invocation.
   */
  readonly flush?: () => Promise<unknown>;
}

/**
 * Traces an app: each call has a span `send <name>` of kind PRODUCER, and each attempt of a task a span `process <task>` of
 * kind CONSUMER. The trace's context travels in the headers of the messages, by the global propagator: through chains,
 * groups, chords, retries, replacements, callbacks and launches. A body's span links to its members' where the provider
 * has {@link WorkflowIds}.
 *
 * @param app the app whose calls and tasks are traced.
 * @param options the differences from the defaults.
 * @returns ends the tracing.
 *
 * @example
 * ```ts
 * const stop = traceTasks(app);
 * stop();
 * ```
 */
export function traceTasks(
  app: Pick<ClientApp, 'on' | 'around' | 'aroundCall'>,
  options: TracingOptions = {},
): () => void {
  const { tracer = trace.getTracer('chordal'), flush } = options;
  const runs = new Runs(tracer, flush);
  const offs = [
    app.aroundCall(callTraced(tracer)),
    app.around(runs.around),
    app.on('taskSuccess', async (event) => runs.decided(event)),
    app.on('taskFailure', async (event) => runs.decided(event, event.error)),
    app.on('taskRetry', async (event) => runs.decided(event, event.error)),
    app.on('taskRevoked', async (event) => runs.decided(event)),
  ];
  return () => offs.forEach((off) => off());
}

// --- internal ---

/** How long an exporter is waited for, in ms. */
const FLUSH_MS = 5000;

const SYSTEM = { 'messaging.system': 'chordal' };

function callTraced(tracer: Tracer): AroundCall {
  return async ({ name }, send) => {
    const attributes = { ...SYSTEM, 'messaging.operation.type': 'send', 'messaging.destination.name': name };
    const span = tracer.startSpan(`send ${name}`, { kind: SpanKind.PRODUCER, attributes });
    const inside = trace.setSpan(context.active(), span);
    try {
      const id = await context.with(inside, async () => send(headersOf(inside)));
      span.setAttribute('messaging.message.conversation_id', id);
      return id;
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  };
}

/** The spans of the attempts that this process runs. */
class Runs {
  readonly #tracer: Tracer;
  readonly #flush: () => Promise<unknown>;
  /** By the id of the span of an attempt. */
  readonly #open = new Map<string, Span>();

  constructor(tracer: Tracer, flush: () => Promise<unknown> = async () => undefined) {
    this.#tracer = tracer;
    this.#flush = flush;
  }

  readonly around: AroundTask = async (event, run) => {
    const key = keyOf(event);
    const { span, inside } = this.#start(event, key);
    event.carry(headersOf(inside));
    try {
      const value = await context.with(inside, run);
      this.#end(key, span);
      // No event tells of a replacement.
      if (value instanceof ReplacementRequest) await this.#flushed();
      return value;
    } catch (thrown) {
      this.#end(key, span, reasonIn(thrown));
      if (thrown instanceof ReplacementRequest) await this.#flushed();
      throw thrown;
    }
  };

  /** Ends the span of an attempt that is decided while its function still runs: it took too long, or was revoked. */
  async decided(event: TaskEvent, error?: Error): Promise<void> {
    const key = keyOf(event);
    const span = this.#open.get(key);
    if (span !== undefined) this.#end(key, span, error);
    await this.#flush();
  }

  /** Flushes inside a task, as a listener does after it: its error is not the task's, and it is awaited at most 5 s. */
  async #flushed(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_MS)));
    try {
      await Promise.race([this.#flush(), late]);
    } catch (error) {
      diag.error('Cannot export the spans of a task that replaces itself', error);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(event: TaskStart, key: string): { readonly span: Span; readonly inside: Context } {
    const caller = propagation.extract(ROOT_CONTEXT, event.headers);
    const options = { kind: SpanKind.CONSUMER, attributes: attributesOf(event) };
    const ids = { traceId: traceIdOf(event.workflowId), spanId: key };
    const span = startingWith(ids, () => this.#tracer.startSpan(`process ${event.task}`, options, caller));
    const { traceId, spanId, traceFlags } = span.spanContext();
    const around = trace.getSpanContext(context.active());
    // The span of the invocation, which has messages of several traces.
    if (around !== undefined && isSpanContextValid(around) && around.traceId !== traceId)
      span.addLink({ context: around });
    // Only derived ids of the members' spans are known here.
    if (spanId === key)
      for (const member of event.members ?? [])
        span.addLink({ context: { traceId, spanId: keyOf(member), traceFlags, isRemote: true } });
    // An earlier delivery of the attempt in this sandbox was cut short.
    this.#open.get(key)?.end();
    this.#open.set(key, span);
    return { span, inside: trace.setSpan(caller, span) };
  }

  #end(key: string, span: Span, error?: unknown): void {
    if (error !== undefined) fail(span, error);
    span.end();
    if (this.#open.get(key) === span) this.#open.delete(key);
  }
}

function keyOf({ taskId, attempt }: Pick<TaskEvent, 'taskId' | 'attempt'>): string {
  return spanIdOf(taskId, attempt);
}

function attributesOf({ task, taskId, workflowId, attempt, request }: TaskStart): Attributes {
  const { groupId, groupIndex } = request;
  return {
    ...SYSTEM,
    'messaging.operation.type': 'process',
    'messaging.destination.name': task,
    'messaging.message.id': taskId,
    'messaging.message.conversation_id': workflowId,
    'chordal.attempt': attempt,
    ...(groupId === null || groupIndex === null
      ? {}
      : { 'chordal.group.id': groupId, 'chordal.group.index': groupIndex }),
  };
}

/** Returns the headers that carry a context on. */
function headersOf(inside: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagation.inject(inside, headers);
  return headers;
}

/** Returns the error behind what a function has thrown; a retry that it asked for need not have one. */
function reasonIn(thrown: unknown): unknown {
  if (thrown instanceof ReplacementRequest) return undefined;
  return thrown instanceof RetryRequest ? thrown.error : thrown;
}

function fail(span: Span, error: unknown): void {
  const told = error instanceof Error ? error : String(error);
  span.recordException(told);
  span.setStatus({ code: SpanStatusCode.ERROR, message: typeof told === 'string' ? told : told.message });
}
