/** The options of calls, tasks and canvases. Times are seconds, as in Celery, or a Date. */
import type { Tolerance } from '../canvas/signature.ts';
import type { Priority } from './priority.ts';
import type { AnySignature } from './signature.ts';
import type { StandardSchema } from './standard-schema.ts';
import type { Debounce, Throttle } from './windows.ts';

/**
 * Keyword arguments, as `kwargs({…})` makes them: given last, wherever arguments are given.
 *
 * @example
 * ```ts
 * const loudly: Kwargs<{ debug: boolean }> = kwargs({ debug: true });
 * await add(1, 2, loudly); // 3
 * ```
 */
export interface Kwargs<out Keywords> {
  /** The keyword arguments; only the compiler reads them. */
  readonly '~kwargs': Keywords;
}

/** The type of `kwargs`. */
export type KwargsFunction = <Keywords extends object>(keywords: Keywords) => Kwargs<Keywords>;

/**
 * The options that a signature can get before it is sent; options set later win.
 *
 * @example
 * ```ts
 * const options: SignatureOptions = { countdown: 10, expires: 3600, queue: 'all', headers: { trace: 'abc' } };
 * const result = await add.s(1, 2).set(options).delay();
 * await result.get(); // 3
 * ```
 */
export interface SignatureOptions {
  /** Seconds from now before which it does not start, at most 100 years; with an `eta` too, the later counts. Below 0: at once. Default 0. */
  readonly countdown?: number;
  /** The time before which it does not start. Default: at once. */
  readonly eta?: Date;
  /**
   * Seconds, or the time, after which it is revoked instead of started; below 0 it is too late. The seconds of a chain,
   * group or chord count from the call; those of a step or a callback count from when it is sent. Default: never.
   */
  readonly expires?: number | Date;
  /**
   * The id of the whole canvas: 1 to 100 of `A-Za-z0-9_:-`. A second use starts nothing new, and is refused for another
   * canvas. Default: a UUID of version 8.
   */
  readonly taskId?: string;
  /** The queue to send to. Default: the task's own. */
  readonly queue?: string;
  /**
   * `high`: the queue of high priority of the task's function, which has pollers of its own; see {@link TaskOptions.priority}. Numbers
   * as in Celery: above 5 is high, if the function has that queue. Default: the task's, `normal`.
   */
  readonly priority?: Priority;
  /**
   * The tenant: tenants share a queue fairly. 1 to 128 letters, digits and punctuation, as SQS accepts in a
   * MessageGroupId. Default: none.
   */
  readonly tenant?: string;
  /** Custom headers; they travel with retries, replacements and links. `traceparent` is also in each envelope. Default none. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /**
   * Stamps by their names, as `stamp()` sets them: at most 50 values. They travel as headers do; a stamp that stands is not
   * replaced by an option. `app.control.revokeByStamp` revokes tasks by them. Default none.
   */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** Started once with the value, when it has succeeded. Default none. */
  readonly link?: AnySignature | readonly AnySignature[];
  /** Started once with the failure, when it has failed. Default none. */
  readonly linkError?: AnySignature | readonly AnySignature[];
  /** Clients get no value, but the next step of a canvas does. Default: the task's, false. */
  readonly ignoreResult?: boolean;
  /** How many retries before it fails; null: no limit. Default: the task's, 3. */
  readonly maxRetries?: number | null;
  /** Seconds after which it fails. Default: the task's, or the function's own time limit. */
  readonly timeLimit?: number;
  /** Seconds after which its abort signal fires; below `timeLimit`. Default: the task's, or none. */
  readonly softTimeLimit?: number;
  /** How many runs of its `concurrencyKey` there may be at once, over all workers: 1 to 1,000. Default: the task's, or no limit. */
  readonly concurrencyLimit?: number;
  /**
   * The key that its run takes a place of, as in `tenant-7`: 1 to 256 characters. All calls with one key share its places,
   * of whatever task. Needs a `concurrencyLimit`, of the task or of the call. Default: the task's, or the name of the task.
   */
  readonly concurrencyKey?: string;
  /** Whether it runs where the step before it has run, if it can: see {@link TaskOptions.inline}. Default: the task's, false. */
  readonly inline?: boolean;
}

