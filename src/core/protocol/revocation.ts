import { withOwn } from './baggage.ts';
import { covers, workflowOf } from './ids.ts';
import type { Message, RunMessage } from './message.ts';
import { stampKeys } from './stamps.ts';

/**
 * Returns what of a message may be revoked: its workflow, which may be marked in parts, and the stamps of its task. A revocation is
 * carried out in any case.
 */
export function revocablesOf(message: Message): readonly string[] {
  return message.kind === 'revoke' ? [] : [workflowOf(message.id), ...stampsOf(message)];
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

/** Returns why a task does not run any more, as its message arrives; undefined if it may run. */
export function whyRevoked({ message, revoked, isPurged = false, now }: RevocationFacts): RevokedReason | undefined {
  if (isRevoked(revoked, message)) return 'revoked';
  // @defect purged-are-revoked
  if (isPurged) return 'purged';
  return message.expires !== undefined && message.expires < now ? 'expired' : undefined;
}

/**
 * Returns until when the gate is raised so that it is up at `until`; both in epoch ms. It is raised by whole hours: of many revocations
 * in one, the first has raised it for all.
 */
export function gateUntil(until: number): number {
  return Math.ceil(until / HOUR_MS) * HOUR_MS;
}

// --- internal ---

const HOUR_MS = 3_600_000;

/** Why a task that has not run ends as REVOKED. */
type RevokedReason = 'expired' | 'purged' | 'revoked';

interface RevocationFacts {
  readonly message: RunMessage;
  /** The revoked scopes and stamps of its workflow. */
  readonly revoked: readonly string[];
  readonly isPurged?: boolean;
  /** Epoch ms. */
  readonly now: number;
}

function stampsOf(message: Message): readonly string[] {
  return message.kind === 'run' ? stampKeys(withOwn(message, message.sig.options).stamps) : [];
}
