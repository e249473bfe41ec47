import { InvalidCanvas, InvalidOptions, NotRegistered } from '../core/errors/caller.ts';
import { keptFor } from '../core/protocol/lifetime.ts';
import { decodeMessage, encodeForQueue, isNewer } from '../core/protocol/message-codec.ts';
import type { Message } from '../core/protocol/message.ts';
import { elementsOf, firstTaskOf, isStoredItems } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { joined, openIn, wakeOf } from '../core/protocol/window.ts';
import type { Joined } from '../core/protocol/window.ts';
import type { Debounce, Throttle } from '../core/types/windows.ts';
import { dispatch, queueOfPlan, route } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import type { OnceGiven } from './call-once.ts';
import { sendOnce } from './once.ts';

/** A canvas that is ready to be started: by a message, or at once. */
export interface MadeCall {
  readonly message: Message;
  readonly send: () => Promise<void>;
}

/** A call with a window, and the ways to send it. */
export interface WindowedCall {
  readonly engine: Engine;
  readonly app: string;
  readonly isStranger: boolean;
  readonly plan: Plan;
  /** Stores what is too large for messages, and returns the ways to start the canvas as a workflow. */
  readonly make: (workflow: string) => Promise<MadeCall>;
  /** Lists the workflow of a window. A second time changes nothing: its id has the time. */
  readonly list: (workflow: string) => Promise<void>;
}

/**
 * Makes a call with a window of a key. Returns the workflow that all calls of the window answer with; undefined for a call
 * without a window.
 *
 * @throws InvalidOptions if another call of this key was sent in a form that cannot be read; the errors of sending.
 */
export function callInWindow(
  call: WindowedCall,
  { debounce, throttle }: Pick<OnceGiven, 'debounce' | 'throttle'>,
): Promise<string> | undefined {
  if (debounce !== undefined) return callDebounced(call, debounce);
  return throttle && callThrottled(call, throttle);
}

/**
 * Returns the plan of the handle of a call with a window: of the last task alone, for the canvas that runs may be that
 * of another call.
 *
 * @throws InvalidCanvas if it ends in a group: then the handle has one for each member.
 */
export function endOf(plan: Plan, option: string): Plan {
  if ('task' in plan) return { task: plan.task, ...(plan.options === undefined ? {} : { options: plan.options }) };
  const items = elementsOf(plan);
  const last = 'seq' in plan && !isStoredItems(items) ? items.at(-1) : undefined;
  if (last !== undefined) return endOf(last, option);
  throw new InvalidCanvas(
    `Cannot use ${option} for a canvas that ends in a group: the call of another canvas may run in its place, with other members. Put a task behind the group, as in a chord.`,
  );
}

// --- internal ---

/** The longest pause before the second try of a debounced call, in ms. It doubles with each further try, up to a second. */
const PAUSE_MS = 20;
const MOST_PAUSE_MS = 1000;

/** Sends the first call of a window, and answers with it to the others. */
async function callThrottled(call: WindowedCall, { key: given, seconds }: Throttle): Promise<string> {
  const { engine, make } = call;
  const { records, clock, nonces } = engine;
  const key = `$throttle/${digestOf(call, given)}`;
  const standing = await records.submission({ key });
  if (standing?.state === 'sent') return standing.workflow;
  const workflow = freshId(engine);
  const made = await make(workflow);
  const message = encodeForQueue(made.message);
  const until = clock.now() + seconds * 1000;
  const note = { key, workflow, digest: 'throttle', until, message, given: ['throttle', given] as const };
  return sendOnce(engine, note, async (_, isSecond, first) => {
    // The caller that opened the window has died, or is slow: its canvas runs, and not this one.
    // @defect the-first-call-runs
    if (isSecond) await sendAgain(engine, nonces.mid(), first ?? message);
    else await made.send();
  });
}

/** Puts a call in place of the last one of its window, and has the window end if nothing else does. */
async function callDebounced(call: WindowedCall, { key: given, ...times }: Debounce): Promise<string> {
  const { engine, plan, list } = call;
  const { windows, nonces } = engine;
  const key = digestOf(call, given);
  const queue = queueOf(engine, plan);
  const { window, needsWake } = await join(call, key, times);
  if (!needsWake) return window.workflow;
  const wake = wakeOf(window, { key, queue, mid: nonces.mid() });
  // A window that is awaited has been listed by the call that sees to that.
  await Promise.all([window.isAwaited ? undefined : list(window.workflow), sendOne(engine, wake)]);
  await windows.noteWake({ key, number: window.number });
  return window.workflow;
}

/**
 * Writes a call into its window. A call that came between the read and the write has changed the window: then again, after a pause. Without
 * pauses all calls of a key that come at once would write each time, and one of them would win.
 */
async function join(
  { engine, make }: WindowedCall,
  key: string,
  { seconds, maxSeconds }: Omit<Debounce, 'key'>,
): Promise<Joined> {
  const { windows, clock, nonces } = engine;
  let written: Joined | undefined;
  let made: { readonly call: MadeCall; readonly workflow: string } | undefined;
  for (let tries = 0; ; tries += 1) {
    if (tries > 0) await clock.sleep(nonces.random() * Math.min(MOST_PAUSE_MS, PAUSE_MS * 2 ** (tries - 1)));
    const standing = await windows.newest({ key });
    // A write whose answer was lost.
    if (written !== undefined && standing?.message === written.window.message) return written;
    const workflow = openIn(standing)?.workflow ?? freshId(engine);
    if (made?.workflow !== workflow) made = { call: await make(workflow), workflow };
    // Its window ends later: a purge goes by the time of the call.
    const message = encodeForQueue({ ...made.call.message, sent: Math.round(clock.now()) });
    const mostMs = maxSeconds === undefined ? undefined : maxSeconds * 1000;
    written = joined(standing, { message, workflow, now: clock.now(), waitMs: seconds * 1000, mostMs });
    const { window } = written;
    if (await windows.put({ key, window, until: keptFor(window.due) })) return written;
  }
}

/** Sends the message that another caller may have sent. */
async function sendAgain(engine: Engine, mid: string, text: string): Promise<void> {
  const message = decodeMessage(text, mid);
  if (isNewer(message))
    throw new InvalidOptions(
      'Cannot make this call: another caller has begun the first call of its window with a later release. Use that release here.',
    );
  await sendOne(engine, { ...message, mid, again: true });
}

function freshId({ nonces, clock }: Engine): string {
  return `d-${nonces.uuid(clock.now())}`;
}

function sendOne(engine: Engine, message: Message): Promise<void> {
  return dispatch(engine, engine.broker, [route(engine, message)]);
}

/** The keys of strangers are kept apart from those of the app's own code. */
function digestOf({ engine, app, isStranger }: WindowedCall, key: string): string {
  return engine.nonces.digest(JSON.stringify([isStranger ? 'submit' : 'app', app, key]));
}

/** Returns the queue that the end of a window goes to: that of the canvas. */
function queueOf(engine: Engine, plan: Plan): string {
  const queue = queueOfPlan(engine, plan);
  if (queue !== undefined) return queue;
  const task = firstTaskOf(plan)?.task ?? 'an empty canvas';
  throw new NotRegistered(`Cannot debounce ${task}: no function runs it, or has its queue.`, { task });
}
