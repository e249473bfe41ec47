import { MemoryCeleryResults } from '../adapters/memory/celery-results.ts';
import type { Consumer, MemoryCloud } from '../adapters/memory/cloud.ts';
import { foreignQueue } from '../adapters/queue-names.ts';
import { toPythonJson } from '../core/celery/python-json.ts';
import { resultMeta } from '../core/celery/result-meta.ts';
import { readCelery } from '../core/celery/wire.ts';
import type { CeleryMessage } from '../core/celery/wire.ts';
import { InvalidOptions, NotRegistered } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { nearest } from '../core/text/did-you-mean.ts';
import { toFailure } from '../core/values/failure-record.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { fromJson, toJson } from '../core/values/serializer.ts';
import type { Delivery, Send } from '../ports/broker.ts';
import type { Ports } from '../ports/ports.ts';
// Workers load these when they first need them, and meanwhile virtual time would go on.
import '../worker/celery.ts';
import '../worker/external.ts';

/**
 * A function that stands in for a Python worker's task: it may have any parameters.
 *
 * @example
 * ```ts
 * const fetchLength: StandIn = async (text: string) => text.length;
 * ```
 */
export type StandIn = (...args: never[]) => unknown;

/** The cloud of the stand-ins, and the tasks of its handlers. */
export interface StandInsParts {
  readonly cloud: MemoryCloud;
  readonly tasks: readonly string[];
  readonly given: Readonly<Record<string, StandIn>>;
}

/** The check of the option `external`. */
export const STAND_INS: OptionCheck = {
  is: (value) => isPlainObject(value) && Object.values(value).every((one) => typeof one === 'function'),
  want: "functions by the names of tasks, as { 'proj.add': (x, y) => x + y }",
};

/**
 * Works on the queues of other applications, as their Python workers do: reads Celery's messages, calls the functions that stand
 * in for the tasks, and sends the links.
 */
export class StandIns {
  /** The ports of the cloud, whose broker gives these workers the messages for other applications. */
  readonly ports: Ports;
  readonly #cloud: MemoryCloud;
  readonly #standIns: ReadonlyMap<string, StandIn>;
  readonly #results = new MemoryCeleryResults();
  readonly #queues = new Set<string>();

  /** @throws InvalidOptions for a stand-in of a task that no handler has. */
  constructor({ cloud, tasks, given }: StandInsParts) {
    for (const name of Object.keys(given)) mustBeThere(name, tasks);
    this.#cloud = cloud;
    this.#standIns = new Map(Object.entries(given));
    const { broker } = cloud.ports;
    this.ports = {
      ...cloud.ports,
      celery: this.#results,
      broker: {
        send: async (params) => broker.send({ messages: this.#led(params) }),
        deadLetter: (params) => broker.deadLetter(params),
        nameOf: (queue) => broker.nameOf(queue),
      },
    };
  }

  /** Leads messages for other applications to queues that the stand-ins receive from: no queue of this app has such a name. */
  #led({ messages }: Send): Send['messages'] {
    return messages.map((message) => {
      if (message.isForeign !== true) return message;
      const { isForeign: _, ...own } = message;
      const queue = foreignQueue(message.queue);
      if (!this.#queues.has(queue)) {
        this.#queues.add(queue);
        this.#cloud.consume(queue, this.#consume);
      }
      return { ...own, queue };
    });
  }

  readonly #consume: Consumer = async (deliveries) => {
    await Promise.all(deliveries.map((delivery) => this.#work(delivery)));
    return [];
  };

  async #work({ body }: Delivery): Promise<void> {
    const call = readCelery(body);
    // This engine wrote it.
    if (call === undefined || 'refused' in call) throw new TypeError(`Cannot read a call: ${describe(body)}`);
    const { id: taskId, embed } = call;
    try {
      const value = toPythonJson(toJson(await this.#valueOf(call), 'the value'), 'the value', nameOf(call));
      await this.#send(embed['callbacks'], value, taskId);
    } catch (error) {
      const meta = resultMeta('FAILURE', toFailure(error), { taskId, now: this.#cloud.ports.clock.now() });
      await this.#results.keep({ taskId, rank: 1, meta });
      await this.#send(embed['errbacks'], JSON.stringify(taskId), taskId);
    }
  }

  async #valueOf(call: CeleryMessage): Promise<unknown> {
    const name = nameOf(call);
    const standIn = this.#standIns.get(name);
    if (standIn === undefined)
      throw new NotRegistered(
        `Cannot call ${name} in memoryCloud(): it has no stand-in. Give one: memoryCloud(handlers, { external: { '${name}': (…) => … } }).`,
        { task: name },
      );
    // It takes what the calls of its task give.
    const run = standIn as (...given: readonly unknown[]) => unknown;
    const { task } = call.headers;
    const args = call.args.map((arg) => fromJson(arg));
    if (task === name) return run(...args, ...(Object.keys(call.kwargs).length === 0 ? [] : [fromJson(call.kwargs)]));
    // A map has the items behind the signature of its task, and runs them one after the other.
    const values: unknown[] = [];
    for (const item of listOf(args[1])) values.push(await run(...(task === 'celery.starmap' ? listOf(item) : [item])));
    return values;
  }

  /** Sends the signatures that Celery runs after a task, with its value, or its id. */
  async #send(links: Json | undefined, first: string, taskId: string): Promise<void> {
    const { broker, nonces } = this.#cloud.ports;
    for (const link of listOf(links)) {
      // This engine wrote them, with a queue each.
      const { task, kwargs, options } = link as { readonly [field: string]: Json; readonly options: { queue: string } };
      const headers = { lang: 'py', task, id: `${taskId}-${nonces.token()}`, retries: 0 };
      const body = `[[${first}],${JSON.stringify(kwargs)},{}]`;
      const text = JSON.stringify({ body, 'content-type': 'application/json', headers, properties: {} });
      await broker.send({ messages: [{ queue: options.queue, body: text, delaySeconds: 0 }] });
    }
  }
}

// --- internal ---

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Returns the task of a call: that of a map is in its first argument. */
function nameOf({ headers: { task }, args: [first] }: CeleryMessage): string {
  const isMap = task === 'celery.map' || task === 'celery.starmap';
  const name = isMap && isPlainObject(first) ? first['task'] : task;
  return typeof name === 'string' ? name : '';
}

function mustBeThere(name: string, tasks: readonly string[]): void {
  if (tasks.includes(name)) return;
  const near = nearest(name, tasks);
  throw new InvalidOptions(
    `Cannot use the stand-in ${name} of memoryCloud(): no handler has a task of that name. ${near === undefined ? 'Give it to app.handler(), and that handler to memoryCloud().' : `Did you mean ${near}?`}`,
  );
}
