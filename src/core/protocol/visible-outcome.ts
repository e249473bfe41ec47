import { addressOf } from './address.ts';
import type { Address } from './address.ts';
import { enclosingIds, isDownstream, workflowOf } from './ids.ts';
import type { Cell, Outcome } from './outcome.ts';

/**
 * Returns the addresses that decide the state of an id without an outcome: its own, and those of everything around it.
 */
export function addressesAround(id: string): readonly Address[] {
  return [id, ...enclosingIds(id)].map(addressOf);
}

/**
 * Returns the outcome that a reader sees for an id. It is its own, or that of an enclosing id whose failure lies
 * upstream of it. Below a revoked workflow everything is revoked.
 *
 * @param cells the committed states at {@link addressesAround} the id, in that order.
 */
export function outcomeSeen(id: string, cells: readonly Cell[]): Outcome | undefined {
  const own = cells[0]?.outcome;
  if (own !== undefined) return own;
  return downstreamOf(id, cells) ?? revokedWith(id, cells);
}

/**
 * Returns the revocation of the whole workflow for an id that has no outcome and does not lie downstream of a failure.
 * It may be running. A reader that treats it as revoked has to commit that first, so that it stays revoked.
 *
 * @param cells the committed states at {@link addressesAround} the id, in that order.
 */
export function revokedWith(id: string, cells: readonly Cell[]): Outcome | undefined {
  const workflow = workflowOf(id);
  const outcome = cells.at(-1)?.outcome;
  if (cells[0]?.outcome !== undefined || outcome?.state !== 'REVOKED') return undefined;
  if (downstreamOf(id, cells) !== undefined) return undefined;
  return (outcome.failedId ?? workflow) === workflow ? outcome : undefined;
}

// --- internal ---

function downstreamOf(id: string, cells: readonly Cell[]): Outcome | undefined {
  const around = cells.slice(1).flatMap(({ outcome }) => outcome ?? []);
  // Without a `failedId` it is of the id's own task: all that lies inside the id came before that.
  return around.find(({ failedId }) => failedId !== undefined && isDownstream(failedId, id));
}
