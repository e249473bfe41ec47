import type { Value } from '../core/protocol/outcome.ts';
import type { Json } from '../core/values/json.ts';
import type { Payloads, PutValue } from '../ports/payloads.ts';
import { bytesOf } from './item-size.ts';

/** The most bytes that a member's cell holds itself: with eight of these a leaf stays about one write unit. */
const MEMBER_INLINE_BYTES = 100;
/** The most bytes that any other outcome holds itself: one write unit is 1 KB. */
const INLINE_BYTES = 900;

/** Keeps a value where its size says, before the commit that names it. */
export async function keepValue(
  payloads: Payloads,
  { address, token, json, until }: Omit<PutValue, 'text'> & { readonly json: Json },
): Promise<Value> {
  const text = JSON.stringify(json);
  const limit = address.seat === undefined ? INLINE_BYTES : MEMBER_INLINE_BYTES;
  // A character is at least a byte, so most long texts need no count.
  if (text.length <= limit && bytesOf(text) <= limit) return { inline: json };
  return { ref: await payloads.putValue({ address, token, text, until }) };
}
