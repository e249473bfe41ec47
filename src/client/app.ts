import { fromCelery } from '../core/canvas/celery-json.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { checksOf } from '../core/protocol/options.ts';
import { lacksLimit } from '../core/protocol/places.ts';
import { readSchedule } from '../core/schedule/schedule.ts';
import { APP_DEFAULTS, TASK_DEFAULTS } from '../core/task/defaults.ts';
import { readParameters } from '../core/task/parameters.ts';
import { rateInterval } from '../core/task/rate.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import type { AppConf, ClientApp, CloudSettings } from '../core/types/app.ts';
import type { TaskEvents } from '../core/types/events.ts';
import type { TaskOptions } from '../core/types/options.ts';
import type { ScheduleData } from '../core/types/schedules.ts';
import { fromHere } from '../core/values/from-here.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { checkedOptions, checkLimits, LOG_LEVEL, TEXT } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import type { Engine, RegisteredTask } from '../engine/engine.ts';
import { Hooks } from '../engine/hooks.ts';
import { makeEngine } from '../engine/make-engine.ts';
import type { Runtime } from '../engine/make-engine.ts';
import { ofRun } from '../engine/task/context.ts';
import { dataOf } from './caller.ts';
import type { Caller } from './caller.ts';
import { checkArgumentsIn } from './check-canvas.ts';
import { makeControl } from './control.ts';
import { setCurrentApp } from './current-app.ts';
import { externalTask } from './external.ts';
import { makeInspect } from './inspect.ts';
import { readId } from './read-id.ts';
import { groupHandleOfId, handleOf, handleOfId } from './results/handles.ts';
import type { Handle, SavedGroup } from './results/handles.ts';
import { makeResultSet } from './results/result-set.ts';
import { runHere } from './run-here.ts';
import { readSpec } from './signature-spec.ts';
import { makeSignature } from './signature.ts';
import { submit } from './submit.ts';
import { makeTask } from './task.ts';

/** An app, with the parts that the runner of its tasks needs. */
export interface AppParts {
  readonly app: ClientApp;
  readonly engine: Engine;
  /** Its schedules by their names; modules may add more later. */
  readonly schedules: ReadonlyMap<string, ScheduleData>;
}

/** Makes an app on a runtime. */
export function makeApp(name: string, conf: AppConf, runtime: Runtime): AppParts {
  // A caller without the compiler may give anything.
  const given: unknown = name;
  if (typeof given !== 'string' || given === '')
    throw new InvalidOptions(`Cannot use the name of an app: ${mismatch('a text that is not empty', describe(given))}`);
  const tasks = new Map<string, RegisteredTask>();
  const schedules = new Map<string, ScheduleData>();
  const hooks = new Hooks();
  const engine = makeEngine(runtime, tasks, conf, hooks);
  const caller = makeCaller(name, engine);
  setCurrentApp(caller);
  const app = {
    name,
    conf,
    task: (taskName: string, ...rest: readonly unknown[]) => {
      const registered = register(tasks, conf, taskName, rest);
      return makeTask(caller, registered.name, registered.parameters);
    },
    external: (taskName: string, options: unknown = {}) => {
      mustBeFree(tasks, readName(taskName, 'register'));
      tasks.set(taskName, externalTask(taskName, options, conf.taskDefaults));
      return makeTask(caller, taskName, undefined);
    },
    declare: (taskName: string) => makeTask(caller, readName(taskName, 'declare'), undefined),
    signature: (source: unknown, spec?: unknown) => makeSignature(caller, readSignature(source, spec)),
    asyncResult: (id: string) => handleOfId(engine, readId(id)),
    groupResult: async (id: string) => {
      const text = await engine.records.savedResult({ id: readId(id) });
      // The text that `save()` wrote under this id.
      return text === undefined ? null : groupHandleOfId(engine, JSON.parse(text) as SavedGroup);
    },
    control: makeControl(engine),
    inspect: makeInspect(engine),
    resultSet: (results: readonly Handle[]) => makeResultSet(engine, results),
    on: (event: unknown, listener: unknown) => hooks.on(readEvent(event), readFunction(listener, 'a listener')),
    around: (wrapper: unknown) => hooks.around(readFunction(wrapper, 'code around a task')),
    aroundCall: (wrapper: unknown) => hooks.aroundCall(readWrapper(wrapper)),
    schedule: (scheduleName: string, when: unknown, signature: unknown, options: unknown = {}) => {
      const data = dataOf(signature, 'the canvas of a schedule');
      checkArgumentsIn(engine, data);
      const schedule = readSchedule(scheduleName, when, data, options);
      if (schedules.has(schedule.name))
        throw new InvalidOptions(`Cannot add the schedule ${schedule.name}: this app has one of that name already`);
      schedules.set(schedule.name, schedule);
    },
  };
  // The public types say which arguments and results belong together; at run time all are unknown.
  return { app: app as unknown as ClientApp, engine, schedules };
}

/**
 * Returns the settings of an app, with the defaults for those that are not given.
 *
 * @throws InvalidOptions for a setting that is unknown or wrong.
 */
