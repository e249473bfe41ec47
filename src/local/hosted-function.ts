import { dirname } from 'node:path';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { compact } from '../core/values/compact.ts';
import { variablesOf } from '../deploy/function-config.ts';
import { sourcesOf } from '../deploy/project.ts';
import type { EventSource, FunctionDescription } from '../deploy/project.ts';
import { readBatchAnswer } from './batch-answer.ts';
import type { BatchAnswer } from './batch-answer.ts';
import type { Cloud } from './cloud.ts';
import { queueArn } from './endpoints.ts';
import type { OnLocalEvent } from './local-event.ts';
import { Poller } from './poller.ts';
import type { Mapping } from './poller.ts';
import { queueClient } from './queue-client.ts';
import type { QueueClient } from './queue-client.ts';
import type { Outcome, SandboxSettings } from './sandbox.ts';
import { Sandboxes } from './sandboxes.ts';
import { sqsEvent } from './sqs-event.ts';

/** The settings that all functions of a host share. */
export interface HostSettings {
  readonly cloud: Cloud;
  /** The environment of the functions, without the variables that Lambda sets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The time until a failed message is visible again. */
  readonly retryAfterMs: number;
  /** Whether tasks have no time limits of their own. */
  readonly isDebugged: boolean;
  readonly onEvent: OnLocalEvent;
}

/** One function with its sandboxes and an event source mapping for each of its queues. */
export class HostedFunction {
  readonly #client: SQSClient;
  readonly #settings: HostSettings;
  readonly #name: string;
  readonly #sandboxes: Sandboxes;
  readonly #invocations = new Set<Promise<Outcome>>();
  /** Its queues by their names, its own first. */
  readonly #sources = new Map<string, PolledQueue>();
  /** The queues that it no longer has, while their batches run. */
  readonly #leaving = new Set<PolledQueue>();

