import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FunctionDescription, Project } from '../deploy/project.ts';
import type { Cloud } from './cloud.ts';
import { ownVariables, withoutAws } from './endpoints.ts';
import { HostedFunction } from './hosted-function.ts';
import type { HostSettings } from './hosted-function.ts';
import type { OnLocalEvent } from './local-event.ts';
import { makeSqsClient } from './queue-client.ts';
import type { Outcome } from './sandbox.ts';

/** The options of {@link startHost}. */
export interface HostOptions {
  readonly project: Project;
  readonly cloud: Cloud;
  /** The bundle of each handler, by the name of the handler. A function without a bundle does not run. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Variables for all functions, in addition to those of the project and the cloud. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where AWS clients of the functions' own code go: to this cloud, or as `environment` says. Default: to this cloud. */
  readonly aws?: AwsClients;
  /**
   * The time until a message of a failed batch is visible again, unless the handler has changed its visibility. Default 1000. On AWS it
   * is the queue's visibility timeout, six times the function's timeout.
   */
  readonly retryAfterMs?: number;
  /** Variables with the addresses of the services that this process answers itself. Default: none. */
  readonly services?: Readonly<Record<string, string>>;
  /** Whether tasks have no time limits of their own. Default false. */
  readonly isDebugged?: boolean;
  readonly onEvent: OnLocalEvent;
}

/** Where the AWS clients of a project's own code go: to the embedded cloud, or to the developer's account, as without it. */
export type AwsClients = 'embedded' | 'account';

/** Lambda, in this process. */
export interface Host {
  /** Deploys a project again: functions that it no longer has stop after their batches, new ones start, the others get new sandboxes and follow their queues. */
  update(project: Project, bundles: Readonly<Record<string, string>>): void;
  /** Runs a function for an event. Returns undefined if there is no function of that name. At most 16 invocations of a function run at once, the others wait. */
  invoke(functionName: string, event: unknown): Promise<Outcome> | undefined;
  /** Returns whether there is a function of that name. */
  has(functionName: string): boolean;
  /** Returns whether a function receives from its queue; undefined if it has none. */
  isReceiving(functionName: string): boolean | undefined;
  /** Has a function receive from its queue, or not. Batches that run go on. */
  setReceiving(functionName: string, isReceiving: boolean): void;
  /** Returns how many messages are queued, delayed or in flight. */
  countMessages(): Promise<number>;
  /**
   * Stops receiving, waits for the running batches, and ends all sandboxes.
   *
   * @param drainMs how long to wait before it ends sandboxes that are still running; their messages are delivered again. Default 5000
   */
  stop(drainMs?: number): Promise<void>;
}

/**
 * Starts the Lambda host: for each function it reads the queue as the event source mapping does, and runs the function's real bundle with
 * each batch in a thread.
 */
export function startHost({
  project,
  cloud,
  bundles,
  environment = {},
  aws = 'embedded',
  retryAfterMs = 1000,
  services = {},
  isDebugged = false,
  onEvent,
}: HostOptions): Host {
  const own = { ...cloud.env, ...services };
  const settings = {
    cloud,
    environment: aws === 'embedded' ? { ...withoutAws(environment), ...own } : { ...environment, ...ownVariables(own) },
    retryAfterMs,
    isDebugged,
    onEvent,
  };
  const host = new LambdaHost(makeSqsClient(cloud.endpoints), settings);
  host.deploy(project, bundles);
  return host;
}

// --- internal ---

class LambdaHost implements Host {
  readonly #client: SQSClient;
  readonly #settings: HostSettings;
  readonly #functions = new Map<string, HostedFunction>();
  /** The functions that the project no longer has, while their batches run. */
  readonly #leaving = new Set<HostedFunction>();

  constructor(client: SQSClient, settings: HostSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Starts new functions, and redeploys the others. */
  deploy(project: Project, bundles: Readonly<Record<string, string>>): void {
    for (const description of functionsOf(project)) {
      const bundle = bundles[description.handler];
      const running = this.#functions.get(description.name);
      if (bundle === undefined) continue;
      if (running) running.update(description, bundle);
      else this.#functions.set(description.name, new HostedFunction(description, bundle, this.#client, this.#settings));
    }
  }

  update(project: Project, bundles: Readonly<Record<string, string>>): void {
    const names = new Set(functionsOf(project).map(({ name }) => name));
    for (const [name, one] of this.#functions) {
      if (names.has(name)) continue;
      this.#functions.delete(name);
      this.#leaving.add(one);
      void this.#leave(name, one);
    }
    this.deploy(project, bundles);
  }

  /** Ends a function that is gone, and says so if messages are left to it: a deployment would be refused. */
  async #leave(name: string, one: HostedFunction): Promise<void> {
    await one.end();
    // The cloud may have been stopped meanwhile.
    const left = await one.countMessages().catch(() => 0);
    this.#leaving.delete(one);
    if (left === 0 || this.#functions.has(name)) return;
    const message =
      `Messages are left in the queue of ${name}, whose handler is gone: ${left}. They wait until it is there again. ` +
      'If you have renamed its file, keep the old one with one task of its own: the messages of its old tasks are sent on.';
    this.#settings.onEvent({ type: 'trouble', message });
  }

  invoke(functionName: string, event: unknown): Promise<Outcome> | undefined {
    return this.#functions.get(functionName)?.invokeInTurn(event);
  }

  has(functionName: string): boolean {
    return this.#functions.has(functionName);
  }

  isReceiving(functionName: string): boolean | undefined {
    return this.#functions.get(functionName)?.isReceiving;
  }

  setReceiving(functionName: string, isReceiving: boolean): void {
    this.#functions.get(functionName)?.setReceiving(isReceiving);
  }

  async countMessages(): Promise<number> {
    const counts = await Promise.all(this.#all.map((one) => one.countMessages()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async stop(drainMs = 5000): Promise<void> {
    const functions = this.#all;
    this.#functions.clear();
    const drained = Promise.all(functions.map((one) => one.drain()));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, drainMs);
    await Promise.race([drained, late]);
    clearTimeout(timer);
    await Promise.all(functions.map((one) => one.stop()));
    this.#client.destroy();
  }

  get #all(): readonly HostedFunction[] {
    return [...this.#functions.values(), ...this.#leaving];
  }
}

function functionsOf({ functions, systemFunctions }: Project): readonly FunctionDescription[] {
  return [...functions, ...systemFunctions];
}
