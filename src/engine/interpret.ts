import { isChordalError } from '../core/errors/caller.ts';
import { isRefusal } from '../core/errors/refusal.ts';
import { addressOf } from '../core/protocol/address.ts';
import { afterClimb, afterSettle } from '../core/protocol/continue.ts';
import type { Effect, Flow, LoadEffect, SendEffect, SettleEffect } from '../core/protocol/effect.ts';
import { positionOf } from '../core/protocol/frames.ts';
import type { Draft, Message } from '../core/protocol/message.ts';
import { ANY_ATTEMPT } from '../core/protocol/outcome.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { afterLoad } from '../core/protocol/start.ts';
import { toFailure } from '../core/values/failure-record.ts';
import { loadPlans } from './blocks.ts';
import { dispatch, nobodyRuns, queueFor } from './dispatch.ts';
import type { Outbox } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { keepValue } from './values.ts';

/**
 * Carries out what the core asks for, and what it asks for in answer, until nothing is left. It resolves when all of it
 * is durable; whatever throws, the message comes back and all is carried out again.
 */
export async function interpret(engine: Engine, outbox: Outbox, flow: Flow, effects: readonly Effect[]): Promise<void> {
  const sends = effects.filter((effect) => effect.kind === 'send');
  const others = effects.filter((effect) => effect.kind !== 'send');
  await Promise.all([
    sendAll(engine, outbox, flow, sends),
    ...others.map(async (effect) => interpret(engine, outbox, flow, await perform(engine, flow, effect))),
  ]);
}

/** A failure of what has not run and cannot. */
export async function failureEffect(
  engine: Engine,
  flow: Flow,
  { at, frames, error, task }: Pick<SettleEffect, 'at' | 'frames'> & { readonly error: Error; readonly task: string },
): Promise<SettleEffect> {
  const json = { ...toFailure(error), task };
  // The delivery's own key may be its decision's: of the same id, if that is a retry or a replacement.
  const token = `${flow.by.token}failure`;
  const value = await keepValue(engine.payloads, { address: addressOf(at.id), token, json, until: flow.until });
  return { kind: 'settle', at, result: { state: 'FAILURE', value }, frames, step: at.id, quiet: false };
}

// --- internal ---

const settledHere = new WeakMap<Flow, Set<string>>();

/** Whether an id is being settled by this delivery already; from now on it is. */
function isSettledHere(flow: Flow, id: string): boolean {
  const ids = settledHere.get(flow) ?? new Set();
  settledHere.set(flow, ids);
  if (ids.has(id)) return true;
  ids.add(id);
  return false;
}

/** Does one effect, and asks the core what follows from the answer. */
async function perform(engine: Engine, flow: Flow, effect: Exclude<Effect, SendEffect>): Promise<readonly Effect[]> {
  const { outcomes } = engine;
  const { by, until } = flow;
  switch (effect.kind) {
    case 'load':
      return load(engine, flow, effect);
    case 'climb': {
      const { frame, rung, failed } = effect;
      return afterClimb(flow, effect, await outcomes.climb({ join: frame.join, rung, mid: by.mid, failed, until }));
    }
    case 'settle': {
      const { at, result } = effect;
      // Two members that fail in one delivery are one failure of their group: who came first goes on from it.
      if (isSettledHere(flow, at.id)) return [];
      const address = addressOf(at.id);
      return afterSettle(
        flow,
        effect,
        await outcomes.commit({ address, attempt: ANY_ATTEMPT, decision: result, by, until }),
      );
    }
  }
}

/** What follows a load; where the blocks are lost or damaged, what was to be started fails. */
async function load(engine: Engine, flow: Flow, effect: LoadEffect): Promise<readonly Effect[]> {
  let plans: readonly Plan[];
  try {
    plans = await loadPlans(engine.payloads, effect.source);
  } catch (error) {
    if (!isChordalError(error) || isRefusal(error)) throw error;
    const { then } = effect;
    const at = positionOf(then.frame);
    return [
      await failureEffect(engine, flow, {
        at,
        frames: then.kind === 'step' ? then.rest : then.frames,
        error,
        task: at.id,
      }),
    ];
  }
  return afterLoad(flow, effect, plans);
}

async function sendAll(engine: Engine, outbox: Outbox, flow: Flow, sends: readonly SendEffect[]): Promise<void> {
  const drafts = sends.map(({ message }) => message);
  const { known = [], unknown = [] } = Object.groupBy(drafts, (draft) =>
    queueFor(engine, draft) === undefined ? 'unknown' : 'known',
  );
  const messages = known.map((draft): Message => ({ ...draft, mid: engine.nonces.mid() }));
  await Promise.all([
    ...(messages.length === 0 ? [] : [dispatch(engine, outbox, messages)]),
    ...unknown.map((draft) => failUnknown(engine, outbox, flow, draft)),
  ]);
}

/** What nobody can run fails, and with it what waits for it. */
async function failUnknown(engine: Engine, outbox: Outbox, flow: Flow, draft: Draft): Promise<void> {
  const { id, base, frames, links = [] } = draft;
  const error = nobodyRuns(draft);
  if (flow.mayWait === true) throw error;
  const at = { id, base, links, attempt: draft.try };
  await interpret(engine, outbox, flow, [await failureEffect(engine, flow, { at, frames, error, task: error.task })]);
}
