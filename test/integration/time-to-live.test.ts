import {
  CreateTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { expect, onTestFinished, test } from 'vitest';
import { answerTimeToLive } from '../../src/local/time-to-live.ts';
import { optionsFor } from '../contract/support/emulators.ts';

test('the embedded DynamoDB says that time to live is on when a caller has turned it on, as Celery does', async () => {
  const server = dynalite({ createTableMs: 0 });
  answerTimeToLive(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const client = new DynamoDBClient(optionsFor(`http://127.0.0.1:${port}`));
  onTestFinished(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const TableName = 'celery';
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  const described = async () => {
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    return TimeToLiveDescription;
  };
  expect(await described()).toEqual({ TimeToLiveStatus: 'DISABLED' });
  const TimeToLiveSpecification = { Enabled: true, AttributeName: 'ttl' };
  const updated = await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  expect(updated.TimeToLiveSpecification).toEqual(TimeToLiveSpecification);
  expect(await described()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'ttl' });
});
