import {
  BatchGetItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type {
  AttributeValue,
  DeleteItemCommandInput,
  DynamoDBClient,
  GetItemCommandInput,
  PutItemCommandInput,
  QueryCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { ServiceUnavailable } from '../../core/errors/caller.ts';
import { isExpired, keyAttributes } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import { backOff, inParallel, inRuns, MAX_TRIES } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { calling, isRefused } from './errors.ts';

/** The table and how to reach it. */
export interface TableOptions extends Backoff {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Sends requests to one table and reads the whole of each answer. Items whose time is over are not read. */
export class Table {
  readonly name: string;
  readonly #client: DynamoDBClient;
  readonly #patience: Backoff;

  constructor({ client, table, clock, nonces }: TableOptions) {
    this.name = table;
    this.#client = client;
    this.#patience = { clock, nonces };
  }

  now(): number {
    return this.#patience.clock.now();
  }

  /** What the request's `ReturnValues` asks for, or `undefined` if the condition did not hold. */
  update(request: UpdateItemCommandInput): Promise<Item | undefined> {
    return this.#unlessRefused(async () => {
      const { Attributes = {} } = await this.#client.send(new UpdateItemCommand(request));
      return Attributes;
    });
  }

  /** Whether the item was written: the condition held. */
  async put(request: PutItemCommandInput): Promise<boolean> {
    const answer = await this.#unlessRefused(() => this.#client.send(new PutItemCommand(request)));
    return answer !== undefined;
  }

  async remove(request: DeleteItemCommandInput): Promise<void> {
    await this.#call('delete from', () => this.#client.send(new DeleteItemCommand(request)));
  }

  /** The item, also one whose time is over. */
  async getAny(request: GetItemCommandInput): Promise<Item | undefined> {
    const { Item } = await this.#call('read', () => this.#client.send(new GetItemCommand(request)));
    return Item;
  }

  async get(request: GetItemCommandInput): Promise<Item | undefined> {
    const item = await this.getAny(request);
    return item === undefined || isExpired(item, this.now()) ? undefined : item;
  }

  /** All items of a query, page after page. */
  async query(request: QueryCommandInput): Promise<readonly Item[]> {
    const items: Item[] = [];
    let from: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = from === undefined ? request : { ...request, ExclusiveStartKey: from };
      const answer = await this.#call('query', () => this.#client.send(new QueryCommand(page)));
      items.push(...(answer.Items ?? []));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined);
    return items.filter((item) => !isExpired(item, this.now()));
  }

  /** The items that exist under some keys, in no order, eventually consistent. No key may be given twice. */
  async batchGet(keys: readonly Key[]): Promise<readonly Item[]> {
    const batches = inRuns(keys, BATCH_GET_KEYS);
    const found = await inParallel(batches, PARALLEL_BATCHES, (batch) => this.#getBatch(batch));
    return found.flat().filter((item) => !isExpired(item, this.now()));
  }

  async #getBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let left: Record<string, AttributeValue>[] = keys.map(keyAttributes);
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const request = new BatchGetItemCommand({ RequestItems: { [this.name]: { Keys: left } } });
      const { Responses, UnprocessedKeys } = await this.#call('read', () => this.#client.send(request));
      items.push(...(Responses?.[this.name] ?? []));
      left = UnprocessedKeys?.[this.name]?.Keys ?? [];
      if (left.length === 0) return items;
      if (tries < MAX_TRIES) await backOff(this.#patience, tries);
    }
    const why = `it still leaves ${left.length} of ${keys.length} keys after ${MAX_TRIES} tries`;
    throw new ServiceUnavailable(`Cannot read the table "${this.name}" for now: ${why}`);
  }

  #unlessRefused<Answer>(write: () => Promise<Answer>): Promise<Answer | undefined> {
    return this.#call('write to', async () => {
      try {
        return await write();
      } catch (error) {
        if (isRefused(error)) return undefined;
        throw error;
      }
    });
  }

  #call<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    return calling(doing, { kind: 'table', name: this.name }, call);
  }
}

// --- internal ---

/** A limit of BatchGetItem. */
const BATCH_GET_KEYS = 100;
const PARALLEL_BATCHES = 8;
