import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item, or a part of one, as DynamoDB writes it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** The key of an item. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The attributes of a key. */
export function keyAttributes({ pk, sk }: Key): Record<'pk' | 'sk', AttributeValue.SMember> {
  return { pk: text(pk), sk: text(sk) };
}

export function text(value: string): AttributeValue.SMember {
  return { S: value };
}

export function number(value: number): AttributeValue.NMember {
  return { N: String(value) };
}

/** When an item may be deleted by the table: epoch seconds, attribute `x`. */
export function expiry(until: number): AttributeValue.NMember {
  return number(Math.ceil(until / 1000));
}

export function readText(item: Item, name: string): string | undefined {
  return item[name]?.S;
}

export function readNumber(item: Item, name: string): number | undefined {
  const written = item[name]?.N;
  return written === undefined ? undefined : Number(written);
}

/** Returns whether an item's time is over. The table deletes it up to two days later; until then readers skip it. */
export function isExpired(item: Item, now: number): boolean {
  const at = readNumber(item, 'x');
  return at !== undefined && at * 1000 <= now;
}
