import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test } from 'vitest';
import { AwsPayloads } from '../../src/adapters/aws/payloads.ts';
import { RealClock } from '../../src/adapters/system/clock.ts';
import { addressOf } from '../../src/core/protocol/address.ts';

test('getValue() asks for a few values at a time, however many are wanted at once', async () => {
  const values = 300;
  const bucket = await startBucket();
  const ref = await bucket.payloads.putValue({ address: addressOf('W'), token: 't', text: bucket.text, until: 1 });
  const texts = await Promise.all(Array.from({ length: values }, () => bucket.payloads.getValue({ ref })));
  expect(new Set(texts)).toEqual(new Set([bucket.text]));
  expect(texts).toHaveLength(values);
  expect(bucket.mostAtOnce()).toBeLessThanOrEqual(32);
});

// --- internal ---

/** A bucket that has one object under every key, and counts the requests that it works on at once. */
async function startBucket(): Promise<{
  readonly payloads: AwsPayloads;
  readonly text: string;
  readonly mostAtOnce: () => number;
}> {
  const text = 'x'.repeat(10_000);
  let [running, most] = [0, 0];
  const server = createServer((request, response) => {
    running += 1;
    most = Math.max(most, running);
    const answer = (): void => {
      running -= 1;
      response.end(request.method === 'GET' ? text : '');
    };
    // As slow as a network.
    request.resume().once('end', () => setTimeout(answer, 50));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has such an address.
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const requestHandler = { httpAgent: { maxSockets: 500 } };
  const [s3, dynamo] = [
    new S3Client({ ...options, forcePathStyle: true, requestHandler }),
    new DynamoDBClient(options),
  ];
  onTestFinished(() => {
    s3.destroy();
    dynamo.destroy();
    server.closeAllConnections();
    server.close();
  });
  const nonces = { random: () => 0.5 };
  const clock = new RealClock();
  const payloads = new AwsPayloads({ dynamo, table: 'none', bucket: 'bucket', s3: async () => s3, clock, nonces });
  return { payloads, text, mostAtOnce: () => most };
}
