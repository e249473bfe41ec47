import { MemoryCloud } from '../adapters/memory/cloud.ts';
import { SeededNonces } from '../adapters/memory/seeded-nonces.ts';
import { VirtualClock } from '../adapters/memory/virtual-clock.ts';
import { ScheduleRunner } from '../adapters/schedules/schedule-runner.ts';
import type { RunnableSchedule } from '../adapters/schedules/schedule-runner.ts';
import { RealClock } from '../adapters/system/clock.ts';
import { consoleLog } from '../adapters/system/log.ts';
import { RandomNonces } from '../adapters/system/nonces.ts';
import { makeConf } from '../client/app.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { DEAD_LETTER_QUEUE, LEAST_TIMEOUT_SECONDS } from '../core/protocol/limits.ts';
import { highQueueIn, isHigh, isHighIn } from '../core/protocol/priority.ts';
import { reasonOf } from '../core/text/describe.ts';
import type { LogLevel } from '../core/text/log-levels.ts';
import { checkedOptions, FLAG, isSeconds, LOG_LEVEL, WHOLE } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { makeEngine } from '../engine/make-engine.ts';
import type { Handler } from '../lambda/sqs-event.ts';
import type { Clock, Log, Nonces } from '../ports/system.ts';
import { shareRuntime, startedBy } from '../runtime/environment.ts';
import { buryBatch } from '../worker/bury.ts';
import { checkHandlers, consumersOf, routesTo } from './handlers.ts';
import { STAND_INS, StandIns } from './stand-ins.ts';
import type { StandIn } from './stand-ins.ts';
import { runtimeUntilClosed } from './until-closed.ts';

/**
 * How a test's cloud behaves.
 *
 * @example
 * ```ts
 * const options: TestCloudOptions = { time: 'virtual', seed: 1, logLevel: 'silent' };
 * const cloud = memoryCloud({ all: handler }, options);
 * await (await add.s(1, 2).applyAsync({ countdown: 86_400 })).get(); // 3
 * cloud.close();
 * ```
 */
export interface TestCloudOptions {
  /**
   * `virtual`: time passes only when everything waits for it, so that delays and retries cost nothing. Default `real`.
   */
  readonly time?: 'real' | 'virtual';
  /** Makes ids and chance the same in every run. Default: random. */
  readonly seed?: number;
  /** The level of the log on stderr. Default `error`. */
  readonly logLevel?: LogLevel;
  /** Seconds for which a message that failed stays hidden. Default: as long as a function may run. */
  readonly visibilitySeconds?: number;
  /** Seconds that a function may run, at least 5, as in a deployment. Default 60. */
  readonly timeoutSeconds?: number;
  /**
   * Whether the schedules of the handlers' apps run. In virtual time they run whenever everything waits, as a `sleep` of the
   * clock does. Default false.
   */
  readonly schedules?: boolean;
  /**
   * The functions that stand in for a Python worker, by the names of `app.external` tasks. A function gets the arguments, and the keyword
   * arguments as a last object if there are any. Its error fails the task as one of Python does: with its name and its
   * message. A call of a task without a stand-in fails at once. Default none.
   *
   * @example
   * ```ts
   * const score = app.external<(text: string) => number>('ml.score', { queue: 'celery' });
   * const external = { 'ml.score': (text: string) => text.length };
   * const cloud = memoryCloud({ all: app.handler(score) }, { external });
   * await (await score.delay('words')).get(); // 5
   * cloud.close();
   * ```
   */
  readonly external?: Readonly<Record<string, StandIn>>;
}

/**
 * A cloud in this process: all apps of the process use it until it is closed, or another is opened. `using` closes it at
 * the end of its block.
 *
 * @example
 * ```ts
 * const test: TestCloud = memoryCloud({ all: handler }, { time: 'virtual' });
 * await (await add.delay(1, 2)).get(); // 3
 * test.deadLetters; // []
 * test.close();
 * ```
 */
export interface TestCloud extends Disposable {
  /** The time of everything in it; in virtual time a sleep takes none. */
  readonly clock: Clock;
  /** Whether nothing is queued, delayed or being worked on. */
  readonly isIdle: boolean;
  /** The bodies of messages that could not be processed, with the reason. */
  readonly deadLetters: readonly { readonly body: string; readonly reason: string }[];
  /**
   * Stops deliveries, and gives the apps of this process back to the environment. Code that still runs reaches
   * nothing: the cloud refuses everything that it asks.
   */
  close(): void;
}

