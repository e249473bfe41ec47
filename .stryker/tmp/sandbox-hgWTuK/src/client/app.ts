import { fromCelery } from '../core/canvas/celery-json.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidOptions } from '../core/errors/caller.ts';
import { isId } from '../core/protocol/ids.ts';
import { TASK_DEFAULTS } from '../core/task/defaults.ts';
import { readParameters } from '../core/task/parameters.ts';
import { describe } from '../core/text/describe.ts';
import type { TaskOptions } from '../core/types/options.ts';
import type { AsyncResult, GroupResult, ResultSetFunction } from '../core/types/results.ts';
import type { DeclareTask, DefineTask, SignatureFunction } from '../core/types/tasks.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { checkOptions, optionsObject, wholeFrom } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { DEFAULT_SETTINGS } from '../engine/engine.ts';
import type { Engine, RegisteredTask, Settings } from '../engine/engine.ts';
import { makeEngine } from '../engine/make-engine.ts';
import type { Runtime } from '../engine/make-engine.ts';
import type { Caller } from './caller.ts';
import { CLOUD_SETTINGS } from './cloud-settings.ts';
import type { CloudSettings } from './cloud-settings.ts';
import { setCurrentApp } from './current-app.ts';
import { groupHandleOfId, handleOf, handleOfId } from './results/handles.ts';
import type { Handle, SavedGroup } from './results/handles.ts';
import { makeResultSet } from './results/result-set.ts';
import { runHere } from './run-here.ts';
import { readSpec } from './signature-spec.ts';
import { makeSignature } from './signature.ts';
import { submit } from './submit.ts';
import { readTaskOptions } from './task-options.ts';
import { makeTask } from './task.ts';

/**
 * The settings and the defaults of an app.
 *
 * @example
 * ```ts
 * const app = createApp('proj', { taskDefaults: { maxRetries: 5, timeLimit: 30 } });
 * app.conf.maxDepth; // 100
 * ```
 */
export interface AppConf extends Settings, CloudSettings {
  /** Options of every task that does not say otherwise; those that are not given are what {@link TaskOptions} says. */
  readonly taskDefaults: TaskOptions;
}

/** An app: its tasks, and the way to call them and to find their results. */
export interface App {
  /** What it was named when it was made; two apps of one name share their `dedupKey`s. */
  readonly name: string;
  /** Its settings, the defaults included. */
  readonly conf: AppConf;
  /** Registers a function as a task under a name that is its identity on the wire. */
  readonly task: DefineTask;
  /** A task known by its name and type alone, so that a caller does not load its code. */
  readonly declare: DeclareTask;
  /** Reads a signature from JSON, ours or Celery's, or builds one by name. */
  readonly signature: SignatureFunction;
  /**
   * The handle of an id, from anywhere.
   *
   * @param id the `taskId` of a result, or the id of anything inside a workflow.
   * @throws InvalidOptions for what cannot be an id.
   */
  asyncResult<T = unknown>(id: string): AsyncResult<T>;
  /**
   * The handle of a group that was saved with `save()`, or null.
   *
   * @param id its `taskId`.
   * @throws InvalidOptions for what cannot be an id.
   */
  groupResult<T extends readonly unknown[] = readonly unknown[]>(id: string): Promise<GroupResult<T> | null>;
  /** Any results as one. */
  readonly resultSet: ResultSetFunction;
}

/** An app and what is inside it, for what runs its tasks. */
export interface AppParts {
  readonly app: App;
  readonly engine: Engine;
}

