import { isChordalError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { addressOf } from '../core/protocol/address.ts';
import type { Address } from '../core/protocol/address.ts';
import { afterClimb, afterSettle } from '../core/protocol/continue.ts';
import type { Effect, LoadEffect, SendEffect, SettleEffect } from '../core/protocol/effect.ts';
import { groupSize, positionOf, stepsAround } from '../core/protocol/frames.ts';
import { isId } from '../core/protocol/ids.ts';
import type { Draft, RunMessage } from '../core/protocol/message.ts';
import type { Origin } from '../core/protocol/origin.ts';
import { ANY_ATTEMPT } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { afterLoad } from '../core/protocol/start.ts';
import { allEnded } from '../core/values/all-ended.ts';
import { compact } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import { loadPlans } from '../engine/blocks.ts';
import { dispatch, nameOf, route, routeAll } from '../engine/dispatch.ts';
import type { Outbox, Routed, Unsendable } from '../engine/dispatch.ts';
import type { Engine } from '../engine/engine.ts';
import { keepValue } from '../engine/values.ts';
import { keepUnrun } from './unrun.ts';

/** The means and the state of one delivery's effects. */
export interface EffectContext {
  readonly engine: Engine;
  readonly outbox: Outbox;
  readonly origin: Origin;
  /** If a message has no known queue, retry the delivery instead of failing: a newer release may know the route. */
  readonly mayWait: boolean;
  /** Returns the message of this delivery, to be sent again: absent where it starts a canvas. */
  readonly renewal?: (() => RunMessage) | undefined;
  /** Returns the time left in this sandbox, in ms. */
  readonly remainingMs: () => number;
  /** The ids that this delivery has settled: two members that fail in one delivery are one failure of their group. */
  readonly settled: Set<string>;
}

/**
 * Carries out effects, and the effects that the core answers with, until none is left. Resolves when all is durable.
 * After any error, the message returns and all effects are performed again: none of these goes on by then.
 */
export async function interpret(context: EffectContext, effects: readonly Effect[]): Promise<void> {
  const sends = effects.filter((effect) => effect.kind === 'send');
  const others = effects.filter((effect) => effect.kind !== 'send');
  await allEnded([
    sendAll(context, sends),
    ...others.map(async (effect) => interpret(context, await perform(context, effect))),
  ]);
}

/**
 * Carries out effects as {@link interpret} does, but leaves a message unsent that is all that is left to do, and returns
 * it.
 */
export async function interpretToOne(context: EffectContext, effects: readonly Effect[]): Promise<Draft | undefined> {
  for (let left = effects; ;) {
    const [only, ...others] = left;
    if (only === undefined) return undefined;
    if (others.length > 0) {
      await interpret(context, left);
      return undefined;
    }
    if (only.kind === 'send') return only.message;
    left = await perform(context, only);
  }
}

/** Gives one message its form on the wire, under the nonce that it may have already; fails what it would start if it cannot. */
export async function routeOne(
  context: EffectContext,
  draft: Draft & { readonly mid?: string },
): Promise<Routed | undefined> {
  const { routed, unsendable } = routeAll(context.engine, [draft]);
  await Promise.all(unsendable.map((one) => failUnsendable(context, one)));
  return routed[0];
}

/** Returns the effect that fails a plan which has not run and cannot. */
export async function failureEffect(
  { engine, origin }: EffectContext,
  { at, frames, error, task }: Pick<SettleEffect, 'at' | 'frames'> & { readonly error: Error; readonly task: string },
): Promise<SettleEffect> {
  const json = { ...toFailure(error), task };
  // The delivery's own key may be its decision's: of the same id, if that is a retry or a replacement.
  const token = `${origin.by.token}failure`;
  const value = await keepValue(engine.payloads, { address: addressOf(at.id), token, json, until: origin.until });
  return { kind: 'settle', at, result: { state: 'FAILURE', value }, frames, step: at.id, quiet: false };
}

// --- internal ---

/** Performs one effect, and gets the next effects from the core. */
async function perform(context: EffectContext, effect: Exclude<Effect, SendEffect>): Promise<readonly Effect[]> {
  const { engine, origin, settled } = context;
  const { by, until } = origin;
  switch (effect.kind) {
    case 'load':
      return load(context, effect);
    case 'climb': {
      const { frame, rest, rung, failed, failures } = effect;
      const size = compact({ members: frame.n, steps: stepsAround(rest) });
      const node = await engine.outcomes.climb({ join: frame.join, rung, mid: by.mid, failed, failures, size, until });
      return afterClimb(origin, effect, node);
    }
    case 'note':
      if (engine.journalMode === 'off') return [];
      await engine.journal.noteFailure({ mark: { at: origin.now, id: effect.id }, until });
      return [];
    case 'settle': {
      const { at, result, frames } = effect;
      if (settled.has(at.id)) return [];
      settled.add(at.id);
      const address = addressOf(at.id);
      if (effect.isUnforeseen === true) await renew(context, address);
      const run = compact({ endedAt: Math.round(engine.clock.now()), steps: stepsAround(frames) });
      const standing = await engine.outcomes.commit({
        address,
        attempt: ANY_ATTEMPT,
        decision: { ...result, run },
        by,
        size: groupSize(frames),
        until,
      });
      if (engine.celery !== undefined && effect.celeryId !== undefined) {
        const { reportSettled } = await import('./celery.ts');
        await reportSettled(engine, effect.celeryId, standing.cell.outcome);
      }
      return afterSettle(origin, effect, standing);
    }
  }
}

/**
 * Sends the message of this delivery again before an unforeseen settlement, unless the id has an outcome. An earlier delivery
 * may have deleted the message, and if this one dies behind the settlement, the new message goes on from it.
 */
async function renew({ engine, outbox, renewal }: EffectContext, address: Address): Promise<void> {
  if (renewal === undefined) return;
  const { cell } = await engine.outcomes.read({ address });
  // @defect unforeseen-renews
  if (cell.outcome === undefined) await dispatch(engine, outbox, [route(engine, renewal())]);
}

/** Loads plans and starts them; where their blocks are lost or damaged, the plan that was to start fails. */
async function load(context: EffectContext, effect: LoadEffect): Promise<readonly Effect[]> {
  const { source, then } = effect;
  let plans: readonly Plan[];
  try {
    plans = await loadPlans(context.engine.payloads, source);
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    const at = positionOf(then.frame);
    const frames = then.kind === 'step' ? then.rest : then.frames;
    return [await failureEffect(context, { at, frames, error, task: at.id })];
  }
  return afterLoad(context.origin, effect, plans);
}

async function sendAll(context: EffectContext, sends: readonly SendEffect[]): Promise<void> {
  const { engine, outbox } = context;
  const { routed, unsendable } = routeAll(
    engine,
    sends.map(({ message }) => message),
  );
  await allEnded([dispatch(engine, outbox, routed), ...unsendable.map((one) => failUnsendable(context, one))]);
}

/** Fails the plan of a message that no queue or no reader would take, and with it the plan that waits for it. */
async function failUnsendable(context: EffectContext, { draft, error }: Unsendable): Promise<void> {
  if (context.mayWait && isChordalError(error, 'CHORDAL_NOT_REGISTERED')) throw error;
  if (context.engine.celery !== undefined) {
    const { reportUnsendable } = await import('./celery.ts');
    await reportUnsendable(context.engine, draft, error);
  }
  const { id, base, frames, links = [], try: attempt } = draft;
  const task = nameOf(draft);
  // An id that is too long has no address: the innermost canvas around it that has one fails.
  const outer = isId(id) ? -1 : frames.findIndex((frame) => isId(positionOf(frame).id));
  const frame = frames[outer];
  const at = frame === undefined ? { id, base, links, attempt } : positionOf(frame);
  await interpret(context, [await failureEffect(context, { at, frames: frames.slice(outer + 1), error, task })]);
  if (isChordalError(error, 'CHORDAL_NOT_REGISTERED') && draft.kind !== 'revoke')
    await keepUnrun(context.engine, { ...draft, mid: context.engine.nonces.mid() }, error);
}
