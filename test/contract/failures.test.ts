import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { addressOf } from '../../src/core/protocol/address.ts';
import { optionsFor, startBucket, startTable } from './support/emulators.ts';
import type { TestBucket, TestTable } from './support/emulators.ts';
import { freshWorkflow } from './support/ids.ts';
import { TestClock } from './support/test-clock.ts';

describe('failures of services', () => {
  const clock = new TestClock();
  const nonces = { random: () => 0.5 };
  const address = addressOf(freshWorkflow());
  const until = clock.now() + 86_400_000;
  let dynamo: TestTable;
  let bucket: TestBucket;

  beforeAll(async () => {
    [dynamo, bucket] = await Promise.all([startTable(), startBucket()]);
  });
  afterAll(async () => {
    await Promise.all([dynamo.close(), bucket.close()]);
  });

  it('read() throws ConfigurationError with the name of the table when there is none', async () => {
    const outcomes = new DynamoOutcomes({ client: dynamo.client, table: 'absent', clock, nonces });
    await expect(outcomes.read({ address })).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringMatching(/"absent".*Deploy/) as string,
    });
  });

  it('read() throws ServiceUnavailable when the table is out of reach', async () => {
    const client = new DynamoDBClient({ ...optionsFor('http://127.0.0.1:1'), maxAttempts: 1 });
    const outcomes = new DynamoOutcomes({ client, table: 'any', clock, nonces });
    await expect(outcomes.read({ address })).rejects.toMatchObject({ code: 'CHORDAL_SERVICE_UNAVAILABLE' });
  });

  it('read() throws ConfigurationError when there are no credentials', async () => {
    const credentials = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('Could not load credentials'), { name: 'CredentialsProviderError' }));
    const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'us-east-1', credentials });
    const outcomes = new DynamoOutcomes({ client, table: 'any', clock, nonces });
    await expect(outcomes.read({ address })).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringContaining('Check the credentials') as string,
    });
  });

  it('readMany() asks again for what was left out, and throws ServiceUnavailable when that does not end', async () => {
    const client = new DynamoDBClient(optionsFor(dynamo.endpoint));
    let leftOut = 2;
    client.middlewareStack.add((next) => async (args) => {
      const answer = await next(args);
      // Of all that this client sends, only BatchGetItem has such a field.
      const { RequestItems } = args.input as { RequestItems?: unknown };
      if (RequestItems === undefined || leftOut === 0) return answer;
      leftOut -= 1;
      return { ...answer, output: { ...answer.output, Responses: {}, UnprocessedKeys: RequestItems } };
    });
    const outcomes = new DynamoOutcomes({ client, table: dynamo.table, clock, nonces });
    const decision = { state: 'SUCCESS', value: { inline: 1 } } as const;
    await outcomes.commit({ address, attempt: 0, decision, by: { mid: 'mid', token: 'token' }, until });
    // One alone is read by GetItem.
    const addresses = [address, addressOf('absent')];
    expect(await outcomes.readMany({ addresses })).toMatchObject([{ outcome: decision }, {}]);
    leftOut = Number.POSITIVE_INFINITY;
    const found = outcomes.readMany({ addresses });
    await expect(found).rejects.toMatchObject({ code: 'CHORDAL_SERVICE_UNAVAILABLE' });
  });

  it('putValue() throws ConfigurationError with the name of the bucket when there is none', async () => {
    const { client, table } = dynamo;
    const s3 = async (): Promise<TestBucket['s3']> => bucket.s3;
    const payloads = new AwsPayloads({ dynamo: client, table, s3, bucket: 'absent', clock, nonces });
    const expected = {
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringMatching(/"absent".*Deploy/) as string,
    };
    const put = payloads.putValue({ address, token: 'token', text: 'x'.repeat(9000), until });
    await expect(put).rejects.toMatchObject(expected);
    await expect(payloads.getValue({ ref: 'bucket:v/W/token' })).rejects.toMatchObject(expected);
  });
});