  constructor(description: FunctionDescription, bundle: string, client: SQSClient, settings: HostSettings) {
    this.#client = client;
    this.#settings = settings;
    this.#name = description.name;
    const { onEvent } = settings;
    const functionName = description.name;
    this.#sandboxes = new Sandboxes(sandboxSettings(description, bundle, settings), {
      onLine: ({ stream, line, run }) => onEvent(compact({ type: 'log', functionName, stream, line, run })),
      onBegin: (run, startedAt) => onEvent({ type: 'began', functionName, ...run, startedAt }),
      onUndecided: (run) => onEvent({ type: 'undecided', functionName, ...run }),
      onDecision: ({ task, id, attempt, state, ms, error }) =>
        onEvent(compact({ type: 'task', functionName, task, id, attempt, state, ms, error })),
    });
    this.#sandboxes.warm();
    this.#follow(sourcesOf(description));
  }

  /** Runs the function for an event. */
  async invoke(event: unknown): Promise<Outcome> {
    return this.#sandboxes.invoke(event);
  }

  /** Runs the function for a caller that names it. A limited number run at the same time, the others wait for their turn. */
  async invokeInTurn(event: unknown): Promise<Outcome> {
    while (this.#invocations.size >= INVOCATIONS_AT_ONCE) await Promise.race(this.#invocations);
    const invocation = this.invoke(event);
    this.#invocations.add(invocation);
    return invocation.finally(() => this.#invocations.delete(invocation));
  }

  /** Deploys it again: with other code, and other queues or settings of them. */
  update(description: FunctionDescription, bundle: string): void {
    this.#sandboxes.replace(sandboxSettings(description, bundle, this.#settings));
    this.#follow(sourcesOf(description));
  }

  /** Whether it receives from its queues; undefined if it has none. */
  get isReceiving(): boolean | undefined {
    const [first] = this.#sources.values();
    return first && !first.poller.isPaused;
  }

  /** Has it receive from its queues, or not. */
  setReceiving(isReceiving: boolean): void {
    for (const { poller } of this.#sources.values()) {
      if (isReceiving) poller.resume();
      else poller.pause();
    }
  }

  /** Returns how many messages its queues hold, including those in flight. */
  async countMessages(): Promise<number> {
    const counts = await Promise.all(this.#polled.map(({ queue }) => queue.count()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Stops receiving, and waits until the running batches have ended. */
  async drain(): Promise<void> {
    await Promise.all(this.#polled.map(({ poller }) => poller.drain()));
  }

  /** Stops receiving, and ends its sandboxes after the running batches. */
  async end(): Promise<void> {
    await this.drain();
    await this.#sandboxes.stop();
    await Promise.all(this.#polled.map(({ poller }) => poller.end()));
  }

  /** Ends its sandboxes, even if they are running. */
  async stop(): Promise<void> {
    await this.#sandboxes.stop();
    await Promise.all(this.#polled.map(({ poller }) => poller.stop()));
  }

  get #polled(): readonly PolledQueue[] {
    return [...this.#sources.values(), ...this.#leaving];
  }

  /** Reads these queues, and no others. */
  #follow(sources: readonly EventSource[]): void {
    const isPaused = this.isReceiving === false;
    const names = new Set(sources.map(({ queue }) => queue.name));
    for (const [name, polled] of this.#sources) if (!names.has(name)) this.#leave(name, polled);
    for (const source of sources) {
      const { name } = source.queue;
      const mapping = mappingOf(source);
      const polled = this.#sources.get(name);
      if (polled) polled.poller.configure(mapping);
      else this.#sources.set(name, this.#poll(name, mapping, isPaused));
    }
  }

  #leave(name: string, polled: PolledQueue): void {
    this.#sources.delete(name);
    this.#leaving.add(polled);
    void polled.poller.end().then(() => this.#leaving.delete(polled));
  }

  #poll(queueName: string, mapping: Mapping, isPaused: boolean): PolledQueue {
    const { cloud, onEvent } = this.#settings;
    const queue = queueClient(this.#client, cloud.endpoints, queueName);
    const poller = new Poller({
      queue,
      mapping,
      isPaused,
      process: (batch) => this.#process(batch, queueName, queue),
      giveBack: (batch) => cloud.returnMessages(queueName, receiptsOf(batch), 0),
      onError: (error) => onEvent({ type: 'trouble', message: `Cannot read queue ${queueName}`, error }),
    });
    return { queue, poller };
  }

  async #process(batch: readonly Message[], queueName: string, queue: QueueClient): Promise<void> {
    const { cloud, retryAfterMs, onEvent } = this.#settings;
    const startedAt = performance.now();
    onEvent({ type: 'received', functionName: this.#name, bodies: batch.map(({ Body = '' }) => Body) });
    const outcome = await this.invoke(sqsEvent(batch, queueArn(queueName)));
    const { failed, problem } = answerOf(outcome, batch);
    const done = batch.filter(({ MessageId = '' }) => !failed.has(MessageId));
    const returned = batch.filter(({ MessageId = '' }) => failed.has(MessageId));
    if (returned.length > 0) cloud.returnMessages(queueName, receiptsOf(returned), retryAfterMs);
    onEvent(
      compact({
        type: 'batch',
        functionName: this.#name,
        messages: batch.length,
        failed: returned.length,
        durationMs: performance.now() - startedAt,
        problem,
      }),
    );
    await this.#delete(done, queueName, queue);
  }

  /** A message that cannot be deleted is delivered again, as SQS does. */
  async #delete(done: readonly Message[], queueName: string, queue: QueueClient): Promise<void> {
    const trouble = (count: number, error?: unknown): void =>
      this.#settings.onEvent({
        type: 'trouble',
        message: `Cannot delete ${count} messages from queue ${queueName}`,
        error,
      });
    try {
      const kept = await queue.delete(receiptsOf(done));
      if (kept > 0) trouble(kept);
    } catch (error) {
      trouble(done.length, error);
    }
  }
}

// --- internal ---

/** Each invocation takes a thread of its own. */
const INVOCATIONS_AT_ONCE = 16;

interface PolledQueue {
  readonly queue: QueueClient;
  readonly poller: Poller;
}

/** How many sandboxes of one function, each a thread, work on batches at the same time. */
const BATCHES_AT_ONCE = 4;

function mappingOf({ batchSize, windowSeconds, maximumConcurrency = BATCHES_AT_ONCE }: EventSource): Mapping {
  return { batchSize, windowSeconds, concurrency: Math.min(BATCHES_AT_ONCE, maximumConcurrency) };
}

function answerOf(outcome: Outcome, batch: readonly Message[]): BatchAnswer & { readonly problem?: string } {
  const ids = batch.map(({ MessageId = '' }) => MessageId);
  if (outcome.kind === 'failed') return { failed: new Set(ids), problem: outcome.reason };
  const { failed, malformed } = readBatchAnswer(ids, outcome.answer);
  return compact({ failed, problem: malformed });
}

function receiptsOf(batch: readonly Message[]): readonly string[] {
  return batch.map(({ ReceiptHandle = '' }) => ReceiptHandle);
}

function sandboxSettings(
  { name, handler, timeoutSeconds, memoryMb, environment: own = {} }: FunctionDescription,
  bundle: string,
  { environment, isDebugged }: HostSettings,
): SandboxSettings {
  return {
    functionName: name,
    bundle,
    isDebugged,
    timeoutSeconds,
    memoryMb,
    environment: {
      // The variables of this machine override the others: so a developer points a function at a local service.
      ...variablesOf({ environment: own }),
      ...environment,
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMb),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      LAMBDA_TASK_ROOT: dirname(bundle),
      _HANDLER: `${handler}.handler`,
    },
  };
}
