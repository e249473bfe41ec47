import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nextTryMs, RETRY_POLICY } from '../adapters/schedules/retry-policy.ts';
import { LONGEST_TIMER_MS } from '../adapters/system/clock.ts';
import { isPlainObject, jsonIn } from '../core/values/json.ts';
import { dataFolderError } from './data-folder.ts';
import { localAccount, localRegion, queueArn, schedulerRole } from './endpoints.ts';
import { ok, refusal } from './http-endpoint.ts';
import type { Reply, Request } from './http-endpoint.ts';

/** The options of {@link Schedules}. */
export interface SchedulesOptions {
  /** Sends a body to a queue, named as in its ARN. A failed attempt is repeated, as the retry policy of EventBridge Scheduler says. */
  readonly send: (queueName: string, body: string) => Promise<void>;
  /** Puts a body that could not be sent on the dead-letter queue of its schedule. */
  readonly giveUp: (schedule: Schedule, error: unknown) => Promise<void>;
  /** A folder that keeps the schedules. Default: memory. */
  readonly dir?: string;
  /** Called with the error when a schedule that has fired stays in the folder: it fires again after the next start. */
  readonly onTrouble?: (error: unknown) => void;
}

/** A one-time schedule that sends a message to a queue. */
export interface Schedule {
  readonly name: string;
  /** Epoch ms. */
  readonly at: number;
  readonly queue: string;
  readonly body: string;
  /** The dead-letter queue. Default: that of the app. */
  readonly deadLetters?: string;
}

/** The schedules that are waiting, each in a file of its own if there is a folder. */
export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #waiting = new Map<string, { readonly schedule: Schedule; readonly timer?: NodeJS.Timeout }>();
  #isStopped = false;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  /** How many schedules are waiting. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Returns the waiting schedules. */
  list(): readonly Schedule[] {
    return [...this.#waiting.values()].map(({ schedule }) => schedule);
  }

  /** Returns a waiting schedule; undefined if there is none of that name. */
  get(name: string): Schedule | undefined {
    return this.#waiting.get(name)?.schedule;
  }

  /**
   * Reads the schedules of the folder.
   *
   * @throws ConfigurationError if a file in it is not a schedule
   */
  async load(): Promise<void> {
    const { dir } = this.#options;
    if (dir === undefined) return;
    await mkdir(dir, { recursive: true });
    const files = (await readdir(dir)).filter((file) => file.endsWith('.json'));
    const found = await Promise.all(files.map((file) => readScheduleFile(join(dir, file))));
    for (const schedule of found) this.#wait(schedule);
  }

  /** Adds a schedule. Returns false if there is one of that name already. */
  async add(schedule: Schedule): Promise<boolean> {
    if (this.#waiting.has(schedule.name)) return false;
    this.#waiting.set(schedule.name, { schedule });
    try {
      await this.#keep(schedule);
    } catch (error) {
      // The caller may try again.
      this.#waiting.delete(schedule.name);
      throw error;
    }
    this.#wait(schedule);
    return true;
  }

  stop(): void {
    this.#isStopped = true;
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
  }

  async #keep(schedule: Schedule): Promise<void> {
    const file = this.#fileOf(schedule);
    if (file === undefined) return;
    await writeFile(`${file}.new`, JSON.stringify(schedule));
    await rename(`${file}.new`, file);
  }

  #wait(schedule: Schedule): void {
    const waitMs = Math.max(0, schedule.at - Date.now());
    const isFar = waitMs > LONGEST_TIMER_MS;
    this.#after(Math.min(waitMs, LONGEST_TIMER_MS), schedule, () =>
      isFar ? this.#wait(schedule) : this.#fire(schedule),
    );
  }

  async #fire(schedule: Schedule, tries = 1): Promise<void> {
    const { send, giveUp } = this.#options;
    try {
      await send(schedule.queue, schedule.body);
    } catch (error) {
      const waitMs = nextTryMs(RETRY_POLICY, { dueAt: schedule.at, tries, now: Date.now() });
      const again = (ms: number): void => this.#after(ms, schedule, () => this.#fire(schedule, tries + 1));
      if (waitMs !== undefined) return again(waitMs);
      try {
        await giveUp(schedule, error);
      } catch {
        // It stays, because its workflow would wait for it for ever.
        return again(UNBURIED_MS);
      }
    }
    const file = this.#fileOf(schedule);
    if (file !== undefined) await rm(file, { force: true }).catch((error: unknown) => this.#options.onTrouble?.(error));
    this.#waiting.delete(schedule.name);
  }

  #after(waitMs: number, schedule: Schedule, next: () => unknown): void {
    if (this.#isStopped) return;
    this.#waiting.set(schedule.name, { schedule, timer: setTimeout(next, waitMs) });
  }

  #fileOf({ name }: Schedule): string | undefined {
    const { dir } = this.#options;
    return dir === undefined ? undefined : join(dir, `${createHash('sha256').update(name).digest('hex')}.json`);
  }
}