export function makeConf(given: Partial<AppConf>): AppConf {
  const read = checkedOptions<Partial<AppConf>>(given, SETTINGS, 'an app', 'the settings of an app');
  const { taskDefaults = {}, ...settings } = read;
  const conf = { ...APP_DEFAULTS, ...settings };
  const defaults = { ...TASK_DEFAULTS, resultExpires: conf.resultExpires, inline: conf.inline };
  return { ...conf, taskDefaults: { ...defaults, ...readTaskOptions('taskDefaults', taskDefaults) } };
}

// --- internal ---

const EVENTS: readonly (keyof TaskEvents)[] = ['taskStart', 'taskSuccess', 'taskFailure', 'taskRetry', 'taskRevoked'];

function readEvent(name: unknown): keyof TaskEvents {
  const known = EVENTS.find((event) => event === name);
  if (known !== undefined) return known;
  throw new InvalidOptions(`Cannot listen to an event: ${mismatch(EVENTS.join(', '), describe(name))}`);
}

/** A function of any parameters: those that it gets are what its type says. */
function readFunction(fn: unknown, as: string): (...args: readonly unknown[]) => Promise<unknown> {
  // It has been seen to be a function.
  if (typeof fn === 'function') return fn as (...args: readonly unknown[]) => Promise<unknown>;
  throw new InvalidOptions(`Cannot use ${as}: ${mismatch('a function', describe(fn))}`);
}

/** A function that returns an id, as its type says. */
function readWrapper(fn: unknown): (...args: readonly unknown[]) => Promise<string> {
  return readFunction(fn, 'code around a call') as (...args: readonly unknown[]) => Promise<string>;
}

const CLOUD_SETTINGS: { readonly [Key in keyof CloudSettings]-?: OptionCheck } = {
  table: TEXT,
  bucket: TEXT,
  queuePrefix: { is: (value) => typeof value === 'string', want: 'a text' },
  service: TEXT,
  stage: TEXT,
  routes: {
    is: (value) => isPlainObject(value) && Object.values(value).every((queue) => TEXT.is(queue)),
    want: 'an object of queues by the names of their tasks',
  },
  schedulerRole: TEXT,
  schedulerGroup: TEXT,
  celeryResults: TEXT,
  logLevel: LOG_LEVEL,
};
const SETTINGS: Readonly<Record<string, OptionCheck>> = { ...checksOf('app'), ...CLOUD_SETTINGS };
const TASK_OPTIONS = checksOf('task');

function readTaskOptions(task: string, options: unknown): TaskOptions {
  const read = checkedOptions<TaskOptions>(options, TASK_OPTIONS, task);
  checkLimits(read.softTimeLimit, read.timeLimit);
  rateInterval(read.rateLimit, task);
  return read;
}

function makeCaller(app: string, engine: Engine): Caller {
  return {
    runHere: (data) => runHere(engine, data),
    send: async (data, options) => {
      const { id, plan } = await fromHere(ofRun(submit(engine, { data, app, ...options })));
      // Its ports as they are now: a handle stays with the cloud that it was sent to.
      return handleOf({ ...engine }, plan, { id, base: id, parent: () => null, isLast: true });
    },
  };
}

function register(
  tasks: Map<string, RegisteredTask>,
  conf: AppConf,
  name: string,
  rest: readonly unknown[],
): RegisteredTask {
  const fn = rest.at(-1);
  const given = rest.length > 1 ? rest[0] : {};
  readName(name, 'register');
  if (typeof fn !== 'function')
    throw new InvalidOptions(`Cannot register ${name} as a task: ${mismatch('a function', describe(fn))}`);
  mustBeFree(tasks, name);
  const options = { ...conf.taskDefaults, ...readTaskOptions(name, given) };
  if (options.concurrencyKey !== undefined && options.concurrencyLimit === undefined)
    throw lacksLimit(name, options.concurrencyKey);
  // Any function can be called with any list of arguments; its parameters say which fit.
  const callable = fn as RegisteredTask['fn'];
  const task = { name, fn: callable, options, parameters: readParameters(callable, { bound: options.bind === true }) };
  tasks.set(name, task);
  return task;
}

function mustBeFree(tasks: ReadonlyMap<string, RegisteredTask>, name: string): void {
  if (tasks.has(name))
    throw new InvalidOptions(`Cannot register ${name} as a task: this app already has a task of that name`);
}

/** A name that a task can have. */
function readName(name: unknown, to: 'register' | 'declare'): string {
  if (typeof name === 'string' && name !== '' && !name.startsWith('celery.')) return name;
  throw new InvalidOptions(
    `Cannot ${to} a task as ${describe(name)}: its name is a text that is not empty and does not begin with "celery."`,
  );
}

function readSignature(source: unknown, spec: unknown): SignatureData {
  // The code that reads a part of the JSON checks its shape.
  return typeof source === 'string' ? { ...readSpec(source, spec), untyped: true } : fromCelery(source as Json);
}
