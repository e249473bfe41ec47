import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, describe, expect, it } from 'vitest';
import { setReceiving } from '../../src/adapters/aws/event-sources.ts';
import type { SetReceiving } from '../../src/ports/operations.ts';

interface Mapped {
  readonly sources: { setReceiving(params: SetReceiving): Promise<boolean> };
  readonly asked: readonly unknown[];
}

describe('event sources', () => {
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  /** The event sources of a function whose only mapping has this state, and the updates that are asked for. */
  async function withMapping(State: string, status = 202): Promise<Mapped> {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      void text(request).then((body) => {
        if (request.method === 'GET')
          return response.end(JSON.stringify({ EventSourceMappings: [{ UUID: 'u', State }] }));
        asked.push(JSON.parse(body));
        response.writeHead(status, { 'x-amzn-errortype': 'ResourceInUseException' });
        return response.end('{}');
      });
    });
    closing.push(() => server.close().closeAllConnections());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on a port has such an address.
    const { port } = server.address() as AddressInfo;
    const client = new LambdaClient({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      maxAttempts: 1,
    });
    closing.push(() => client.destroy());
    const options = { client: async () => client, prefix: 'app-' };
    return { asked, sources: { setReceiving: (params) => setReceiving(options, params) } };
  }

  it.each([
    { state: 'Enabled', pause: true, resume: false },
    { state: 'Enabling', pause: true, resume: false },
    { state: 'Disabled', pause: false, resume: true },
    { state: 'Disabling', pause: false, resume: true },
    { state: 'Creating', pause: true, resume: true },
    { state: 'Updating', pause: true, resume: true },
  ])('setReceiving() changes a mapping in the state $state: to pause $pause, to resume $resume', async (expected) => {
    for (const isReceiving of [false, true]) {
      const { sources, asked } = await withMapping(expected.state);
      await expect(sources.setReceiving({ queue: 'q', isReceiving })).resolves.toBe(true);
      const isChanged = isReceiving ? expected.resume : expected.pause;
      expect(asked).toEqual(isChanged ? [{ Enabled: isReceiving }] : []);
    }
  });

  it('setReceiving() finds no source where the only mapping is being deleted', async () => {
    const { sources, asked } = await withMapping('Deleting');
    await expect(sources.setReceiving({ queue: 'q', isReceiving: true })).resolves.toBe(false);
    expect(asked).toEqual([]);
  });

  it('setReceiving() may be repeated where Lambda is still changing the mapping', async () => {
    const { sources } = await withMapping('Updating', 400);
    const code = 'CHORDAL_SERVICE_UNAVAILABLE';
    await expect(sources.setReceiving({ queue: 'q', isReceiving: false })).rejects.toMatchObject({ code });
  });
});
