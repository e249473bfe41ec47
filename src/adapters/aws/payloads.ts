import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { UnknownResult } from '../../core/errors/result.ts';
import type { BlockKey, Payloads, PutBlocks, PutValue, ValueRef } from '../../ports/payloads.ts';
import { inParallel, limiter } from '../parallel.ts';
import { readText } from './attributes.ts';
import type { Key } from './attributes.ts';
import type { Backoff } from './backoff.ts';
import { calling } from './errors.ts';
import {
  blockPlace,
  objectRequest,
  placeOf,
  putItemRequest,
  putObjectRequest,
  refOf,
  removeItemRequest,
  valuePlace,
} from './payloads-requests.ts';
import type { Place } from './payloads-requests.ts';
import { Table } from './table.ts';

/** Where large values and blocks are kept, and how to reach it. */
export interface AwsPayloadsOptions extends Backoff {
  readonly dynamo: DynamoDBClient;
  readonly table: string;
  /** Called when an object is first needed: most programs never load S3's client. */
  readonly s3: () => Promise<S3Client>;
  readonly bucket: string;
}

/** Values and blocks in the table up to 8 KB, in an S3 bucket above. The bucket's own rules delete its objects. */
export class AwsPayloads implements Payloads {
  readonly #table: Table;
  readonly #s3: () => Promise<S3Client>;
  readonly #bucket: string;
  /** The body of a wide chord asks for thousands of values at once. */
  readonly #readingItems = limiter(ITEMS_AT_ONCE);
  readonly #readingObjects = limiter(OBJECTS_AT_ONCE);

  constructor({ dynamo, table, s3, bucket, clock, nonces }: AwsPayloadsOptions) {
    this.#table = new Table({ client: dynamo, table, clock, nonces });
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async putValue({ address, token, text, until }: PutValue): Promise<string> {
    const place = valuePlace(address, token, text);
    await this.#put(place, text, until);
    return refOf(place);
  }

  getValue({ ref }: ValueRef): Promise<string> {
    return this.#get(placeOf(ref), `the value "${ref}"`);
  }

  async removeValue({ ref }: ValueRef): Promise<void> {
    const place = placeOf(ref);
    if ('item' in place) await this.#table.remove(removeItemRequest(this.#table.name, place.item));
    else await this.#removeObject(place.object);
  }

  async putBlocks({ blocks, until }: PutBlocks): Promise<void> {
    await inParallel(blocks, BLOCKS_AT_ONCE, ({ key, text }) => this.#put(blockPlace(key), text, until));
  }

  getBlock({ key }: BlockKey): Promise<string> {
    return this.#get(blockPlace(key), `the block "${key}"`);
  }

  async #put(place: Place, text: string, until: number): Promise<void> {
    if ('item' in place) await this.#table.put(putItemRequest(this.#table.name, place.item, text, until));
    else await this.#putObject(place.object, text);
  }

  async #get(place: Place, what: string): Promise<string> {
    const text = await ('item' in place
      ? this.#readingItems(() => this.#getItem(place.item))
      : this.#readingObjects(() => this.#getObject(place.object)));
    if (text !== undefined) return text;
    throw new UnknownResult(`Cannot read ${what}: it is not there. It was removed, or it expired.`, {
      taskId: place.id,
    });
  }

  /** Reads an item. A found one is right, since nothing is overwritten; a missing one may just have been written. */
  async #getItem(key: Key): Promise<string | undefined> {
    const item = (await this.#table.get(key, false)) ?? (await this.#table.get(key, true));
    return item === undefined ? undefined : readText(item, 'v');
  }

  async #putObject(key: string, text: string): Promise<void> {
    const [s3, { PutObjectCommand }] = await Promise.all([this.#s3(), import('./s3.ts')]);
    const command = new PutObjectCommand(putObjectRequest(this.#bucket, key, text));
    await this.#call('write to', () => s3.send(command));
  }

  async #getObject(key: string): Promise<string | undefined> {
    const [s3, { GetObjectCommand }] = await Promise.all([this.#s3(), import('./s3.ts')]);
    const command = new GetObjectCommand(objectRequest(this.#bucket, key));
    return this.#call('read', async () => {
      try {
        const { Body } = await s3.send(command);
        return await Body?.transformToString('utf-8');
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
  }

  async #removeObject(key: string): Promise<void> {
    const [s3, { DeleteObjectCommand }] = await Promise.all([this.#s3(), import('./s3.ts')]);
    const command = new DeleteObjectCommand(objectRequest(this.#bucket, key));
    await this.#call('delete from', () => s3.send(command));
  }

  #call<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    return calling(doing, { kind: 'bucket', name: this.#bucket }, call);
  }
}

// --- internal ---

/** The number of items that four requests read at once, of at most 8 KB each. */
const ITEMS_AT_ONCE = 400;
/** The number of objects that keeps a network busy, and half of the sockets that a function has. */
const OBJECTS_AT_ONCE = 32;
/** The number of blocks that are written at once. */
const BLOCKS_AT_ONCE = 16;
