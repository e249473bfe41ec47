import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { createApp } from 'chordal';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';

afterEach(() => void vi.unstubAllEnvs());

test('a message is sent to the endpoint of SQS, not to the host in the URL of its queue, which may have no address', async () => {
  const queueUrl = 'http://sqs.us-east-1.queues.invalid:4566/000000000000/shop-dev-math';
  const sent: unknown[] = [];
  const sqs = createServer((request, response) => {
    void json(request).then((body) => {
      if (String(request.headers['x-amz-target']).endsWith('GetQueueUrl')) {
        response.end(JSON.stringify({ QueueUrl: queueUrl }));
        return;
      }
      sent.push(Object(body).QueueUrl);
      response.end(JSON.stringify({ MessageId: 'm' }));
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void sqs.close());
  await new Promise((resolve) => sqs.once('listening', resolve));
  // A server that listens on a port has such an address.
  const { port } = sqs.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');

  const app = createApp('shop', { table: 't', bucket: 'b', queuePrefix: 'shop-dev-', routes: { add: 'math' } });
  await app.task('add', (x: number, y: number) => x + y).delay(1, 2);

  expect(sent).toEqual([queueUrl]);
});
