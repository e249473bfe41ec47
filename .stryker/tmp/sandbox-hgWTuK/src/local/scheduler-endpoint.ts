import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { isPlainObject } from '../core/values/json.ts';
import { damaged } from './data-folder.ts';
import { refusal, startHttpEndpoint } from './http-endpoint.ts';
import type { HttpEndpoint, Reply } from './http-endpoint.ts';

/** What {@link startSchedulerEndpoint} is told. */
export interface SchedulerEndpointOptions {
  /** Puts a body on a queue, named as in its ARN. What fails is tried again. */
  readonly send: (queueName: string, body: string) => Promise<void>;
  /** A folder that keeps the schedules. Default: memory. */
  readonly dir?: string;
  /** The port to listen on. Default: any that is free. */
  readonly port?: number;
}

/** EventBridge Scheduler's own API, as far as it is about one-time schedules. */
export interface SchedulerEndpoint extends HttpEndpoint {
  /** How many schedules wait for their time. */
  readonly waiting: number;
}

/**
 * Answers EventBridge Scheduler's `ListSchedules`, and its `CreateSchedule` for one-time schedules that put a message on a queue and then delete
 * themselves. Two of one name are a conflict, as on AWS.
 *
 * @throws ConfigurationError if the port is taken, or a file in its folder is damaged
 */
export async function startSchedulerEndpoint(options: SchedulerEndpointOptions): Promise<SchedulerEndpoint> {
  const schedules = new Schedules(options);
  await schedules.load();
  const endpoint = await startHttpEndpoint('scheduler', options.port ?? 0, (request) => answer(schedules, request));
  return {
    url: endpoint.url,
    get waiting() {
      return schedules.size;
    },
    stop: async () => {
      schedules.stop();
      await endpoint.stop();
    },
  };
}

// --- internal ---

interface Schedule {
  readonly name: string;
  /** Epoch ms. */
  readonly at: number;
  readonly queue: string;
  readonly body: string;
}

const PATH = /^\/schedules\/([^/]+)$/;
/** The longest that a timer waits (2³¹ − 1 ms); what is later is looked at again then. */
const LONGEST_TIMER_MS = 2_147_483_647;
/** How long to wait before a message that could not be sent is tried again. */
const RETRY_MS = 1000;

/** The schedules that wait, each in a file of its own if there is a folder. */
class Schedules {
  readonly #options: SchedulerEndpointOptions;
  readonly #waiting = new Map<string, { readonly queue: string; readonly timer?: NodeJS.Timeout }>();
  #isStopped = false;

  constructor(options: SchedulerEndpointOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** The names of the schedules that wait, and of their queues. */
  list(): readonly Pick<Schedule, 'name' | 'queue'>[] {
    return [...this.#waiting].map(([name, { queue }]) => ({ name, queue }));
  }

  async load(): Promise<void> {
    const { dir } = this.#options;
    if (dir === undefined) return;
    await mkdir(dir, { recursive: true });
    const files = (await readdir(dir)).filter((file) => file.endsWith('.json'));
    const found = await Promise.all(files.map((file) => readScheduleFile(join(dir, file))));
    for (const schedule of found) this.#wait(schedule);
  }

  /** Whether it is new. */
  async add(schedule: Schedule): Promise<boolean> {
    if (this.#waiting.has(schedule.name)) return false;
    this.#waiting.set(schedule.name, { queue: schedule.queue });
    const file = this.#fileOf(schedule);
    if (file !== undefined) {
      await writeFile(`${file}.new`, JSON.stringify(schedule));
      await rename(`${file}.new`, file);
    }
    this.#wait(schedule);
    return true;
  }

  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
  }

  #wait(schedule: Schedule, atLeastMs = 0): void {
    if (this.#isStopped) return;
    const waitMs = Math.max(atLeastMs, schedule.at - Date.now());
    const due = (): void => (waitMs > LONGEST_TIMER_MS ? this.#wait(schedule) : void this.#fire(schedule));
    const timer = setTimeout(due, Math.min(waitMs, LONGEST_TIMER_MS));
    this.#waiting.set(schedule.name, { queue: schedule.queue, timer });
  }

  async #fire(schedule: Schedule): Promise<void> {
    try {
      await this.#options.send(schedule.queue, schedule.body);
    } catch {
      return this.#wait(schedule, RETRY_MS);
    }
    const file = this.#fileOf(schedule);
    if (file !== undefined) await rm(file, { force: true });
    this.#waiting.delete(schedule.name);
  }

  #fileOf({ name }: Schedule): string | undefined {
    const { dir } = this.#options;
    return dir === undefined ? undefined : join(dir, `${createHash('sha256').update(name).digest('hex')}.json`);
  }
}

async function answer(schedules: Schedules, request: IncomingMessage): Promise<Reply> {
  const { pathname } = new URL(request.url ?? '', 'http://scheduler');
  const [, encoded] = PATH.exec(pathname) ?? [];
  const payload = await text(request);
  if (request.method === 'GET' && pathname === '/schedules') return { status: 200, body: listed(schedules) };
  if (request.method !== 'POST' || encoded === undefined) {
    const asked = `${request.method} ${pathname}`;
    return refusal(
      404,
      'UnknownOperationException',
      `The embedded Scheduler answers CreateSchedule and ListSchedules alone, not ${asked}`,
    );
  }
  const name = decodeURIComponent(encoded);
  const schedule = scheduleOf(name, payload);
  if (schedule === undefined) {
    return refusal(
      400,
      'ValidationException',
      'Cannot read a schedule as at(yyyy-mm-ddThh:mm:ss) in UTC that sends a text to an SQS queue',
    );
  }
  if (await schedules.add(schedule)) {
    return {
      status: 200,
      body: JSON.stringify({ ScheduleArn: `arn:aws:scheduler:us-east-1:000000000000:schedule/default/${name}` }),
    };
  }
  return refusal(409, 'ConflictException', `Schedule ${name} already exists.`);
}

/** All of them, in one page: here there is one group. */
function listed(schedules: Schedules): string {
  const Schedules = schedules.list().map(({ name, queue }) => ({
    Name: name,
    State: 'ENABLED',
    Target: { Arn: `arn:aws:sqs:us-east-1:000000000000:${queue}` },
  }));
  return JSON.stringify({ Schedules });
}

function scheduleOf(name: string, payload: string): Schedule | undefined {
  const json = jsonIn(payload);
  const { ScheduleExpression: expression, Target: target } = isPlainObject(json) ? json : {};
  const { Arn: arn, Input: body } = isPlainObject(target) ? target : {};
  const [, time] = typeof expression === 'string' ? (/^at\(([\d:T-]+)\)$/.exec(expression) ?? []) : [];
  return readSchedule({
    name,
    at: Date.parse(`${time}Z`),
    queue: typeof arn === 'string' ? arn.split(':').at(-1) : undefined,
    body,
  });
}

async function readScheduleFile(path: string): Promise<Schedule> {
  const schedule = readSchedule(jsonIn(await readFile(path, 'utf8')));
  if (schedule === undefined) throw damaged(path, 'it is no schedule');
  return schedule;
}

function jsonIn(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function readSchedule(json: unknown): Schedule | undefined {
  const { name, at, queue, body } = isPlainObject(json) ? json : {};
  if (typeof name !== 'string' || typeof at !== 'number' || Number.isNaN(at)) return undefined;
  return typeof queue === 'string' && typeof body === 'string' ? { name, at, queue, body } : undefined;
}
