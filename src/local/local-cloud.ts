import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ScheduleRunner } from '../adapters/schedules/schedule-runner.ts';
import { DEAD_LETTER_QUEUE } from '../core/protocol/limits.ts';
import { compact } from '../core/values/compact.ts';
import { buildHandlers, readSettings } from '../deploy/build.ts';
import type { Build, BuildHandlersOptions } from '../deploy/build.ts';
import { optionsOf, variablesOf } from '../deploy/function-config.ts';
import { findHandlers } from '../deploy/handler-file.ts';
import { describeProject } from '../deploy/project.ts';
import type { Project } from '../deploy/project.ts';
import type { Routes } from '../deploy/routes.ts';
import { systemHandlers } from '../deploy/system-handlers.ts';
import { watchApart } from '../deploy/watch-apart.ts';
import type { HandlerWatch } from '../deploy/watch.ts';
import { startCloud } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { withoutTimeouts } from './debugged.ts';
import { endpointEnvironment, schedulerRole } from './endpoints.ts';
import { answerEventSources } from './event-source-endpoint.ts';
import { makeAccessKey } from './guard.ts';
import { startHost } from './host.ts';
import type { Host } from './host.ts';
import { startHttpEndpoint } from './http-endpoint.ts';
import type { HttpEndpoint } from './http-endpoint.ts';
import { answerLambda } from './lambda-endpoint.ts';
import type { OnLocalEvent } from './local-event.ts';
import type { LocalCloud, LocalOptions } from './local-options.ts';
import { LogStore } from './log-store.ts';
import { answerLogs, LOGS_SERVICE } from './logs-endpoint.ts';
import { createCeleryTable } from './resources.ts';
import { answerRuns } from './run-endpoint.ts';
import { makeScheduleRunner } from './schedule-runner.ts';
import { scheduledSending } from './scheduled-sending.ts';
import { answerScheduler, Schedules } from './scheduler-endpoint.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { TemporaryFolder } from './temporary-folder.ts';

/**
 * Builds a project's handlers and runs them in this process, on an embedded SQS, S3, DynamoDB and Lambda. The caller stops it, also on
 * SIGINT and SIGTERM.
 *
 * @throws ConfigurationError if a handler cannot be built or used, a port cannot be used, or the data folder cannot be used
 *
 * @example
 * const local = await startLocal({ handlersDir: 'handlers', service: 'shop', stage: 'dev', onEvent: console.error });
 * console.log(JSON.stringify({ env: local.env }));
 * await local.stop();
 */
export async function startLocal(options: LocalOptions): Promise<LocalCloud> {
  const local = new Local(options);
  try {
    await local.start();
  } catch (error) {
    await local.stop();
    throw error;
  }
  return local;
}

// --- internal ---

/** The parts that a project is described from. */
type Described = Pick<Build, 'handlers' | 'configs'> & Partial<Pick<Build, 'high'>>;

class Local implements LocalCloud {
  readonly #options: LocalOptions;
  readonly #outDir: TemporaryFolder;
  readonly #accessKey: string;
  readonly #death: PromiseWithResolvers<Error> = Promise.withResolvers();
  #cloud: Cloud | undefined;
  #host: Host | undefined;
  #lambda: HttpEndpoint | undefined;
  #scheduler: HttpEndpoint | undefined;
  #schedules: Schedules | undefined;
  #runs: ScheduleRunner | undefined;
  #watch: HandlerWatch | undefined;
  #build: Build | undefined;
  /** The lines that the functions have printed. */
  readonly #logs: LogStore = new LogStore();
  /** The number of batches that have been processed. */
  #batches = 0;
  /** The deployments, one after the other. */
  #deployed: Promise<void> = Promise.resolve();

  constructor(options: LocalOptions) {
    this.#options = options;
    const { accessKey = makeAccessKey(), outDir } = options;
    this.#accessKey = accessKey;
    this.#outDir = outDir === undefined ? temporaryFolder() : { path: outDir, remove: () => {} };
  }

