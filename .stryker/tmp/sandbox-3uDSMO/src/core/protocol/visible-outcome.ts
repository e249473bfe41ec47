import { addressOf } from './address.ts';
import type { Address } from './address.ts';
import { enclosingIds, isDownstream, workflowOf } from './ids.ts';
import type { Cell, Outcome } from './outcome.ts';

/** The addresses that decide what an id without an outcome is: its own, and those of everything around it. */
export function addressesAround(id: string): readonly Address[] {
  return [id, ...enclosingIds(id)].map(addressOf);
}

/**
 * What a reader sees of an id: its own outcome, or that of an enclosing id whose failure it lies downstream of; below a
 * revoked workflow everything is revoked.
 *
 * @param cells what stands at {@link addressesAround} the id, in that order.
 */
export function outcomeSeen(id: string, cells: readonly Cell[]): Outcome | undefined {
  const own = cells[0]?.outcome;
  if (own !== undefined) return own;
  const around = enclosingIds(id);
  for (const [index, cell] of cells.slice(1).entries()) {
    const { outcome } = cell;
    if (outcome === undefined || outcome.state === 'SUCCESS') continue;
    const enclosing = around[index] ?? id;
    const failedId = outcome.failedId ?? enclosing;
    const isRevokedWhole = outcome.state === 'REVOKED' && enclosing === workflowOf(id) && failedId === enclosing;
    if (isRevokedWhole || isDownstream(failedId, id)) return outcome;
  }
  return undefined;
}
