import { withOwn } from './baggage.ts';
import { covers, workflowOf } from './ids.ts';
import type { Message } from './message.ts';
import { stampKeys } from './stamps.ts';

/** Returns what of a message may be revoked: its workflow, which may be marked in parts, and the stamps of its task. */
export function revocablesOf(message: Message): readonly string[] {
  return [workflowOf(message.id), ...stampsOf(message)];
}

/** Returns the revoked scope, or stamp, that a message falls under; undefined if there is none. */
export function revokedBy(revoked: readonly string[], message: Message): string | undefined {
  if (revoked.length === 0) return undefined;
  const stamps = stampsOf(message);
  return revoked.find((scope) => covers(scope, message.id) || stamps.includes(scope));
}

/** Returns whether a message falls under a revoked scope or stamp. */
export function isRevoked(revoked: readonly string[], message: Message): boolean {
  return revokedBy(revoked, message) !== undefined;
}

// --- internal ---

function stampsOf(message: Message): readonly string[] {
  return message.kind === 'run' ? stampKeys(withOwn(message, message.sig.options).stamps) : [];
}
