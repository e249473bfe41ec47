import { planOf } from '../core/canvas/normalise.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidOptions, isChordalError, TooDeep } from '../core/errors/caller.ts';
import { addressOf } from '../core/protocol/address.ts';
import { withOwn } from '../core/protocol/baggage.ts';
import type { Effect, Start } from '../core/protocol/effect.ts';
import { isWorkflowId } from '../core/protocol/ids.ts';
import { keptFor, lastStart } from '../core/protocol/lifetime.ts';
import { BATCH_MESSAGES } from '../core/protocol/limits.ts';
import { newCanvas } from '../core/protocol/new-message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import { ANY_ATTEMPT, revokedBecause } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { sameCanvas } from '../core/protocol/same-canvas.ts';
import { afterLoad, startPlan } from '../core/protocol/start.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { compact } from '../core/values/compact.ts';
import { loadPlans } from '../engine/blocks.ts';
import { dispatch, isOneCall, route, routeAll } from '../engine/dispatch.ts';
import type { Outbox } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { storePlan } from '../engine/store-plan.ts';
import { currentRun } from '../engine/task/context.ts';
import type { CurrentRun } from '../engine/task/context.ts';
import { checkCanvas } from './check-canvas.ts';
import { noteSubmission } from './note-submission.ts';

/** How a canvas is submitted. */
export interface Submission {
  readonly data: SignatureData;
  readonly taskId?: string | undefined;
  readonly dedupKey?: string | undefined;
  readonly app: string;
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
export async function submit(engine: Engine, submission: Submission): Promise<Submitted> {
  const { data, taskId, dedupKey } = submission;
  const plan = planOf(data, {}, engine.clock.now());
  await checkCanvas(engine, data, plan);
  const run = currentRun();
  run?.mustBeWanted('launch a canvas');
  const id = workflowId(engine, submission, plan, run);
  const until = keptFor(lastStart(plan, engine.clock.now()));
  const isKeyed = taskId !== undefined || dedupKey !== undefined;
  const before = isKeyed ? await openSubmission(engine, submission, { id, plan, until }) : 'new';
  if (before === 'sent') {
    run?.children.push(id);
    return { id, plan };
  }
  const packed = await storePlan(engine.payloads, { plan, base: id, until });
  const origin = { ...originOf(engine, run, until, before === 'unsent'), ...traceOf(data) };
  const at = { id, base: id, links: [], attempt: 0 };
  const start = { at, plan: packed, input: undefined, frames: [] };
  const message = run?.call.message;
  const sending = { id, plan, app: submission.app, tenant: data.options.tenant, parent: message?.id, until };
  // A caller that is told of a refusal, and can't ask again under the same id, must not have started a part of it.
  const canAskAgain = isKeyed || message !== undefined;
  // The list takes no time of its own: a program that dies in between has sent work that is not listed, or listed work
  // that is not sent, which the doctor finds.
  await Promise.all([noteSubmission(engine, sending), sendFirst(engine, origin, start, { canAskAgain })]);
  if (isKeyed) await engine.records.closeSubmission({ workflow: id });
  run?.children.push(id);
  return { id, plan };
}

/**
 * Sends what starts a canvas: its first messages, if they are few, or one that has a worker send them. Where some of the
 * few are refused, a worker starts the whole; where that is refused, too, it is revoked, unless it will be asked for again.
 *
 * @throws ServiceUnavailable if it was refused.
 */
export async function sendFirst(
  engine: Engine,
  origin: Origin,
  start: Start,
  { canAskAgain }: { readonly canAskAgain: boolean },
): Promise<void> {
  const outbox: Outbox = { send: (messages) => engine.broker.send({ messages }) };
  const effects = await withPlansLoaded(engine, origin, startPlan(origin, start));
  const sends = effects.filter((effect) => effect.kind === 'send');
  const { routed, unsendable } = routeAll(
    engine,
    sends.map((effect) => effect.message),
  );
  const [refused] = unsendable;
  if (refused !== undefined) throw refused.error;
  // If a client stops halfway, nothing continues its work. So a worker settles an empty group, and a worker sends
  // whatever takes more than one call.
  const isDirect = sends.length === effects.length && routed.length <= BATCH_MESSAGES && isOneCall(routed);
  const sendWhole = async (again: boolean): Promise<void> => {
    const message = newCanvas({ ...origin, again: origin.again || again }, start);
    await dispatch(engine, outbox, [route(engine, { ...message, mid: engine.nonces.mid() })]);
  };
  if (!isDirect) return sendWhole(false);
  try {
    await dispatch(engine, outbox, routed);
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

/** The time to wait for another sender under the same id, and the interval between two looks, in ms. */
const OTHER_SENDER_MS = 5000;
const LOOK_MS = 250;

/**
 * Notes a submission under an id that may be used again. If another one is open, another caller may be sending it right
 * now. After some seconds its sender is taken for dead, and this one continues.
 *
 * @throws InvalidOptions if another canvas was submitted under the id.
 */
async function openSubmission(
  { records, clock, nonces }: Engine,
  { taskId, dedupKey }: Submission,
  { id, plan, until }: Submitted & { readonly until: number },
): Promise<'new' | 'unsent' | 'sent'> {
  const digest = nonces.digest(JSON.stringify(sameCanvas(plan)));
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const standing = await records.openSubmission({ workflow: id, digest, until });
    if (standing === 'other') {
      const [option, value] = dedupKey === undefined ? ['taskId', taskId] : ['dedupKey', dedupKey];
      throw new InvalidOptions(
        `Cannot use ${option} ${JSON.stringify(value)} for this canvas: another canvas was sent under it. Use another ${option}, or send the same tasks with the same arguments.`,
      );
    }
    if (standing !== 'unsent' || waitedMs >= OTHER_SENDER_MS) return standing;
    await clock.sleep(LOOK_MS);
  }
}

/** Revokes a workflow that may have been started in part, where no worker can be asked to revoke it. */
async function revokeHere({ outcomes, records, clock }: Engine, { by, until }: Origin, id: string): Promise<void> {
  const address = addressOf(id);
  await outcomes.commit({ address, attempt: ANY_ATTEMPT, decision: revokedBecause('revoked'), by, until });
  await records.revoke({ scope: id, until, gateUntil: keptFor(clock.now()) });
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

function workflowId(
  engine: Engine,
  { taskId, dedupKey, app }: Submission,
  plan: Plan,
  run: CurrentRun | undefined,
): string {
  if (taskId !== undefined) {
    if (isWorkflowId(taskId)) return taskId;
    throw new InvalidOptions(
      `Cannot use a taskId: ${mismatch('1 to 100 of A-Z a-z 0-9 _ : -', JSON.stringify(taskId))}`,
    );
  }
  const { nonces, clock } = engine;
  if (dedupKey !== undefined) return `d-${nonces.digest(`${app}|${dedupKey}`)}`;
  const message = run?.call.message;
  if (run === undefined || message === undefined) return nonces.uuid(clock.now());
  // The same run again launches the same workflows, and not a second set.
  const signature = nonces.digest(JSON.stringify(sameCanvas(plan)));
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
