import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildHandlers } from '../../../src/deploy/build.ts';
import { findHandlers } from '../../../src/deploy/handler-file.ts';
import { describeProject } from '../../../src/deploy/project.ts';
import { systemHandlers } from '../../../src/deploy/system-handlers.ts';
import { startCloud } from '../../../src/local/cloud.ts';
import { endpointEnvironment } from '../../../src/local/endpoints.ts';
import { startHost } from '../../../src/local/host.ts';
import { startCountingProxy } from './counting-proxy.ts';
import type { Counts } from './counting-proxy.ts';

/** The calls of a workload, apart for the caller and for the functions with their pollers. */
export interface Bill {
  readonly client: Counts;
  readonly functions: Counts;
  /** The messages that the caller has sent. */
  readonly sent: readonly string[];
  /** How many messages were sent, by the caller and by functions. */
  readonly messages: number;
}

/** The embedded cloud with something that counts in front of it. */
export interface CountedCloud {
  /** All that a caller needs in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Returns the cost of some work, once the cloud is idle. */
  billOf(work: () => Promise<unknown>): Promise<Bill>;
  /** Has a function work on messages as if they came for the second time. */
  deliverAgain(handler: string, bodies: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** The functions to count, and the variables that they have beside those of the cloud. */
export interface CountedFunctions {
  /** Default: `handlers`. */
  readonly handlersDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the embedded cloud with the functions of a folder. */
export async function startCountedCloud({
  handlersDir = 'handlers',
  environment = {},
}: CountedFunctions = {}): Promise<CountedCloud> {
  const outDir = await mkdtemp(join(tmpdir(), 'chordal-bench-'));
  const handlers = await findHandlers(handlersDir);
  const project = describeProject({ service: 'bench', stage: 'count', functions: handlers });
  const { bundles } = await buildHandlers({ handlers, systemHandlers: systemHandlers(), outDir });
  const cloud = await startCloud({ project });
  const { endpoints } = cloud;
  const forEach = () => Promise.all([startCountingProxy(endpoints.sqsS3), startCountingProxy(endpoints.dynamodb)]);
  const [clientProxies, functionProxies] = await Promise.all([forEach(), forEach()]);
  const through = ([sqsS3, dynamodb]: typeof clientProxies) => ({
    sqsS3: sqsS3.url,
    dynamodb: dynamodb.url,
    accessKey: endpoints.accessKey,
  });
  const envOf = (proxies: typeof clientProxies) => ({ ...cloud.env, ...endpointEnvironment(through(proxies)) });
  const all = [...clientProxies, ...functionProxies];
  const host = startHost({
    project,
    cloud: { ...cloud, endpoints: through(functionProxies), env: envOf(functionProxies) },
    bundles,
    environment,
    onEvent: (event) => {
      if (event.type === 'trouble') console.error(event.message, event.error);
    },
  });
  return {
    env: { ...envOf(clientProxies), CHORDAL_ROUTES: join(outDir, 'routes.json') },
    billOf: async (work) => {
      for (const proxy of all) proxy.reset();
      await work();
      // Twice: a message may go from a queue that was not counted yet to one that was.
      for (let quiet = 0; quiet < 2; await delay(100)) quiet = (await host.countMessages()) === 0 ? quiet + 1 : 0;
      const sent = clientProxies[0].bodies;
      const messages = sent.length + functionProxies[0].bodies.length;
      return { client: sum(clientProxies), functions: sum(functionProxies), sent, messages };
    },
    deliverAgain: async (handler, bodies) => {
      const name = `${project.queuePrefix}${handler}`;
      const outcome = await host.invoke(name, { Records: bodies.map((body, i) => recordOf(body, i, name)) });
      if (outcome === undefined || outcome.kind === 'failed') throw new Error(`Cannot run ${name}`, { cause: outcome });
    },
    stop: async () => {
      await host.stop();
      await Promise.all(all.map((proxy) => proxy.stop()));
      await cloud.stop();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

// --- internal ---

function sum(proxies: readonly { counts(): Counts }[]): Counts {
  const all = proxies.map((proxy) => proxy.counts());
  const total = (key: 'writes' | 'reads' | 'refused'): number => all.reduce((so, one) => so + one[key], 0);
  return {
    requests: Object.assign({}, ...all.map(({ requests }) => requests)) as Counts['requests'],
    writes: total('writes'),
    reads: total('reads'),
    refused: total('refused'),
  };
}

function recordOf(body: string, index: number, queueName: string): object {
  return {
    messageId: `again-${index}`,
    receiptHandle: `again-${index}`,
    body,
    attributes: { ApproximateReceiveCount: '2' },
    messageAttributes: {},
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
    awsRegion: 'us-east-1',
  };
}
