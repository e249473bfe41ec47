import { createHash, randomBytes } from 'node:crypto';

/** The ids of a span that is about to start. */
export interface DerivedIds {
  readonly traceId: string;
  readonly spanId: string;
}

/**
 * A source of random ids; an `IdGenerator` of an OpenTelemetry SDK.
 *
 * @example
 * ```ts
 * const zeros: IdSource = { generateTraceId: () => '0'.repeat(31) + '1', generateSpanId: () => '0'.repeat(15) + '1' };
 * new WorkflowIds(zeros).generateSpanId(); // '0000000000000001'
 * ```
 */
export interface IdSource {
  /** Returns the id of a new trace: 32 hexadecimal digits. */
  generateTraceId(): string;
  /** Returns the id of a new span: 16 hexadecimal digits. */
  generateSpanId(): string;
}

/**
 * Gives the spans of tasks ids that follow from the ids of their calls; all other spans have random ones. Give it to the
 * SDK's tracer provider as `idGenerator`. The span of a chord's body can then link to those of its members, and the tasks
 * of a workflow that was called without OpenTelemetry are one trace.
 *
 * @example
 * ```ts
 * const ids = new WorkflowIds();
 * ids.generateSpanId().length; // 16
 * ```
 */
export class WorkflowIds implements IdSource {
  readonly #others: IdSource;

  /**
   * @param others makes the ids of all other spans. Default: random ones.
   */
  constructor(others: IdSource = RANDOM) {
    this.#others = others;
  }

  /** Returns the id of a new trace: 32 hexadecimal digits. */
  generateTraceId(): string {
    return starting?.traceId ?? this.#others.generateTraceId();
  }

  /** Returns the id of a new span: 16 hexadecimal digits. */
  generateSpanId(): string {
    return starting?.spanId ?? this.#others.generateSpanId();
  }
}

/** Calls a function that starts one span, which gets these ids if the SDK asks {@link WorkflowIds}. */
export function startingWith<T>(ids: DerivedIds, start: () => T): T {
  starting = ids;
  try {
    return start();
  } finally {
    starting = undefined;
  }
}

/** Returns the id of the trace of a workflow that no other trace leads to. */
export function traceIdOf(workflowId: string): string {
  return digest(`trace|${workflowId}`).slice(0, 32);
}

/** Returns the id of the span of an attempt. A second run of the same attempt has the same. */
export function spanIdOf(taskId: string, attempt: number): string {
  return digest(`span|${taskId}|${attempt}`).slice(0, 16);
}

// --- internal ---

const RANDOM: IdSource = {
  generateTraceId: () => randomBytes(16).toString('hex'),
  generateSpanId: () => randomBytes(8).toString('hex'),
};

/** The ids of the span that is being started. An SDK asks for them before it returns. */
let starting: DerivedIds | undefined;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
