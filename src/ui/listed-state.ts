/**
 * The state of a workflow in a list, as its own id has it: of its outcome; else RETRY if its task waits for its next
 * attempt; else OPEN.
 */
export type ListedState = (typeof LISTED_STATES)[number];

/** Every state that a list can be filtered by. */
export const LISTED_STATES = ['OPEN', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'] as const;

/** Returns whether a workflow in this state has not ended. */
export function isOpen(state: string): boolean {
  return state === 'OPEN' || state === 'RETRY';
}
