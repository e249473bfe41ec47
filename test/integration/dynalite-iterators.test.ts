import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { expect, onTestFinished, test, vi } from 'vitest';
import { closeIterators } from '../../src/local/dynalite-iterators.ts';
import { optionsFor } from '../contract/support/emulators.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('dynalite closes the iterator of each Query, in memory and on disk', async () => {
  await closeIterators();
  for (const path of [undefined, await temporaryFolder()]) {
    const { AbstractValueIterator } = createRequire(import.meta.resolve('dynalite'))('abstract-level') as {
      readonly AbstractValueIterator: { readonly prototype: { close(): Promise<void> } };
    };
    const close = vi.spyOn(AbstractValueIterator.prototype, 'close');
    onTestFinished(() => close.mockRestore());
    const server = dynalite({ createTableMs: 0, ...(path !== undefined && { path }) });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const client = new DynamoDBClient(optionsFor(`http://127.0.0.1:${port}`));
    await client.send(
      new CreateTableCommand({
        TableName: 'table',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      }),
    );
    const query = {
      TableName: 'table',
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'a' } },
    };
    for (let count = 0; count < 5; count += 1) await client.send(new QueryCommand(query));

    await expect.poll(() => close.mock.calls.length).toBe(5);
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
    close.mockRestore();
  }
});
