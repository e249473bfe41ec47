import type { Engine } from '../engine/engine.ts';
import type { Gate, Records } from '../ports/records.ts';

/** Returns the gate, as a sandbox sees it: it looks once a second. */
export async function gateOf({ records, clock }: Pick<Engine, 'records' | 'clock'>): Promise<Gate> {
  const now = clock.now();
  const seen = gates.get(records);
  if (seen !== undefined && isFresh(seen.checkedAt, now)) return seen;
  const gate = { ...(await records.gate()), checkedAt: now };
  gates.set(records, gate);
  return gate;
}

/** Returns whether a look at the gate still counts: a sandbox looks once a second, also where its clock was set back. */
export function isFresh(lookedAt: number, now: number): boolean {
  return Math.abs(now - lookedAt) < GATE_MS;
}

/** Returns the rate limit that a task was given at run time, as the sandbox last saw it; undefined for none. */
export function rateSetFor({ records }: Pick<Engine, 'records'>, task: string): string | undefined {
  const { rates = {} } = gates.get(records) ?? {};
  return Object.hasOwn(rates, task) ? rates[task] : undefined;
}

// --- internal ---

/** How often a sandbox looks at the gate, in ms. */
const GATE_MS = 1000;

const gates = new WeakMap<Records, Gate & { readonly checkedAt: number }>();
