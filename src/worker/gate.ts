import type { Engine } from '../engine/engine.ts';
import type { Gate, Records } from '../ports/records.ts';

/** How often a sandbox looks at the gate, in ms. */
export const GATE_MS = 1000;

/** Returns the gate, as a sandbox sees it: it looks once a second. */
export async function gateOf({ records, clock }: Pick<Engine, 'records' | 'clock'>): Promise<Gate> {
  const now = clock.now();
  const seen = gates.get(records);
  // A clock may be set back.
  if (seen !== undefined && Math.abs(now - seen.checkedAt) < GATE_MS) return seen;
  const gate = { ...(await records.gate()), checkedAt: now };
  gates.set(records, gate);
  return gate;
}

/** Returns the rate limit that a task was given at run time, as the sandbox last saw it; undefined for none. */
export function rateSetFor({ records }: Pick<Engine, 'records'>, task: string): string | undefined {
  const { rates = {} } = gates.get(records) ?? {};
  return Object.hasOwn(rates, task) ? rates[task] : undefined;
}

// --- internal ---

const gates = new WeakMap<Records, Gate & { readonly checkedAt: number }>();