/**
 * The argument of `applyAsync`: the last arguments of the signature, and options; by default options alone.
 *
 * @example
 * ```ts
 * const options: ApplyOptions = { countdown: 1, dedupKey: 'order-17' };
 * const first = await add.s(1, 2).applyAsync(options);
 * const second = await add.s(1, 2).applyAsync(options);
 * first.taskId === second.taskId; // true
 * ```
 */
export interface ApplyOptions<out Args = [], out Keywords = never> extends SignatureOptions {
  /** Arguments, prepended to those given before. */
  readonly args?: Args;
  /** Keyword arguments, merged over those given before. */
  readonly kwargs?: Keywords;
  /** Sending again under the same key starts nothing new, and answers with the same id; not with a `taskId`. Default: none. */
  readonly dedupKey?: string;
  /**
   * Seconds for which the `dedupKey` holds, from the call or from the latest `eta` in the canvas; at most 14 days. The
   * values of the workflow stay readable for as long. Default 86,400: a day.
   */
  readonly dedupFor?: number;
  /** Of the calls with one key, only the last runs. Not with another option that makes the id, a `countdown` or an `eta`. Default: none. */
  readonly debounce?: Debounce;
  /** Of the calls with one key, only the first in some seconds runs. Not with the same options as `debounce`. Default: none. */
  readonly throttle?: Throttle;
}

/** The argument of `applyAsync` where arguments are missing. */
export interface ApplyOptionsWithArgs<out Args, out Keywords> extends ApplyOptions<Args, Keywords> {
  readonly args: Args;
}

/** The argument of `task.signature()` and `app.signature(name)`. */
export interface SignatureSpec<out Args = readonly unknown[], out Keywords = object> {
  /** Default none. */
  readonly args?: Args;
  /** Default none. */
  readonly kwargs?: Keywords;
  /** Default none. */
  readonly options?: SignatureOptions;
  /** Whether it ignores arguments given later. Default false. */
  readonly immutable?: boolean;
}

/** An error class, or the name of one: names also match errors that a remote task threw. */
export type ErrorType = string | (abstract new (...args: never) => Error);

/**
 * The options of a task, `app.task(name, options, fn)`. Those of a call win.
 *
 * @example
 * ```ts
 * const options: TaskOptions = { maxRetries: 5, autoretryFor: ['TypeError'], retryBackoff: true, timeLimit: 30 };
 * const double = app.task('double', { ...options, bind: false }, (x: number) => 2 * x);
 * await double(4); // 8
 * ```
 */
