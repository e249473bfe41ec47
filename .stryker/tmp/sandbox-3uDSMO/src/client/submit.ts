import { planOf } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidOptions, TooDeep } from '../core/errors/caller.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import type { Effect, Start } from '../core/protocol/effect.ts';
import { isWorkflowId } from '../core/protocol/ids.ts';
import { lastStart } from '../core/protocol/lifetime.ts';
import { keptFor } from '../core/protocol/lifetime.ts';
import { newCanvas } from '../core/protocol/new-message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { afterLoad, startPlan } from '../core/protocol/start.ts';
import { compact } from '../core/values/compact.ts';
import { loadPlans } from '../engine/blocks.ts';
import { addressed, dispatch, isOneCall, mustRoute } from '../engine/dispatch.ts';
import type { Outbox, Routed } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { storePlan } from '../engine/store-plan.ts';
import { currentRun } from '../engine/task/context.ts';
import type { CurrentRun } from '../engine/task/context.ts';
import { checkCanvas } from './check-canvas.ts';

/** First messages that a client sends itself: one batch. */
const DIRECT_MESSAGES = 10;

/** How a canvas is submitted. */
export interface Submission {
  readonly data: SignatureData;
  readonly taskId?: string | undefined;
  readonly dedupKey?: string | undefined;
  readonly app: string;
}

/** What has been submitted. */
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
export async function submit(engine: Engine, submission: Submission): Promise<Submitted> {
  const { data, dedupKey } = submission;
  const plan = planOf(data);
  await checkCanvas(engine, data, plan);
  const run = currentRun();
  run?.mustBeWanted('launch a canvas');
  const id = workflowId(engine, submission, plan, run);
  const until = keptFor(lastStart(plan, engine.clock.now()));
  const before = dedupKey === undefined ? 'new' : await engine.records.openSubmission({ workflow: id, until });
  if (before === 'sent') return { id, plan };
  const packed = await storePlan(engine.payloads, { plan, base: id, until });
  const origin = { ...originOf(engine, run, until, before === 'unsent'), ...traceOf(data) };
  const at = { id, base: id, links: [], attempt: 0 };
  await sendFirst(engine, origin, { at, plan: packed, input: undefined, frames: [] });
  if (dedupKey !== undefined) await engine.records.closeSubmission({ workflow: id });
  run?.children.push(id);
  return { id, plan };
}

/** Sends what starts a canvas: its first messages, if they are few, or one that has a worker send them. */
export async function sendFirst(engine: Engine, origin: Origin, start: Start): Promise<void> {
  const outbox: Outbox = { send: (messages) => engine.broker.send({ messages }) };
  const effects = await withPlansLoaded(engine, origin, startPlan(origin, start));
  const sends = effects.filter((effect) => effect.kind === 'send');
  const { known } = addressed(
    engine,
    sends.map((effect) => effect.message),
  );
  // What a client begins and does not end, nobody goes on with: an empty group is settled by a worker, and what takes
  // more than one call is sent by one.
  const isDirect = known.length === effects.length && known.length <= DIRECT_MESSAGES && isOneCall(engine, known);
  const whole = (): Routed => mustRoute(engine, { ...newCanvas(origin, start), mid: engine.nonces.mid() });
  await dispatch(engine, outbox, isDirect ? known : [whole()]);
}

/** What everything has in common that a program outside of any task sends. */
export function clientOrigin(engine: Engine, until: number, again: boolean): Origin {
  const { nonces, clock, settings } = engine;
  const by = { mid: nonces.mid(), token: nonces.token() };
  const { inlineMembers, rangeMembers } = settings;
  return { by, again, now: clock.now(), depth: 0, until, inlineMembers, rangeMembers };
}

// --- internal ---

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

function workflowId(
  engine: Engine,
  { taskId, dedupKey, app }: Submission,
  plan: Plan,
  run: CurrentRun | undefined,
): string {
  if (taskId !== undefined) {
    if (isWorkflowId(taskId)) return taskId;
    throw new InvalidOptions(
      `Cannot use a taskId as an id: current value is ${JSON.stringify(taskId)}; give 1 to 100 of A-Z a-z 0-9 _ : -`,
    );
  }
  const { nonces } = engine;
  if (dedupKey !== undefined) return `d-${nonces.digest(`${app}|${dedupKey}`)}`;
  const message = run?.call.message;
  if (run === undefined || message === undefined) return nonces.uuid();
  // The same run again launches the same workflows, and not a second set.
  const signature = nonces.digest(JSON.stringify(plan));
  const before = run.launches.get(signature) ?? 0;
  run.launches.set(signature, before + 1);
  // @defect launch-ids-are-derived
  return `l-${nonces.digest(`${message.id}|${message.try}|${signature}|${before}`)}`;
}

/** Where a caller's trace comes in: as the header of the W3C's recommendation. */
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
      `Cannot launch a canvas from ${message.id}: current value is ${message.depth} launches and replacements above it, which is the most`,
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
