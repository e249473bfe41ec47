import { SHARD_MEMBERS } from '../../core/protocol/join-tree.ts';
import { FAN_OUT } from '../../core/protocol/limits.ts';
import { inlineItems } from '../../core/protocol/plan.ts';
import type { Plan } from '../../core/protocol/plan.ts';
import { climbWrites, firstMessages } from '../estimate.ts';
import type { Wave } from './ramp.ts';

/**
 * Returns the waves of a canvas: the steps of a chain follow each other, and the members of a group are on the queue at once.
 * Steps of members that differ in length are taken as if all waited for each other, so the time is rather too long.
 *
 * @param taskMs how long each task takes, in ms
 */
export function wavesOf(plan: Plan, taskMs: number): readonly Wave[] {
  const waves = wavesIn(plan, taskMs);
  return firstMessages(plan) > FAN_OUT.inlineMembers ? [SENDING, ...waves] : waves;
}

// --- internal ---

/** A message that a worker turns into others. */
const SENDING: Wave = { messages: 1, taskMs: 0, writes: 0, keys: 1 };

function wavesIn(plan: Plan, taskMs: number): readonly Wave[] {
  const callbacks = (plan.links ?? []).filter(({ on }) => on === 'success').map((link) => wavesIn(link.plan, taskMs));
  const own = ownWaves(plan, taskMs);
  return callbacks.length === 0 ? own : [...own, ...sideBySide(callbacks)];
}

function ownWaves(plan: Plan, taskMs: number): readonly Wave[] {
  if ('task' in plan) return [{ messages: 1, taskMs, writes: 1, keys: 1 }];
  if ('seq' in plan) return inlineItems(plan.seq).flatMap((step) => wavesIn(step, taskMs));
  const members = inlineItems(plan.par);
  const n = members.length;
  if (n === 0) return [];
  const waves = sideBySide(members.map((member) => wavesIn(member, taskMs)));
  const keys = Math.ceil(n / SHARD_MEMBERS);
  const joined = waves.map((wave, index) => ({
    ...wave,
    // The outcomes of 128 neighbours share a partition, whatever comes before them.
    keys: Math.min(wave.keys, keys),
    writes: wave.writes + (index === waves.length - 1 ? climbWrites(n) : 0),
  }));
  if (n <= FAN_OUT.inlineMembers) return joined;
  const ranges = Math.ceil(n / FAN_OUT.rangeMembers);
  return [{ ...SENDING, messages: ranges, keys: ranges }, ...joined];
}

/** The first waves of all together, then the second ones. */
function sideBySide(all: readonly (readonly Wave[])[]): readonly Wave[] {
  const together: Wave[] = [];
  for (const waves of all) {
    for (const [index, wave] of waves.entries()) {
      const so = together[index];
      together[index] = so === undefined ? wave : both(so, wave);
    }
  }
  return together;
}

function both(a: Wave, b: Wave): Wave {
  return {
    messages: a.messages + b.messages,
    taskMs: Math.max(a.taskMs, b.taskMs),
    writes: a.writes + b.writes,
    keys: a.keys + b.keys,
  };
}
