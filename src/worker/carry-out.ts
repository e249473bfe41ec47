import { addressOf } from '../core/address.ts';
import { climbed, settled } from '../core/continue.ts';
import type { Effect, Flow, SendEffect } from '../core/effect.ts';
import { toFailure } from '../core/errors-wire.ts';
import { NotRegistered } from '../core/errors.ts';
import type { Draft, Message } from '../core/message.ts';
import { ANY_ATTEMPT } from '../core/outcome.ts';
import { firstTaskOf } from '../core/plan.ts';
import { loaded } from '../core/start.ts';
import { loadPlans } from './blocks.ts';
import { dispatch, queueFor } from './dispatch.ts';
import type { Outbox } from './dispatch.ts';
import type { Engine } from './engine.ts';
import { keepValue } from './values.ts';

/**
 * Carries out what the core asks for, and what it asks for in answer, until nothing is left. It resolves when all of it
 * is durable; whatever throws, the message comes back and all is carried out again.
 */
export async function carryOut(engine: Engine, outbox: Outbox, flow: Flow, effects: readonly Effect[]): Promise<void> {
  const sends = effects.filter((effect) => effect.do === 'send');
  const others = effects.filter((effect) => effect.do !== 'send');
  await Promise.all([
    sendAll(engine, outbox, flow, sends),
    ...others.map(async (effect) => carryOut(engine, outbox, flow, await perform(engine, flow, effect))),
  ]);
}

// --- internal ---

/** Does one effect, and asks the core what follows from the answer. */
async function perform(engine: Engine, flow: Flow, effect: Exclude<Effect, SendEffect>): Promise<readonly Effect[]> {
  const { outcomes, payloads } = engine;
  const { by, until } = flow;
  switch (effect.do) {
    case 'load':
      return loaded(flow, effect, await loadPlans(payloads, effect.source));
    case 'climb': {
      const { frame, rung, failed } = effect;
      return climbed(flow, effect, await outcomes.climb({ join: frame.join, rung, mid: by.mid, failed, until }));
    }
    case 'settle': {
      const { at, result } = effect;
      const address = addressOf(at.id);
      return settled(
        flow,
        effect,
        await outcomes.decide({ address, attempt: ANY_ATTEMPT, decision: result, by, until }),
      );
    }
  }
}

async function sendAll(engine: Engine, outbox: Outbox, flow: Flow, sends: readonly SendEffect[]): Promise<void> {
  const drafts = sends.map(({ message }) => message);
  const known = drafts.filter((draft) => queueFor(engine, draft) !== undefined);
  const unknown = drafts.filter((draft) => queueFor(engine, draft) === undefined);
  const messages = known.map((draft): Message => ({ ...draft, mid: engine.nonces.mid() }));
  await Promise.all([
    ...(messages.length === 0 ? [] : [dispatch(engine, outbox, messages)]),
    ...unknown.map((draft) => failUnknown(engine, outbox, flow, draft)),
  ]);
}

/** What nobody can run fails, and with it what waits for it. */
async function failUnknown(engine: Engine, outbox: Outbox, flow: Flow, draft: Draft): Promise<void> {
  const { id, base, frames, links = [] } = draft;
  const task = draft.kind === 'revoke' ? id : (firstTaskOf(draft.sig)?.task ?? id);
  const error = new NotRegistered(`Cannot run ${id} as no function runs the task ${task}`, { task });
  const json = { ...toFailure(error), task };
  const value = await keepValue(engine.payloads, {
    address: addressOf(id),
    token: flow.by.token,
    json,
    until: flow.until,
  });
  const at = { id, base, links, attempt: draft.try };
  const result = { state: 'FAILURE', value } as const;
  await carryOut(engine, outbox, flow, [{ do: 'settle', at, result, frames, step: id, quiet: false }]);
}