  get env(): Readonly<Record<string, string>> {
    // The routes are a file, so that a process that starts after a new build sees its tasks.
    return {
      ...this.#cloud?.env,
      ...this.#services(),
      ...this.#journal,
      CHORDAL_ROUTES: join(this.#outDir.path, 'routes.json'),
    };
  }

  get #journal(): Readonly<Record<string, string>> {
    return compact({ CHORDAL_JOURNAL: this.#options.journal });
  }

  get routes(): Routes {
    return this.#build?.routes ?? {};
  }

  get died(): Promise<Error> {
    return this.#death.promise;
  }

  async start(): Promise<void> {
    const { handlersDir, dataDir, ports, environment, aws, onEvent } = this.#options;
    const handlers = await findHandlers(handlersDir);
    const { configs } = await readSettings({ ...this.#buildOptions(), handlers });
    const planned = this.#describe({ handlers, configs });
    this.#lambda = await this.#startLambda();
    const starting = startCloud({
      project: planned,
      ...compact({ dataDir, ports }),
      accessKey: this.#accessKey,
    }).then((cloud) => (this.#cloud = cloud));
    const [cloud, build] = await both(starting, this.#firstBuild());
    this.#build = build;
    const celery = environment?.['CHORDAL_CELERY_RESULTS'] ?? '';
    if (celery !== '') await createCeleryTable(celery, cloud.endpoints);
    void cloud.died.then(this.#death.resolve);
    // A handler's configuration may be known only when it runs.
    const project = this.#describe(build);
    if (!isDeepStrictEqual(project, planned)) await cloud.update(project);
    // Its folder is part of the data folder, which exists now.
    this.#scheduler = await this.#startScheduler();
    this.#host = startHost({
      project,
      cloud,
      bundles: build.bundles,
      services: this.#services(),
      // A caller with the access key may do anything with this cloud.
      environment: { CHORDAL_SUBMIT_ALLOW: '*', ...this.#journal, ...environment },
      ...compact({ aws, isDebugged: this.#options.isDebugged }),
      onEvent: (event) => {
        if (event.type === 'batch') this.#batches += 1;
        if (event.type === 'log') this.#logs.add(event, Date.now());
        onEvent(event);
      },
    });
    await this.#runs?.set(build.schedules);
    onEvent(builtEvent(build));
  }

  async isIdle(): Promise<boolean> {
    // A batch may send a message from a queue that is not counted yet to one that is.
    const batches = this.#batches;
    const waiting = ((await this.#host?.countMessages()) ?? 0) + (this.#schedules?.size ?? 0);
    return waiting === 0 && batches === this.#batches;
  }

  async reload(): Promise<void> {
    const handlers = await findHandlers(this.#options.handlersDir);
    await this.#deploy(await buildHandlers({ ...this.#buildOptions(), handlers }));
  }

  async stop(drainMs?: number): Promise<void> {
    await this.#watch?.stop();
    await this.#deployed;
    await this.#lambda?.stop();
    this.#schedules?.stop();
    this.#runs?.stop();
    await this.#scheduler?.stop();
    await this.#host?.stop(drainMs);
    await this.#cloud?.stop();
    this.#outDir.remove();
  }

  async #firstBuild(): Promise<Build> {
    const { handlersDir, watch = false, onEvent } = this.#options;
    if (!watch) return buildHandlers({ ...this.#buildOptions(), handlers: await findHandlers(handlersDir) });
    const { configs, standard, providerEnvironment, environment } = this.#options;
    const settings = compact({ configs, standard, providerEnvironment, environment });
    const { path: outDir } = this.#outDir;
    this.#watch = await watchApart(
      { ...settings, handlersDir, outDir, systemHandlers: systemHandlers() },
      {
        onBuild: (build) => this.#deploy(build),
        onError: (error) => onEvent({ type: 'build-failed', error }),
      },
    );
    return this.#watch.build;
  }

  async #deploy(build: Build): Promise<void> {
    const deploying = this.#deployed.then(async () => {
      const project = this.#describe(build);
      await this.#cloud?.update(project);
      this.#host?.update(project, build.bundles);
      await this.#runs?.set(build.schedules);
      this.#build = build;
      this.#options.onEvent(builtEvent(build));
    });
    // The caller gets the error. The next deployment still starts.
    this.#deployed = deploying.catch(() => {});
    await deploying;
  }

  #describe({ handlers, configs, high = {} }: Described): Project {
    const { service, stage, standard, providerEnvironment, isDebugged = false } = this.#options;
    const functions = handlers.map((handler) => {
      const own = optionsOf(configs[handler.name] ?? {});
      return { ...handler, ...standard, ...own, environment: { ...providerEnvironment, ...own.environment } };
    });
    const project = describeProject({ service, stage, functions, high: Object.keys(high) });
    return isDebugged ? withoutTimeouts(project) : project;
  }

  /** Returns the addresses of the services that this process answers itself. */
  #services(): Readonly<Record<string, string>> {
    const lambda = this.#lambda?.url;
    return {
      ...compact({ AWS_ENDPOINT_URL_LAMBDA: lambda }),
      ...(this.#scheduler &&
        this.#cloud && {
          ...endpointEnvironment(this.#cloud.endpoints, { scheduler: this.#scheduler.url, lambda, logs: lambda }),
          CHORDAL_SCHEDULER_ROLE: schedulerRole,
        }),
    };
  }

  async #startLambda(): Promise<HttpEndpoint> {
    const functions = {
      invoke: (name: string, event: unknown) => this.#host?.invoke(name, event),
      has: (name: string) => this.#host?.has(name) === true,
    };
    return startHttpEndpoint({
      service: 'lambda',
      also: [LOGS_SERVICE],
      accessKey: this.#accessKey,
      ...compact({ port: this.#options.ports?.lambda }),
      answer: async (request) =>
        answerLogs(this.#logs, request) ?? answerEventSources(this.#host, request) ?? answerLambda(functions, request),
    });
  }

  async #startScheduler(): Promise<HttpEndpoint> {
    const { dataDir, ports, onEvent } = this.#options;
    const prefix = this.#describe({ handlers: [], configs: {} }).queuePrefix;
    const sending = {
      ...scheduledSending(() => this.#cloud?.endpoints, `${prefix}${DEAD_LETTER_QUEUE}`),
      onTrouble: (error: unknown) =>
        onEvent({ type: 'trouble', message: 'Cannot keep that a schedule has run', error }),
    };
    const schedules = new Schedules({ ...sending, ...compact({ dir: dataDir && join(dataDir, 'schedules') }) });
    this.#schedules = schedules;
    await schedules.load();
    const runs = await makeScheduleRunner(
      {
        ...sending,
        send: (queue, body) => sending.send(`${prefix}${queue}`, body),
        giveUp: (queue, body, error) => sending.giveUp({ queue: `${prefix}${queue}`, body }, error),
      },
      dataDir,
    );
    this.#runs = runs;
    return startHttpEndpoint({
      service: 'scheduler',
      accessKey: this.#accessKey,
      ...compact({ port: ports?.scheduler }),
      answer: async (request) => (await answerRuns(runs, prefix, request)) ?? answerScheduler(schedules, request),
    });
  }

  #buildOptions(): Omit<BuildHandlersOptions, 'handlers'> {
    const { environment, configs, standard, providerEnvironment } = this.#options;
    return {
      ...compact({ configs, standard }),
      systemHandlers: systemHandlers(),
      outDir: this.#outDir.path,
      ...(environment && {
        environmentOf: (_, config) => ({ ...providerEnvironment, ...variablesOf(config), ...environment }),
      }),
    };
  }
}

/** Returns both results. If one fails, it waits for the other before it throws. */
async function both<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  try {
    return await Promise.all([first, second]);
  } finally {
    await Promise.allSettled([first, second]);
  }
}

function builtEvent({ handlers, warnings }: Build): Parameters<OnLocalEvent>[0] {
  return { type: 'built', handlers: handlers.map(({ name }) => name), warnings };
}