export interface TaskOptions {
  /** Whether the function takes a {@link TaskContext} first. Default false. */
  readonly bind?: boolean;
  /**
   * `high`: its messages go to a queue of their own beside that of its function, with pollers of its own. A backlog of
   * other messages does not delay it. The function and its limits are shared. Default `normal`.
   */
  readonly priority?: Priority;
  /** How many retries before it fails; null: no limit. Default 3. */
  readonly maxRetries?: number | null;
  /** Errors that are retried automatically. Default none. */
  readonly autoretryFor?: readonly ErrorType[];
  /** Errors that are not, although `autoretryFor` has a class above them. Default none. */
  readonly dontAutoretryFor?: readonly ErrorType[];
  /**
   * Whether each automatic retry waits twice as long as the one before. A number gives the seconds before the first.
   * Default false.
   */
  readonly retryBackoff?: boolean | number;
  /** Seconds that a backoff does not exceed. Default 600. */
  readonly retryBackoffMax?: number;
  /** Whether a backoff is a random time up to its full length. Default true. */
  readonly retryJitter?: boolean;
  /**
   * Errors that are an expected end of the task: its log line is for information and without a stack, and it does not count
   * in the metric `Failures`. The task fails all the same. Default none.
   */
  readonly throws?: readonly ErrorType[];
  /** Seconds before a retry that gives no delay. Default 180. */
  readonly defaultRetryDelay?: number;
  /** Seconds after which it fails. Default: the function's own time limit. */
  readonly timeLimit?: number;
  /** Seconds after which its abort signal fires. Default none. */
  readonly softTimeLimit?: number;
  /** Client reads get no value. Default false. */
  readonly ignoreResult?: boolean;
  /**
   * Whether client reads get the error of a task with `ignoreResult`. If not, its state is still FAILURE, and error callbacks
   * and what waits for it still get the error. Default true; Celery's is false.
   */
  readonly storeErrorsEvenIfIgnored?: boolean;
  /** Whether the state STARTED is written, which costs one more write. Default false. */
  readonly trackStarted?: boolean;
  /** True: it may run more than once, and is not lost. False: at most once. Default true. */
  readonly acksLate?: boolean;
  /** Starts over all workers, as in Celery: `'10/s'`, `'100/m'`, `'1000/h'`, or a number a second. Default: no limit. */
  readonly rateLimit?: string | number;
  /**
   * How many runs there may be at once, over all workers: 1 to 1,000. A message that finds no place waits in its queue, the
   * oldest first. A place is free again when its run ends, or when its sandbox does. Default: no limit.
   */
  readonly concurrencyLimit?: number;
  /**
   * The name of the places: 1 to 256 characters. Tasks with one key share its places, and each counts all of them. Calls
   * may have keys of their own. Needs a `concurrencyLimit`. Default: the name of the task.
   */
  readonly concurrencyKey?: string;
  /** The queue it is sent to. Default: that of the function that holds it. */
  readonly queue?: string;
  /**
   * Whether it runs in the sandbox of the step before it, without a message of its own, if that step is followed by nothing
   * else. It is sent where something delays or limits it, where another function runs it, and where too little time is
   * left. Default false.
   */
  readonly inline?: boolean;
  /** Validates the arguments, given as one array, at the caller where the task is known there. Default: no check. */
  readonly input?: StandardSchema;
  /** Whether the log line of its failures and retries shows its arguments. Default false: they may be secrets. */
  readonly logArguments?: boolean;
  /**
   * Whether its arguments are kept beside its outcome, so that the page and `chordal inspect` show them, and it can be run
   * again with them. They cost nothing up to 900 bytes, in a member of a group up to 100; above that, one write a KB.
   * Default false: they may be secrets.
   */
  readonly keepArguments?: boolean;
  /** Validates the value before it is stored, and may give it another form. Default: no check. */
  readonly output?: StandardSchema;
  /** Seconds for which clients can read the value. Default 86,400: a day. */
  readonly resultExpires?: number;
}

/**
 * The action of a chord when a member of its header fails: fail at once, or run the body with the outcome of each
 * member.
 *
 * @example
 * ```ts
 * const mode: OnMemberFailure = 'failFast';
 * await chord([add.s(1, 2), fail.s('no disk')], tsum.s(), { onMemberFailure: mode })().catch(String); // 'RangeError: no disk'
 * ```
 */
export type OnMemberFailure = 'failFast' | 'collect';

/**
 * The options of a chord.
 *
 * @example
 * ```ts
 * const options: ChordOptions<'collect'> = { onMemberFailure: 'collect' };
 * const count = app.task('count', (outcomes: readonly MemberOutcome<number>[]) => outcomes.filter(({ ok }) => ok).length);
 * await chord([add.s(1, 2), fail.s('no disk')], count.s(), options)(); // 1
 * ```
 */
export interface ChordOptions<out Mode extends OnMemberFailure = OnMemberFailure> {
  /** `collect` runs the body with a {@link MemberOutcome} for each member. Default `failFast`. */
  readonly onMemberFailure?: Mode;
  /**
   * How many members of the header may fail, or be revoked: a number, or a part of them as in `'5%'`, rounded down. Up to
   * that, the body gets what `collect` gives. With more, the chord fails with ToleranceExceeded. Default: none may fail,
   * with `collect` all may.
   */
  readonly tolerate?: Tolerance;
}

/** The action that the options of a chord ask for: one that tolerates failures collects them. */
export type ModeOf<Options> = Options extends { readonly tolerate: Tolerance }
  ? 'collect'
  : Options extends { readonly onMemberFailure?: infer Mode }
    ? [Extract<Mode, OnMemberFailure>] extends [never]
      ? 'failFast'
      : Extract<Mode, OnMemberFailure>
    : 'failFast';
