import { BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ServiceUnavailable } from '../../core/errors/caller.ts';
import { inParallel } from '../parallel.ts';
import { perTurn } from '../per-turn.ts';
import { keyAttributes, readText } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import { backOff, inRuns, MAX_TRIES } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { calling } from './errors.ts';

/** The table and how to reach it. */
export interface SharedReadsOptions extends Backoff {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** Reads items of one table by their keys. Reads of one turn of the event loop share requests; one alone is a request of its own. */
export class SharedReads {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #isStrong: boolean;
  readonly #patience: Backoff;
  readonly #gather = perTurn<Reading>((readings) => void this.#readAll(readings));

  constructor({ client, table, clock, nonces }: SharedReadsOptions, isStrong: boolean) {
    this.#client = client;
    this.#table = table;
    this.#isStrong = isStrong;
    this.#patience = { clock, nonces };
  }

  /**
   * The item under a key, also one whose time is over; undefined if there is none.
   *
   * @throws ServiceUnavailable if the table does not answer
   */
  read(key: Key): Promise<Item | undefined> {
    const reading = { key, ...Promise.withResolvers<Item | undefined>() };
    this.#gather(reading);
    return reading.promise;
  }

  async #readAll(readings: readonly Reading[]): Promise<void> {
    // DynamoDB takes each key once.
    const perKey = [...Map.groupBy(readings, ({ key }) => nameOf(key)).values()];
    await inParallel(inRuns(perKey, BATCH_GET_KEYS), PARALLEL_BATCHES, (batch) => this.#settle(batch));
  }

  /** Reads some keys, and settles all who asked for one of them. */
  async #settle(batch: readonly (readonly Reading[])[]): Promise<void> {
    const keys = batch.flatMap(([first]) => first?.key ?? []);
    try {
      const [only] = keys;
      const found = only !== undefined && keys.length === 1 ? await this.#getOne(only) : await this.#getBatch(keys);
      const items = new Map(found.map((item) => [nameOf(keyOf(item)), item]));
      for (const { key, resolve } of batch.flat()) resolve(items.get(nameOf(key)));
    } catch (error) {
      for (const { reject } of batch.flat()) reject(error);
    }
  }

  async #getOne(key: Key): Promise<readonly Item[]> {
    const request = { TableName: this.#table, Key: keyAttributes(key), ConsistentRead: this.#isStrong };
    const { Item } = await this.#call(() => this.#client.send(new GetItemCommand(request)));
    return Item === undefined ? [] : [Item];
  }

  async #getBatch(keys: readonly Key[]): Promise<readonly Item[]> {
    const items: Item[] = [];
    let left = keys.map((key): Item => keyAttributes(key));
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      const request = { RequestItems: { [this.#table]: { Keys: left, ConsistentRead: this.#isStrong } } };
      const { Responses, UnprocessedKeys } = await this.#call(() =>
        this.#client.send(new BatchGetItemCommand(request)),
      );
      items.push(...(Responses?.[this.#table] ?? []));
      left = UnprocessedKeys?.[this.#table]?.Keys ?? [];
      if (left.length === 0) return items;
      if (tries < MAX_TRIES) await backOff(this.#patience, tries);
    }
    const why = `it still leaves ${left.length} of ${keys.length} keys after ${MAX_TRIES} tries`;
    throw new ServiceUnavailable(`Cannot read the table "${this.#table}" for now: ${why}`);
  }

  #call<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    return calling('read', { kind: 'table', name: this.#table }, call);
  }
}

// --- internal ---

/** A limit of BatchGetItem. */
const BATCH_GET_KEYS = 100;
const PARALLEL_BATCHES = 8;

interface Reading extends PromiseWithResolvers<Item | undefined> {
  readonly key: Key;
}

function keyOf(item: Item): Key {
  return { pk: readText(item, 'pk') ?? '', sk: readText(item, 'sk') ?? '' };
}

function nameOf({ pk, sk }: Key): string {
  return `${pk} ${sk}`;
}
