import { runInNewContext } from 'node:vm';
import { createApp } from 'chordal';
import type { Handler } from 'chordal';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryCloud } from '../../../src/adapters/memory/cloud.ts';
import { VirtualClock } from '../../../src/adapters/memory/virtual-clock.ts';
import { makeConf } from '../../../src/client/app.ts';
import { ServiceUnavailable } from '../../../src/core/errors/caller.ts';
import { describeProject } from '../../../src/deploy/project.ts';
import { alarms } from '../../../src/deploy/stack/alarms.ts';
import { DEFAULT_SETTINGS } from '../../../src/deploy/stack/settings.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import type { Runtime } from '../../../src/engine/make-engine.ts';
import { metered } from '../../../src/lambda/metered.ts';
import { shareRuntime } from '../../../src/runtime/environment.ts';
import { consumerOf } from '../../../src/testing/handlers.ts';
import { buryBatch } from '../../../src/worker/bury.ts';
// Loaded before: virtual time does not wait for a module that is loaded when it is needed.
import '../../../src/worker/celery.ts';

/*
 * The real worker, on queues in virtual time, makes the metrics: those that it prints, and those that SQS and Lambda
 * would make of its queues and invocations. Each alarm is then judged by its definition, as CloudWatch does.
 */

/** One value of a metric. */
interface Point {
  readonly metric: string;
  readonly dimension: string;
  readonly at: number;
  readonly value: number;
}

interface Definition {
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Value: string }[];
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: {
      readonly Metric: { readonly MetricName: string; readonly Dimensions: readonly { readonly Value: string }[] };
      readonly Period: number;
      readonly Stat: string;
    };
  }[];
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
}

const project = describeProject({
  service: 'shop',
  stage: 'prod',
  functions: [{ name: 'main', file: 'handlers/main.ts' }],
});
const made = alarms({ project, settings: DEFAULT_SETTINGS, routes: {} });

/** Returns whether an alarm was in the state ALARM at the end of some period. */
function fires(name: string, points: readonly Point[], until: number): boolean {
  // The template has these properties.
  const definition = made[name]?.Properties as unknown as Definition;
  const {
    EvaluationPeriods: periods,
    Threshold: threshold,
    Period = definition.Metrics?.[0]?.MetricStat?.Period,
  } = definition;
  const seconds = Period ?? 300;
  const count = Math.floor(until / 1000 / seconds);
  const isAbove = Array.from({ length: count }, (_, index) => {
    const value = valueOf(definition, points, [index * seconds * 1000, (index + 1) * seconds * 1000]);
    return value !== undefined && value > threshold;
  });
  return isAbove.some((_, index) => index + periods <= count && isAbove.slice(index, index + periods).every(Boolean));
}

type Span = readonly [from: number, to: number];

function valueOf(definition: Definition, points: readonly Point[], span: Span): number | undefined {
  const { Metrics, MetricName = '', Dimensions = [], Statistic = '' } = definition;
  if (Metrics === undefined) return statistic(points, MetricName, Dimensions[0]?.Value, Statistic, span);
  const values = Object.fromEntries(
    Metrics.flatMap(({ Id, MetricStat }) => {
      if (MetricStat === undefined) return [];
      const { Metric, Stat } = MetricStat;
      return [[Id, statistic(points, Metric.MetricName, Metric.Dimensions[0]?.Value, Stat, span)]];
    }),
  );
  const expression = Metrics.find((one) => one.Expression !== undefined)?.Expression ?? '';
  const FILL = (value: number | undefined, other: number): number => value ?? other;
  const IF = (condition: boolean, then: number, otherwise: number): number => (condition ? then : otherwise);
  const value: unknown = runInNewContext(expression, { ...values, FILL, IF });
  return typeof value === 'number' && !Number.isNaN(value) ? value : undefined;
}

function statistic(
  points: readonly Point[],
  metric: string,
  dimension: string | undefined,
  stat: string,
  [from, to]: Span,
): number | undefined {
  const values = points
    .filter((point) => point.metric === metric && point.dimension === dimension && point.at >= from && point.at < to)
    .map(({ value }) => value);
  if (values.length === 0) return undefined;
  if (stat === 'Sum') return values.reduce((sum, value) => sum + value, 0);
  return stat === 'Minimum' ? Math.min(...values) : Math.max(...values);
}

const app = createApp('shop');
const work = app.task('work', (order: number, failing: number) => {
  if (order < failing) throw new RangeError('declined');
});
const handler = app.handler(work);

let clock: VirtualClock;
let startedAt: number;
let points: Point[];
let cloud: MemoryCloud;
let unshare: () => void;
let isRefusing: boolean;
let isBuryDown: boolean;