/** Makes an app on a runtime. */
export function makeApp(name: string, conf: AppConf, runtime: Runtime): AppParts {
  // A caller without the compiler may give anything.
  const given: unknown = name;
  if (typeof given !== 'string' || given === '')
    throw new InvalidOptions(
      `Cannot use the name of an app as a text that is not empty: current value is ${describe(given)}`,
    );
  const tasks = new Map<string, RegisteredTask>();
  const engine = makeEngine(runtime, tasks, conf);
  const caller = makeCaller(name, engine);
  setCurrentApp(caller);
  const app = {
    name,
    conf,
    task: (taskName: string, ...rest: readonly unknown[]) => {
      const registered = register(tasks, conf, taskName, rest);
      return makeTask(caller, registered.name, registered.parameters);
    },
    declare: (taskName: string) => makeTask(caller, readName(taskName, 'declare'), undefined),
    signature: (source: unknown, spec?: unknown) => makeSignature(caller, readSignature(source, spec)),
    asyncResult: (id: string) => handleOfId(engine, readId(id)),
    groupResult: async (id: string) => {
      const text = await engine.records.savedResult({ id: readId(id) });
      // What `save()` wrote under this id.
      return text === undefined ? null : groupHandleOfId(engine, JSON.parse(text) as SavedGroup);
    },
    resultSet: (results: readonly Handle[]) => makeResultSet(engine.clock, results),
  };
  // The public types say which arguments and results belong together; at run time all are unknown.
  return { app: app as unknown as App, engine };
}

/**
 * The settings of an app, with the defaults for those that are not given.
 *
 * @throws InvalidOptions for a setting that is unknown or wrong.
 */
export function makeConf(given: Partial<AppConf>): AppConf {
  const read = optionsObject(given, 'the settings of an app');
  checkOptions(read, SETTINGS, 'an app');
  const { taskDefaults = {}, ...settings }: Partial<AppConf> = read;
  const conf = { ...DEFAULT_SETTINGS, ...settings };
  const defaults = { ...TASK_DEFAULTS, resultExpires: conf.resultExpires };
  return { ...conf, taskDefaults: { ...defaults, ...readTaskOptions('taskDefaults', taskDefaults) } };
}

// --- internal ---

const COUNT: OptionCheck = wholeFrom(0);

const SETTINGS: Readonly<Record<string, OptionCheck>> = {
  maxDepth: COUNT,
  maxStarts: COUNT,
  inlineMembers: COUNT,
  rangeMembers: wholeFrom(1),
  resultExpires: COUNT,
  ...CLOUD_SETTINGS,
  taskDefaults: { is: isPlainObject, want: 'the options of a task' },
} satisfies { readonly [Key in keyof AppConf]-?: OptionCheck };

function makeCaller(app: string, engine: Engine): Caller {
  return {
    runHere: (data) => runHere(engine, data),
    send: async (data, options) => {
      const { id, plan } = await submit(engine, { data, app, ...options });
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
    throw new InvalidOptions(`Cannot register ${name} as a task: current value is ${typeof fn}, not a function`);
  if (tasks.has(name))
    throw new InvalidOptions(`Cannot register ${name} as a task: this app has one of that name already`);
  const options = { ...conf.taskDefaults, ...readTaskOptions(name, given) };
  // Any function can be called with any list of arguments; which fit, its parameters say.
  const callable = fn as RegisteredTask['fn'];
  const task = { name, fn: callable, options, parameters: readParameters(callable, { bound: options.bind === true }) };
  tasks.set(name, task);
  return task;
}

/** A name that a task can have. */
function readName(name: unknown, to: 'register' | 'declare'): string {
  if (typeof name === 'string' && name !== '' && !name.startsWith('celery.')) return name;
  throw new InvalidOptions(
    `Cannot ${to} a task as ${describe(name)}: its name is a text that is not empty and does not begin with "celery."`,
  );
}

/** Of what can't be an id nothing would ever be known. */
function readId(id: unknown): string {
  if (typeof id === 'string' && isId(id)) return id;
  throw new InvalidOptions(`Cannot use a taskId as the id of a result: current value is ${describe(id)}`);
}

function readSignature(source: unknown, spec: unknown): SignatureData {
  // Whoever reads a part of JSON checks its shape.
  return typeof source === 'string' ? { ...readSpec(source, spec), untyped: true } : fromCelery(source as Json);
}