/**
 * Runs handlers in this process, on queues, a table and a bucket in memory: the same worker as on Lambda, without AWS.
 * It closes the one that was opened before.
 *
 * @param handlers the results of `app.handler()`, by the name of the queue.
 * @param options how it behaves; by default in real time, with random ids.
 * @throws InvalidOptions for an option that is unknown or wrong, for a value that is not a handler, and for a task of
 * two handlers.
 *
 * @example
 * ```ts
 * const cloud = memoryCloud({ math: app.handler(add, tsum) }, { time: 'virtual' });
 * const result = await chord([add.s(1, 1), add.s(2, 2)], tsum.s()).delay();
 * await result.get(); // 6
 * cloud.close();
 * ```
 */
export function memoryCloud(handlers: Readonly<Record<string, Handler>>, options: TestCloudOptions = {}): TestCloud {
  checkedOptions(options, OPTIONS, 'memoryCloud()');
  return memoryCloudWith(handlers, options, consoleLog(options.logLevel ?? 'error'));
}

/** The same, with a log of one's own. */
export function memoryCloudWith(
  handlers: Readonly<Record<string, Handler>>,
  options: Omit<TestCloudOptions, 'logLevel'>,
  written: Log,
): TestCloud {
  checkHandlers(handlers, 'memoryCloud()');
  const { time = 'real', seed, timeoutSeconds = 60, visibilitySeconds = timeoutSeconds } = options;
  const clock: Clock = time === 'virtual' ? new VirtualClock() : new RealClock();
  const nonces: Nonces = seed === undefined ? new RandomNonces() : new SeededNonces(seed);
  const closing = new AbortController();
  const { signal: closed } = closing;
  const cloud = new MemoryCloud({
    clock,
    nonces,
    log: written,
    visibilityMs: visibilitySeconds * 1000,
    timeoutMs: timeoutSeconds * 1000,
  });
  const routes = routesTo(handlers);
  const schedules = options.schedules === true ? schedulesIn(handlers, routes) : [];
  const tasks = Object.values(handlers).flatMap((handler) => handler.tasks);
  const standIns = new StandIns({ cloud, tasks, given: options.external ?? {} });
  // Nothing is refused from here on.
  opened?.close();
  const runtime = runtimeUntilClosed({ ...standIns.ports, operations: cloud.operations, routes }, closed);
  for (const [queue, consume] of Object.entries(consumersOf(handlers)))
    cloud.consume(queue, (deliveries, remainingMs) => startedBy(runtime, () => consume(deliveries, remainingMs)));
  const bury = makeEngine(runtime, new Map(), makeConf({}));
  cloud.consume(DEAD_LETTER_QUEUE, (deliveries, remainingMs) => buryBatch(bury, deliveries, remainingMs));
  const unshare = shareRuntime(runtime);
  const runs = new ScheduleRunner({
    clock,
    nonces,
    send: (queue, body) => runtime.ports().broker.send({ messages: [{ queue, body, delaySeconds: 0 }] }),
    giveUp: (_, body, error) => runtime.ports().broker.deadLetter({ body, reason: reasonOf(error) }),
  });
  void runs.set(schedules);
  const close = (): void => {
    closing.abort('closed');
    runs.stop();
    cloud.stop();
    unshare();
  };
  opened = {
    clock,
    get isIdle() {
      return cloud.isIdle;
    },
    deadLetters: cloud.queues.dead,
    close,
    [Symbol.dispose]: close,
  };
  return opened;
}

// --- internal ---

/** The cloud that was opened last. Earlier ones are out of reach: their work would disturb later tests. */
let opened: TestCloud | undefined;

/** Returns the schedules of all handlers: one that several have, because a module is shared, counts once. */
function schedulesIn(
  handlers: Readonly<Record<string, Handler>>,
  routes: Readonly<Record<string, string>>,
): readonly RunnableSchedule[] {
  const all = Object.values(handlers).flatMap(({ schedules = [] }) => schedules);
  return [...new Map(all.map((one) => [one.name, one])).values()].map((schedule) => {
    const { task, queue = routes[task], priority = isHighIn(routes, task) ? 'high' : 'normal' } = schedule.first;
    if (queue !== undefined && queue in handlers)
      return { ...schedule, queue: (isHigh(priority) ? highQueueIn(routes, queue) : undefined) ?? queue };
    throw new InvalidOptions(
      `Cannot run the schedule ${schedule.name} in memoryCloud(): no handler there runs its task "${schedule.first.task}". Give that handler`,
    );
  });
}

const OPTIONS: Readonly<Record<string, OptionCheck>> = {
  time: { is: (value) => value === 'real' || value === 'virtual', want: "'real' or 'virtual'" },
  seed: WHOLE,
  logLevel: LOG_LEVEL,
  visibilitySeconds: { is: isSeconds, want: 'a number of seconds of at least 0' },
  timeoutSeconds: {
    is: (value) => isSeconds(value) && value >= LEAST_TIMEOUT_SECONDS,
    want: `a number of seconds of at least ${LEAST_TIMEOUT_SECONDS}: a shorter function would start no task`,
  },
  schedules: FLAG,
  external: STAND_INS,
};
