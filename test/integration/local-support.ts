import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Message } from '@aws-sdk/client-sqs';
import { describeProject } from '../../src/deploy/project.ts';
import type { FunctionDescription, Project } from '../../src/deploy/project.ts';
import type { Cloud } from '../../src/local/cloud.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import type { LocalEvent } from '../../src/local/local-event.ts';

/** A project with a function for each name, all from the same file; a message that is received twice goes to the dead-letter queue. */
export function projectOf(...names: readonly string[]): Project {
  const functions = names.map((name) => ({ name, file: 'probe.mjs', timeoutSeconds: 2 }));
  const project = describeProject({ service: 'test', stage: 'local', functions });
  return { ...project, functions: project.functions.map(withFewReceives) };
}

/** The events so far, for tests that wait for an event. */
export class Happenings {
  readonly #events: LocalEvent[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (event: LocalEvent): void => {
    this.#events.push(event);
    for (const look of this.#waiting) look();
  };

  /** The lines that functions have printed. */
  lines(): readonly string[] {
    return this.#events.flatMap((event) => (event.type === 'log' ? [event.line] : []));
  }

  /** The JSON values that a function has printed, one a line. */
  printed(functionName: string): readonly unknown[] {
    return this.#events
      .filter((event) => event.type === 'log' && event.functionName === functionName)
      .map((event): unknown => (event.type === 'log' ? JSON.parse(event.line) : undefined));
  }

  /** The batches that a function was run for. */
  batches(functionName: string): readonly LocalEvent[] {
    return this.#events.filter((event) => event.type === 'batch' && event.functionName === functionName);
  }

  /** The events of the cloud itself: operations that have failed, and messages that are left. */
  troubles(): readonly Extract<LocalEvent, { type: 'trouble' }>[] {
    return this.#events.filter((event) => event.type === 'trouble');
  }

  /** The events of the runs of a task. */
  ofRun(id: string): readonly LocalEvent[] {
    return this.#events.filter((event) => 'id' in event && event.id === id);
  }

  /** Waits until something holds of what has happened. */
  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }
}

/** A caller's view of a queue of the cloud. */
export interface Queue {
  send(bodies: readonly object[], delaySeconds?: number): Promise<void>;
  /** How many messages it holds, visible, delayed or in flight. */
  size(): Promise<number>;
  /** Waits for a message. */
  receive(): Promise<Message | undefined>;
}

/** Opens a queue, as a caller does. */
export async function openQueue({ env }: Pick<Cloud, 'env'>, QueueName: string): Promise<Queue> {
  const sqs = new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', env['AWS_ACCESS_KEY_ID'] ?? ''));
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  return {
    send: async (bodies, DelaySeconds = 0) => {
      const Entries = bodies.map((body, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(body),
        DelaySeconds,
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'probe' } },
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    },
    receive: async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 });
      const { Messages = [] } = await sqs.send(command);
      return Messages[0];
    },
    size: async () => {
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesDelayed, ApproximateNumberOfMessagesNotVisible } =
        Attributes;
      return [
        ApproximateNumberOfMessages,
        ApproximateNumberOfMessagesDelayed,
        ApproximateNumberOfMessagesNotVisible,
      ].reduce((sum, count) => sum + Number(count), 0);
    },
  };
}

// --- internal ---

function withFewReceives({ eventSource, ...rest }: FunctionDescription): FunctionDescription {
  if (eventSource?.queue.redrive === undefined) return rest;
  const redrive = { ...eventSource.queue.redrive, maxReceiveCount: 2 };
  return { ...rest, eventSource: { ...eventSource, queue: { ...eventSource.queue, redrive } } };
}
