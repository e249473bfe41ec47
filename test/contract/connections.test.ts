import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { connections } from '../../src/adapters/aws/connections.ts';
import { DynamoOutcomes } from '../../src/adapters/aws/outcomes.ts';
import { RealClock } from '../../src/adapters/system/clock.ts';
import { addressOf } from '../../src/core/protocol/address.ts';

test('connections() ends a request that is not answered while the sandbox has time left, as ServiceUnavailable', async () => {
  const endpoint = await silentService();
  const endsAt = performance.now() + 2000;
  const client = new DynamoDBClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    requestHandler: connections(() => endsAt - performance.now()),
    maxAttempts: 2,
  });
  onTestFinished(() => client.destroy());
  const outcomes = new DynamoOutcomes({ client, table: 'table', clock: new RealClock(), nonces: { random: () => 0 } });

  await expect(outcomes.read({ address: addressOf('W') })).rejects.toMatchObject({
    code: 'CHORDAL_SERVICE_UNAVAILABLE',
    message: expect.stringContaining('TimeoutError') as string,
  });
});

// --- internal ---

/** Takes connections and never says a word. */
async function silentService(): Promise<string> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A server that listens on a port has such an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
