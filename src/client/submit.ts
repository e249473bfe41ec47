import { planOf } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { isChordalError, TooDeep } from '../core/errors/caller.ts';
import { addressOf } from '../core/protocol/address.ts';
import { carrying, withOwn } from '../core/protocol/baggage.ts';
import type { Carried } from '../core/protocol/baggage.ts';
import type { Effect, Start } from '../core/protocol/effect.ts';
import { replacementBase } from '../core/protocol/ids.ts';
import { keptFor, lastStart, queuedUntil } from '../core/protocol/lifetime.ts';
import { BATCH_MESSAGES } from '../core/protocol/limits.ts';
import { newCanvas } from '../core/protocol/new-message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import { ANY_ATTEMPT, revokedBecause } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { gateUntil } from '../core/protocol/revocation.ts';
import { sameCanvas } from '../core/protocol/same-canvas.ts';
import { afterLoad, startPlan } from '../core/protocol/start.ts';
import type { CallEvent } from '../core/types/events.ts';
import { compact } from '../core/values/compact.ts';
import { loadPlans } from '../engine/blocks.ts';
import { dispatch, isOneCall, route, routeAll } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { storePlan } from '../engine/store-plan.ts';
import { currentRun } from '../engine/task/context.ts';
import type { CurrentRun } from '../engine/task/context.ts';
import { mustHaveNoTime } from './call-once.ts';
import type { OnceGiven } from './call-once.ts';
import { checkCanvas } from './check-canvas.ts';
import { noteSubmission } from './note-submission.ts';
import { noteOf, sendOnce } from './once.ts';
import type { OnceOptions } from './once.ts';
import { callInWindow, endOf } from './windowed.ts';
import type { MadeCall } from './windowed.ts';

/** How a canvas is submitted. */
export interface Submission extends OnceOptions, Pick<OnceGiven, 'debounce' | 'throttle'> {
  readonly data: SignatureData;
}

/** The id and the plan of a submitted canvas. */
export interface Submitted {
  readonly id: string;
  readonly plan: Plan;
}

/**
 * Sends a canvas: its first messages, if they are at most ten, or one message that has a worker send them. It resolves
 * when all are accepted.
 *
 * @throws InvalidArguments, InvalidOptions, NotRegistered, CanvasTooDeep, SerializationError before anything is sent;
 * ServiceUnavailable if the cloud does not answer.
 */
export async function submit(engine: Engine, { data, ...options }: Submission): Promise<Submitted> {
  const calledAt = engine.clock.now();
  const plan = planOf(data, { calledAt });
  await checkCanvas(engine, data, plan);
  const run = currentRun();
  run?.mustBeWanted('launch a canvas');
  const { app, debounce, throttle, isStranger = false } = options;
  mustHaveNoTime(options, data.options);
  const isWindowed = (debounce ?? throttle) !== undefined;
  const handlePlan = isWindowed ? endOf(plan, debounce === undefined ? 'throttle' : 'debounce') : plan;
  const until = keptFor(lastStart(plan, calledAt));
  const note = isWindowed ? undefined : noteOf(engine, options, plan);
  const message = run?.call.message;
  const prepare = async (id: string, isSecond: boolean, carried: Carried): Promise<Prepared> => {
    // Of one window, each call has blocks of its own.
    const base = debounce === undefined ? id : replacementBase(id, Math.floor(engine.nonces.random() * BLOCK_BASES));
    const packed = await storePlan(engine.payloads, { plan, base, until });
    // A call inside the window of a throttle can read the value, too.
    const keptUntil = throttle === undefined ? note?.keep : calledAt + throttle.seconds * 1000;
    const keep = keptUntil === undefined ? {} : { keep: keptUntil };
    const origin = { ...carrying(originOf(engine, run, until, isSecond), carried), ...traceOf(data), ...keep };
    const at = { id, base: id, links: [], attempt: 0 };
    return { origin, start: { at, plan: packed, input: undefined, frames: [] } };
  };
  const list = (id: string): Promise<void> =>
    noteSubmission(engine, { id, plan, app, tenant: data.options.tenant, parent: message?.id, until });
  // A caller that is told of a refusal, and can't ask again under the same id, must not have started a part of it.
  const canAskAgain = note !== undefined || throttle !== undefined || message !== undefined;
  // The list takes no time of its own: a program that dies in between has sent work that is not listed, or listed
  // work that is not sent, which the doctor finds.
  const start = async (id: string, { origin, start }: Prepared): Promise<void> => {
    await Promise.all([list(id), sendFirst(engine, origin, start, { canAskAgain })]);
  };
  const sendNew = async (carried: Carried): Promise<string> => {
    const send = async (id: string, isSecond: boolean): Promise<void> =>
      start(id, await prepare(id, isSecond, carried));
    const make = async (id: string): Promise<MadeCall> => {
      const prepared = await prepare(id, false, carried);
      const first = { ...newCanvas(prepared.origin, prepared.start), mid: engine.nonces.mid() };
      return { message: first, send: () => start(id, prepared) };
    };
    const windowed = callInWindow({ engine, app, isStranger, plan, make, list }, options);
    if (windowed !== undefined) return windowed;
    if (note !== undefined) return sendOnce(engine, note, send);
    const id = freshId(engine, plan, run);
    await send(id, false);
    return id;
  };
  const id = engine.hooks === undefined ? await sendNew({}) : await engine.hooks.send(callOf(data), sendNew);
  run?.children.push(id);
  return { id, plan: handlePlan };
}

