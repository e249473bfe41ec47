import type { Effect, Position } from '../../../src/core/protocol/effect.ts';
import { FAN_OUT } from '../../../src/core/protocol/limits.ts';
import type { Message } from '../../../src/core/protocol/message.ts';
import type { Origin } from '../../../src/core/protocol/origin.ts';
import type { Leaf, Outcome, Standing } from '../../../src/core/protocol/outcome.ts';
import type { Plan } from '../../../src/core/protocol/plan.ts';

/** When these tests happen, epoch ms. */
export const NOW = 1_000_000;

/** The origin of the effects of a delivery of message `m`. */
export function originOf(more: Partial<Origin> = {}): Origin {
  return {
    by: { mid: 'm', token: 'k' },
    again: false,
    now: NOW,
    depth: 0,
    until: NOW,
    ...FAN_OUT,
    ...more,
  };
}

/** A position that nothing waits for. */
export function place(id: string, more: Partial<Position> = {}): Position {
  return { id, base: id, links: [], attempt: 0, ...more };
}

/** The effects as short lines: what is done, where, with what. */
export function lines(effects: readonly Effect[]): readonly string[] {
  return effects.map((effect) => {
    switch (effect.kind) {
      case 'send':
        return `send ${messageText(effect.message)}`;
      case 'settle':
        return `settle ${effect.at.id} ${effect.result.state}${effect.result.failedId === undefined ? '' : ` of ${effect.result.failedId}`}`;
      case 'climb':
        return `climb ${effect.frame.join} ${effect.rung.level}.${effect.rung.node} child ${effect.rung.child}${effect.failed ? ' failed' : ''}`;
      case 'note':
        return `note ${effect.id}`;
      case 'load':
        return `load ${effect.source.items.stored} ${effect.source.lo}–${effect.source.hi}`;
    }
  });
}

/** An outcome of the message of {@link originOf}. */
export function outcome(more: Partial<Outcome> = {}): Outcome {
  return { state: 'SUCCESS', value: { inline: 1 }, mid: 'm', token: 'k', ...more };
}

/** The state after a write: an outcome, and for a member the slots of its leaf. */
export function standing(of: Outcome, leaf?: Partial<Leaf>): Standing {
  if (leaf === undefined) return { cell: { outcome: of } };
  return { cell: { outcome: of }, leaf: { filled: 1, failed: of.state !== 'SUCCESS', ...leaf } };
}

// --- internal ---

function messageText(message: Omit<Message, 'mid'>): string {
  const { kind, id, base, frames, links = [] } = message;
  const tail = [
    base === id ? '' : ` base ${base}`,
    'sig' in message ? ` ${what(message as { sig: Plan; lo?: number; hi?: number })}` : '',
    'in' in message && message.in !== undefined ? ` in ${JSON.stringify(message.in)}` : '',
    message.try === 0 ? '' : ` try ${message.try}`,
    message.again === true ? ' again' : '',
    frames.length === 0
      ? ''
      : ` frames ${frames.map((frame) => ('join' in frame ? `${frame.join}~${frame.x}/${frame.n}` : `${frame.base}.${frame.i}`)).join(' ')}`,
    links.length === 0 ? '' : ` links ${links.length}`,
  ];
  return `${kind} ${id}${tail.join('')}`;
}

function what({ sig, lo, hi }: { sig: Plan; lo?: number; hi?: number }): string {
  const name = 'task' in sig ? sig.task : 'seq' in sig ? 'seq' : 'par';
  return lo === undefined ? name : `${name} ${lo}–${hi}`;
}
