import { DeleteItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type {
  DeleteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  QueryCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { isExpired } from './attributes.ts';
import type { Item, Key } from './attributes.ts';
import type { Backoff } from './backoff.ts';
import { calling, isRefused } from './errors.ts';
import { SharedReads } from './table-reads.ts';

/** The table and how to reach it. */
export interface TableOptions extends Backoff {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** The item as a conditional write has left it; or, where the condition did not hold, the item that stands, also one whose time is over. */
export type Written<Answer = Item> = { readonly item: Answer } | { readonly standing: Item | undefined };

/**
 * Sends requests to one table and reads the whole of each answer. Items whose time is over are not read. Reads of one turn of the
 * event loop share requests.
 */
export class Table {
  readonly name: string;
  readonly #client: DynamoDBClient;
  readonly #clock: Backoff['clock'];
  readonly #reads: SharedReads;
  readonly #strongReads: SharedReads;

  constructor(options: TableOptions) {
    this.name = options.table;
    this.#client = options.client;
    this.#clock = options.clock;
    this.#reads = new SharedReads(options, false);
    this.#strongReads = new SharedReads(options, true);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Returns the item of the request's `ReturnValues`, or `undefined` if the condition did not hold. */
  update(request: UpdateItemCommandInput): Promise<Item | undefined> {
    return this.#unlessRefused(async () => {
      const { Attributes = {} } = await this.#client.send(new UpdateItemCommand(request));
      return Attributes;
    });
  }

  /** Returns the item of the request's `ReturnValues`, or the item whose state refused the write. */
  updateOrFind(key: Key, request: UpdateItemCommandInput): Promise<Written> {
    return this.#orFind(key, async () => {
      const { Attributes = {} } = await this.#client.send(new UpdateItemCommand({ ...request, ...WITH_STANDING }));
      return Attributes;
    });
  }

  /** The same for an item that is written whole. */
  putOrFind(key: Key, request: PutItemCommandInput): Promise<Written> {
    return this.#orFind(key, async () => {
      await this.#client.send(new PutItemCommand({ ...request, ...WITH_STANDING }));
      return {};
    });
  }

  /** Returns whether the item was written, that is, whether the condition held. */
  async put(request: PutItemCommandInput): Promise<boolean> {
    const answer = await this.#unlessRefused(() => this.#client.send(new PutItemCommand(request)));
    return answer !== undefined;
  }

  async remove(request: DeleteItemCommandInput): Promise<void> {
    await this.#call('delete from', () => this.#client.send(new DeleteItemCommand(request)));
  }

  /** The item, also one whose time is over. */
  getAny(key: Key, isStrong: boolean): Promise<Item | undefined> {
    return (isStrong ? this.#strongReads : this.#reads).read(key);
  }

  async get(key: Key, isStrong: boolean): Promise<Item | undefined> {
    const item = await this.getAny(key, isStrong);
    return item === undefined || isExpired(item, this.now()) ? undefined : item;
  }

  /** The first item of a query with a limit of one, also one whose time is over. */
  async newest(request: QueryCommandInput): Promise<Item | undefined> {
    const { Items = [] } = await this.#call('query', () => this.#client.send(new QueryCommand(request)));
    return Items[0];
  }

  /** All items of a query, page after page. */
  query(request: QueryCommandInput): Promise<readonly Item[]> {
    return this.first(request, Number.POSITIVE_INFINITY);
  }

  /** The first items of a query: no page is read behind them. */
  async first(request: QueryCommandInput, count: number): Promise<readonly Item[]> {
    const items: Item[] = [];
    let from: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = from === undefined ? request : { ...request, ExclusiveStartKey: from };
      const answer = await this.#call('query', () => this.#client.send(new QueryCommand(page)));
      items.push(...(answer.Items ?? []).filter((item) => !isExpired(item, this.now())));
      from = answer.LastEvaluatedKey;
    } while (from !== undefined && items.length < count);
    return items.length > count ? items.slice(0, count) : items;
  }

  /** A refusal has the item that stands. Without one there is no item, or an emulator does not say it: then it is read. */
  async #orFind(key: Key, write: () => Promise<Item>): Promise<Written> {
    const written = await this.#write(write);
    if ('item' in written || written.standing !== undefined) return written;
    return { standing: await this.getAny(key, true) };
  }

  async #unlessRefused<Answer>(write: () => Promise<Answer>): Promise<Answer | undefined> {
    const written = await this.#write(write);
    return 'item' in written ? written.item : undefined;
  }

  #write<Answer>(write: () => Promise<Answer>): Promise<Written<Answer>> {
    return this.#call('write to', async () => {
      try {
        return { item: await write() };
      } catch (error) {
        if (isRefused(error)) return { standing: error.Item };
        throw error;
      }
    });
  }

  #call<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    return calling(doing, { kind: 'table', name: this.name }, call);
  }
}

// --- internal ---

/** Has a refusal bring the item that stands, as it was when it was looked at. A read costs a unit, and a round trip. */
const WITH_STANDING = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