/**
 * Answers EventBridge Scheduler's `ListSchedules`, its `GetSchedule`, and its `CreateSchedule` for one-time schedules that send a message to a queue and then
 * delete themselves. A second schedule of the same name is a conflict, as on AWS.
 */
export async function answerScheduler(schedules: Schedules, { method, path, body }: Request): Promise<Reply> {
  if (method === 'GET' && path === '/schedules') return ok({ Schedules: schedules.list().map(shown) });
  const [, encoded] = PATH.exec(path) ?? [];
  if (method === 'GET' && encoded !== undefined) return described(schedules, decodeURIComponent(encoded));
  if (method !== 'POST' || encoded === undefined) {
    const message = `The embedded Scheduler answers only CreateSchedule, GetSchedule and ListSchedules, not ${method} ${path}`;
    return refusal(404, 'UnknownOperationException', message);
  }
  const name = decodeURIComponent(encoded);
  const schedule = scheduleOf(name, body);
  if (schedule === undefined) {
    const form = 'at(yyyy-mm-ddThh:mm:ss) in UTC, with a text for an SQS queue';
    return refusal(400, 'ValidationException', `Cannot read the schedule: it must be ${form}`);
  }
  if (!(await schedules.add(schedule))) return refusal(409, 'ConflictException', `Schedule ${name} already exists.`);
  const ScheduleArn = `arn:aws:scheduler:${localRegion}:${localAccount}:schedule/default/${name}`;
  return ok({ ScheduleArn });
}

// --- internal ---

const PATH = /^\/schedules\/([^/]+)$/;
/** After how long a schedule is tried again that not even the dead-letter queue has taken. */
const UNBURIED_MS = 60_000;

function described(schedules: Schedules, name: string): Reply {
  const found = schedules.get(name);
  if (found === undefined) return refusal(404, 'ResourceNotFoundException', `Schedule ${name} does not exist.`);
  const { at, queue, body } = found;
  const ScheduleExpression = `at(${new Date(at).toISOString().slice(0, 19)})`;
  const target = { Arn: queueArn(queue), RoleArn: schedulerRole, Input: body };
  return ok({ Name: name, State: 'ENABLED', ScheduleExpression, Target: target });
}

/** A schedule in a list of all, which has one page: there is only one group. */
function shown({ name, queue }: Schedule): object {
  return { Name: name, State: 'ENABLED', Target: { Arn: queueArn(queue) } };
}

function scheduleOf(name: string, payload: string): Schedule | undefined {
  const json = jsonIn(payload);
  const { ScheduleExpression: expression, Target: target } = isPlainObject(json) ? json : {};
  const { Arn: arn, Input: body, DeadLetterConfig: dead } = isPlainObject(target) ? target : {};
  const [, time] = typeof expression === 'string' ? (/^at\(([\d:T-]+)\)$/.exec(expression) ?? []) : [];
  return readSchedule({
    name,
    at: Date.parse(`${time}Z`),
    queue: queueIn(arn),
    body,
    deadLetters: queueIn(isPlainObject(dead) ? dead['Arn'] : undefined),
  });
}

function queueIn(arn: unknown): string | undefined {
  return typeof arn === 'string' ? arn.split(':').at(-1) : undefined;
}

async function readScheduleFile(path: string): Promise<Schedule> {
  const schedule = readSchedule(jsonIn(await readFile(path, 'utf8')));
  if (schedule === undefined) throw dataFolderError(dirname(path), new Error(`${basename(path)} is not a schedule`));
  return schedule;
}

function readSchedule(json: unknown): Schedule | undefined {
  const { name, at, queue, body, deadLetters } = isPlainObject(json) ? json : {};
  if (typeof name !== 'string' || typeof at !== 'number' || Number.isNaN(at)) return undefined;
  if (typeof queue !== 'string' || typeof body !== 'string') return undefined;
  return { name, at, queue, body, ...(typeof deadLetters === 'string' && { deadLetters }) };
}
