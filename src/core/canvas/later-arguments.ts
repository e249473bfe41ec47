import type { SignatureData } from './signature.ts';
import { mapChildren } from './signature.ts';

/** Arguments given later: prepended; keyword arguments merge and the later wins. */
export interface LaterArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/**
 * Returns the same signature with arguments given later: a chain's reach its first step, a group's every member, a
 * chord's its header. Immutable signatures, maps and chunks take none.
 */
export function withArguments(data: SignatureData, later: LaterArguments): SignatureData {
  if (later.args.length === 0 && Object.keys(later.kwargs).length === 0) return data;
  if (data.kind !== 'task') return mapChildren(data, (child, takes) => (takes ? withArguments(child, later) : child));
  if (data.immutable) return data;
  return { ...data, args: [...later.args, ...data.args], kwargs: { ...data.kwargs, ...later.kwargs } };
}

/** Returns the same signature, but it ignores arguments given later. */
export function asImmutable(data: SignatureData): SignatureData {
  if (data.kind === 'task') return { ...data, immutable: true };
  return mapChildren(data, (child, takes) => (takes ? asImmutable(child) : child));
}