/**
 * Sends the start of a canvas: its first messages, if they are few, or one message that has a worker send them. If some
 * of the few are refused, a worker starts the whole. If that is refused too, it is revoked, unless it will be sent again.
 *
 * @throws ServiceUnavailable if it was refused.
 */
export async function sendFirst(
  engine: Engine,
  origin: Origin,
  start: Start,
  { canAskAgain }: { readonly canAskAgain: boolean },
): Promise<void> {
  const effects = await withPlansLoaded(engine, origin, startPlan(origin, start));
  const sends = effects.filter((effect) => effect.kind === 'send');
  const { routed, unsendable } = routeAll(
    engine,
    sends.map((effect) => effect.message),
  );
  const [refused] = unsendable;
  if (refused !== undefined) throw refused.error;
  // If a client stops halfway, nothing continues its work. So a worker settles an empty group, and a worker sends
  // a start that takes more than one call.
  const isDirect = sends.length === effects.length && routed.length <= BATCH_MESSAGES && isOneCall(routed);
  const sendWhole = async (again: boolean): Promise<void> => {
    const message = newCanvas({ ...origin, again: origin.again || again }, start);
    await dispatch(engine, engine.broker, [route(engine, { ...message, mid: engine.nonces.mid() })]);
  };
  if (!isDirect) return sendWhole(false);
  try {
    await dispatch(engine, engine.broker, routed);
  } catch (error) {
    if (routed.length < 2 || !isChordalError(error, 'CHORDAL_SERVICE_UNAVAILABLE')) throw error;
    // Marked: the receiver of a message whose task has already been started looks first.
    await sendWhole(true).catch(async (cause: unknown) => {
      if (!canAskAgain) await revokeHere(engine, origin, start.at.id).catch(() => undefined);
      throw cause;
    });
  }
}

/** Returns the origin that is common to everything that a program outside any task sends. */
export function clientOrigin(engine: Engine, until: number, again: boolean): Origin {
  const { nonces, clock, fanOut } = engine;
  const by = { mid: nonces.mid(), token: nonces.token() };
  return { by, again, now: clock.now(), depth: 0, until, ...fanOut };
}

// --- internal ---

/** How many bases the blocks of the calls of one window can have: as many as an id has numbers. */
const BLOCK_BASES = 1_000_000_000;

/** A canvas that is ready to be sent: what is too large for messages is stored. */
interface Prepared {
  readonly origin: Origin;
  readonly start: Start;
}

/** Revokes a workflow that may have been started in part, where no worker can be asked to revoke it. */
async function revokeHere({ outcomes, records, clock }: Engine, { by, until }: Origin, id: string): Promise<void> {
  const decision = { ...revokedBecause('revoked'), run: { endedAt: Math.round(clock.now()) } };
  await outcomes.commit({ address: addressOf(id), attempt: ANY_ATTEMPT, decision, by, until });
  await records.revoke({ scope: id, until, gateUntil: gateUntil(queuedUntil(clock.now())) });
}

async function withPlansLoaded(engine: Engine, origin: Origin, effects: readonly Effect[]): Promise<readonly Effect[]> {
  const settled = await Promise.all(
    effects.map(async (effect) => {
      if (effect.kind !== 'load') return [effect];
      return withPlansLoaded(
        engine,
        origin,
        afterLoad(origin, effect, await loadPlans(engine.payloads, effect.source)),
      );
    }),
  );
  return settled.flat();
}

/** Returns the id of a workflow without a name: a random one, or in a task one that a second run makes again. */
function freshId({ nonces, clock }: Engine, plan: Plan, run: CurrentRun | undefined): string {
  const message = run?.call.message;
  if (run === undefined || message === undefined) return nonces.uuid(clock.now());
  // The same run again launches the same workflows, and not a second set.
  const signature = nonces.digest(JSON.stringify(sameCanvas(plan)));
  const before = run.launches.get(signature) ?? 0;
  run.launches.set(signature, before + 1);
  // @defect launch-ids-are-derived
  return `l-${nonces.digest(`${message.id}|${message.try}|${signature}|${before}`)}`;
}

function callOf(data: SignatureData): CallEvent {
  return { name: data.kind === 'task' ? data.task : data.kind, headers: data.options.headers ?? {} };
}

/** The header of a caller's trace (W3C, Trace Context). */
function traceOf({ options }: SignatureData): Pick<Origin, 'traceparent'> {
  const traceparent = options.headers?.['traceparent'];
  return typeof traceparent === 'string' ? { traceparent } : {};
}

function originOf(engine: Engine, run: CurrentRun | undefined, until: number, again: boolean): Origin {
  const { settings } = engine;
  const fresh = clientOrigin(engine, until, again);
  const message = run?.call.message;
  if (run === undefined || message === undefined) return fresh;
  if (message.depth >= settings.maxDepth) {
    throw new TooDeep(
      `Cannot launch a canvas from ${message.id}: ${message.depth} launches and replacements led to it, which is the most`,
    );
  }
  const { traceparent, sig } = message;
  return {
    ...fresh,
    ...withOwn(message, sig.options),
    again: again || run.isAgain,
    depth: message.depth + 1,
    root: message.root ?? message.id,
    sender: message.id,
    ...compact({ traceparent }),
  };
}
