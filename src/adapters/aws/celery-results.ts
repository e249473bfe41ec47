import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { JsonObject } from '../../core/values/json.ts';
import type { CeleryResults, KeepResult, MembersOf, ResultOf } from '../../ports/celery-results.ts';
import type { Clock } from '../../ports/system.ts';
import { groupRequest, membersIn, metaIn, resultRequest, taskRequest } from './celery-requests.ts';
import { calling, isRefused } from './errors.ts';

/** The table of Celery's `dynamodb://` backend, and how to reach it. */
export interface DynamoCeleryResultsOptions {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly clock: Pick<Clock, 'now'>;
}

/** Seconds for which a result is kept: Celery's own default, a day. The table needs time to live on `ttl` for it. */
const KEPT_SECONDS = 86_400;

/** The result table of a Celery application in DynamoDB. */
export class DynamoCeleryResults implements CeleryResults {
  readonly #client: DynamoDBClient;
  readonly #table: string;
  readonly #clock: Pick<Clock, 'now'>;

  constructor({ client, table, clock }: DynamoCeleryResultsOptions) {
    this.#client = client;
    this.#table = table;
    this.#clock = clock;
  }

  async membersOf({ group }: MembersOf): Promise<readonly string[] | undefined> {
    const command = new GetItemCommand(groupRequest(this.#table, group));
    const { Item } = await this.#call('read a group from', () => this.#client.send(command));
    return Item === undefined ? undefined : membersIn(Item);
  }

  async keep(params: KeepResult): Promise<void> {
    const place = { table: this.#table, now: this.#clock.now(), keptSeconds: KEPT_SECONDS };
    const command = new PutItemCommand(resultRequest({ ...params, ...place }));
    await this.#call('write a result to', async () => {
      try {
        await this.#client.send(command);
      } catch (error) {
        if (!isRefused(error)) throw error;
      }
    });
  }

  async read({ taskId }: ResultOf): Promise<JsonObject | undefined> {
    const command = new GetItemCommand(taskRequest(this.#table, taskId));
    const { Item } = await this.#call('read a result from', () => this.#client.send(command));
    return Item === undefined ? undefined : metaIn(Item);
  }

  #call<Answer>(doing: string, call: () => Promise<Answer>): Promise<Answer> {
    return calling(doing, { kind: 'table', name: this.#table }, call);
  }
}
