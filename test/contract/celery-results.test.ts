import { CreateTableCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoCeleryResults } from '../../src/adapters/aws/celery-results.ts';
import { MemoryCeleryResults } from '../../src/adapters/memory/celery-results.ts';
import { ConfigurationError } from '../../src/core/errors/caller.ts';
import { MOST_ITEM_BYTES } from '../../src/core/protocol/limits.ts';
import { isPlainObject } from '../../src/core/values/json.ts';
import type { JsonObject } from '../../src/core/values/json.ts';
import type { CeleryResults } from '../../src/ports/celery-results.ts';
import { startTable } from './support/emulators.ts';
import type { Closable } from './support/emulators.ts';

interface Kit extends Closable {
  readonly results: CeleryResults;
  saveGroup(group: string, members: readonly string[]): Promise<void>;
  resultOf(taskId: string): Promise<JsonObject | undefined>;
}

/** The contract of every adapter of CeleryResults. */
function describeCeleryResults(name: string, start: () => Promise<Kit>): void {
  describe(`CeleryResults, ${name}`, () => {
    let kit: Kit;
    beforeAll(async () => {
      kit = await start();
    });
    afterAll(() => kit.close());

    it('reads the members of a group in their order', async () => {
      await kit.saveGroup('g', ['b', 'a']);
      expect(await kit.results.membersOf({ group: 'g' })).toEqual(['b', 'a']);
      expect(await kit.results.membersOf({ group: 'none' })).toBeUndefined();
    });

    it('keeps a result, and the same again', async () => {
      for (const _ of [1, 2])
        await kit.results.keep({ taskId: 'a', rank: 1, meta: { status: 'SUCCESS', result: 'é' } });
      expect(await kit.resultOf('a')).toEqual({ status: 'SUCCESS', result: 'é' });
    });

    it('reads a result as it is kept, and nothing where there is none', async () => {
      await kit.results.keep({
        taskId: 'c',
        rank: 1,
        meta: { status: 'FAILURE', result: { exc_type: 'LookupError' } },
      });
      expect(await kit.results.read({ taskId: 'c' })).toEqual({
        status: 'FAILURE',
        result: { exc_type: 'LookupError' },
      });
      expect(await kit.results.read({ taskId: 'none' })).toBeUndefined();
    });

    it('keeps a result of the most bytes, and refuses one that is larger than an item', async () => {
      const sized = (bytes: number): JsonObject => ({ result: 'é'.repeat(Math.floor((bytes - 13) / 2)) });
      const largest = { taskId: 'large', rank: 1, meta: sized(MOST_ITEM_BYTES) };
      await kit.results.keep(largest);
      expect(await kit.resultOf('large')).toEqual(largest.meta);
      await expect(kit.results.keep({ ...largest, meta: sized(410_000) })).rejects.toThrow(ConfigurationError);
    });

    it('does not replace the outcome by the retry of an earlier attempt that is told late', async () => {
      await kit.results.keep({ taskId: 'b', rank: 3, meta: { status: 'SUCCESS' } });
      await kit.results.keep({ taskId: 'b', rank: 0, meta: { status: 'RETRY' } });
      expect(await kit.resultOf('b')).toEqual({ status: 'SUCCESS' });
    });
  });
}

describeCeleryResults('memory', async () => {
  const results = new MemoryCeleryResults();
  return {
    results,
    saveGroup: async (group, members) => results.saveGroup(group, members),
    resultOf: async (taskId) => results.resultOf(taskId),
    close: async () => undefined,
  };
});

describeCeleryResults('DynamoDB', async () => {
  const { client, close } = await startTable();
  const TableName = `celery-${process.pid}`;
  // The table as Celery's backend makes it.
  await client.send(
    new CreateTableCommand({
      TableName,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    }),
  );
  return {
    results: new DynamoCeleryResults({ client, table: TableName, clock: { now: () => 1_800_000_000_000 } }),
    saveGroup: async (group, members) => {
      const saved = { result: [[group, null], members.map((id) => [[id, null], null])] };
      const item = { id: { S: `b'celery-taskset-meta-${group}'` }, result: { B: Buffer.from(JSON.stringify(saved)) } };
      await client.send(new PutItemCommand({ TableName, Item: item }));
    },
    resultOf: async (taskId) => {
      const { Item } = await client.send(
        new GetItemCommand({ TableName, Key: { id: { S: `b'celery-task-meta-${taskId}'` } } }),
      );
      const json: unknown = JSON.parse(Buffer.from(Item?.['result']?.B ?? 'null').toString());
      return isPlainObject(json) ? (json as JsonObject) : undefined;
    },
    close,
  };
});