beforeEach(() => {
  clock = new VirtualClock();
  startedAt = clock.now();
  points = [];
  isRefusing = false;
  isBuryDown = false;
  for (const [name, value] of Object.entries({ METRICS: 'true', SERVICE: 'shop', STAGE: 'prod' }))
    vi.stubEnv(`CHORDAL_${name}`, value);
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    for (const line of String(text).trim().split('\n')) notePrinted(JSON.parse(line) as Record<string, unknown>);
    return true;
  });
  cloud = new MemoryCloud({ clock, visibilityMs: 360_000, timeoutMs: 60_000 });
  const { outcomes } = cloud.ports;
  const refusing = new Proxy(outcomes, {
    get: (target, name): unknown => {
      if (isRefusing) return () => Promise.reject(new ServiceUnavailable('Cannot write to the table for now'));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const ports = { ...cloud.ports, outcomes: refusing };
  const { nonces, log } = cloud.ports;
  const runtime: Runtime = {
    clock,
    nonces,
    log,
    ports: () => ports,
    operations: async () => cloud.operations,
    routes: () => ({ work: 'main' }),
  };
  unshare = shareRuntime(runtime);
  const bury = makeEngine(runtime, new Map(), makeConf({}));
  cloud.consume('dead', (deliveries, remainingMs) =>
    invoked('bury', async () => {
      if (isBuryDown) throw new Error('the function has no memory left');
      return metered(bury, (engine) => buryBatch(engine, deliveries, remainingMs));
    }),
  );
});

afterEach(() => {
  cloud.stop();
  unshare();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function note(metric: string, dimension: string, value: number): void {
  points.push({ metric, dimension, at: clock.now() - startedAt, value });
}

/** Notes what a line of the embedded metric format says. */
function notePrinted(line: Record<string, unknown>): void {
  for (const [metric, value] of Object.entries(line))
    if (typeof value === 'number') note(metric, String(line['Stack']), value);
}

/** Notes an invocation as Lambda does. */
async function invoked<T>(name: string, work: () => Promise<T>): Promise<T> {
  note('Invocations', `shop-prod-${name}`, 1);
  try {
    return await work();
  } catch (error) {
    note('Errors', `shop-prod-${name}`, 1);
    throw error;
  }
}

function consume(one: Handler): void {
  const run = consumerOf(one);
  cloud.consume('main', (deliveries, remainingMs) => invoked('main', () => run(deliveries, remainingMs)));
}

/** Lets time pass, and notes each minute what SQS would say of the queues. */
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await clock.sleep(60_000);
    const { dead, visible } = cloud.queues.inFlight();
    note('ApproximateNumberOfMessagesVisible', 'shop-prod-dead', dead);
    note('ApproximateNumberOfMessagesNotVisible', 'shop-prod-dead', 0);
    const oldest = visible > 0 ? (clock.now() - startedAt) / 1000 : 0;
    note('ApproximateAgeOfOldestMessage', 'shop-prod-main', oldest);
  }
}

const firing = (): readonly string[] =>
  Object.keys(made).filter((name) => fires(name, points, clock.now() - startedAt));

/** Runs a hundred tasks, of which some fail. */
async function runHundred(failing: number): Promise<void> {
  for (let order = 0; order < 100; order += 1) await work.delay(order, failing);
}

describe('the alarms', () => {
  it('are silent when all is well', async () => {
    consume(handler);
    await runHundred(0);
    await pass(120);
    expect(firing()).toEqual([]);
  });

  it('go off when more tasks fail than the rate allows, and not below it', async () => {
    consume(handler);
    await runHundred(9);
    await pass(60);
    expect(firing()).toEqual([]);
    await runHundred(12);
    await pass(60);
    expect(firing()).toEqual(['FailureRateAlarm']);
  });

  it('do not go off for a single failure of a few runs', async () => {
    consume(handler);
    for (let order = 0; order < 3; order += 1) await work.delay(order, 1);
    await pass(60);
    expect(firing()).toEqual([]);
  });

  it('go off when one message keeps coming back', async () => {
    consume(handler);
    isRefusing = true;
    await work.delay(1, 0);
    await pass(90);
    expect(firing()).toEqual(['ReturnedAlarm']);
  });

  it('do not go off when messages return for as long as a deployment takes', async () => {
    consume(handler);
    isRefusing = true;
    await work.delay(1, 0);
    await pass(15);
    isRefusing = false;
    await pass(120);
    expect(firing()).toEqual([]);
  });

  it('go off when a message is given up', async () => {
    consume(handler);
    await cloud.ports.broker.send({ messages: [{ queue: 'main', body: 'no message', delaySeconds: 0 }] });
    await pass(30);
    expect(firing()).toEqual(['DeadLettersAlarm']);
  });

  it('go off when work has failed because no function runs its task', async () => {
    consume(handler);
    await app.signature('renamed').set({ queue: 'main' }).delay();
    await pass(30);
    expect(firing()).toEqual(['DeadLettersAlarm']);
  });

  it('go off when the dead-letter queue is not emptied, though its messages have no age', async () => {
    consume(handler);
    isBuryDown = true;
    await cloud.ports.broker.send({ messages: [{ queue: 'main', body: 'no message', delaySeconds: 0 }] });
    await pass(30);
    expect(firing()).toContain('DeadLetterQueueAlarm');
    expect(firing()).toContain('BuryErrorsAlarm');
  });

  it('go off when messages wait for too long', async () => {
    await runHundred(0);
    await pass(30);
    expect(firing()).toEqual(['MainAgeAlarm']);
  });

  it('go off when a function fails as a whole', async () => {
    cloud.consume('main', () => invoked('main', () => Promise.reject(new Error('out of memory'))));
    await work.delay(1, 0);
    await pass(10);
    expect(firing()).toEqual(['MainErrorsAlarm']);
  });
});
