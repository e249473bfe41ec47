import type { DeleteItemCommandInput, GetItemCommandInput, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { DeleteObjectCommandInput, GetObjectCommandInput, PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { Address } from '../../core/protocol/address.ts';
import { expiry, keyAttributes, text } from './attributes.ts';
import type { Key } from './attributes.ts';
import { besideTask, inWorkflow } from './keys.ts';

/** Where a text is kept: an item of the table, or an object of the bucket. `id` is whose it is, for errors. */
export type Place = { readonly id: string } & ({ readonly item: Key } | { readonly object: string });

/** Above this many bytes a text costs less in the bucket than in the table. */
const MAX_ITEM_BYTES = 8 * 1024;

/** Where a delivery's value goes, by its size. */
export function valuePlace(address: Address, token: string, value: string): Place {
  const { id } = address;
  if (Buffer.byteLength(value) > MAX_ITEM_BYTES) return { id, object: `v/${id}/${token}` };
  return { id, item: besideTask('v', address, `/${token}`) };
}

/** Where the block with this key is kept. */
export function blockPlace(key: string): Place {
  const name = key.slice(key.indexOf(':') + 1);
  const id = name.replace(/\/.*$/, '');
  return key.startsWith('bucket:') ? { id, object: `b/${name}` } : { id, item: inWorkflow('b', name) };
}

/** The reference to a value, as it is committed. */
export function refOf(place: Place): string {
  return 'object' in place ? `bucket:${place.object}` : `table:${place.item.pk}|${place.item.sk}`;
}

/** The place that {@link refOf} referred to. */
export function placeOf(ref: string): Place {
  const rest = ref.slice(ref.indexOf(':') + 1);
  if (ref.startsWith('bucket:')) return { id: rest.replace(/^v\/|\/[^/]*$/g, ''), object: rest };
  const bar = rest.indexOf('|');
  const item = { pk: rest.slice(0, bar), sk: rest.slice(bar + 1) };
  return { id: `${item.pk.replace(/\/\d+$/, '')}${item.sk.slice(1).replace(/\/[^/]*$/, '')}`, item };
}

export function putItemRequest(table: string, key: Key, value: string, until: number): PutItemCommandInput {
  return { TableName: table, Item: { ...keyAttributes(key), v: text(value), x: expiry(until) } };
}

export function getItemRequest(table: string, key: Key, isStrong: boolean): GetItemCommandInput {
  return { TableName: table, Key: keyAttributes(key), ConsistentRead: isStrong };
}

export function removeItemRequest(table: string, key: Key): DeleteItemCommandInput {
  return { TableName: table, Key: keyAttributes(key) };
}

export function putObjectRequest(bucket: string, key: string, value: string): PutObjectCommandInput {
  return { Bucket: bucket, Key: key, Body: value, ContentType: 'application/json' };
}

export function objectRequest(bucket: string, key: string): GetObjectCommandInput & DeleteObjectCommandInput {
  return { Bucket: bucket, Key: key };
}
