import { queuedUntil } from '../core/protocol/lifetime.ts';
import type { Engine } from '../engine/engine.ts';
import type { DeadLetter } from '../ports/records.ts';

/** Keeps a message that cannot be worked on as a dead letter of now, and counts it. */
export async function keepDeadLetter({ clock, records, meter }: Engine, letter: Omit<DeadLetter, 'at'>): Promise<void> {
  const at = clock.now();
  await records.bury({ letter: { at, ...letter }, until: queuedUntil(at) });
  meter?.count('deadLetters');
}
