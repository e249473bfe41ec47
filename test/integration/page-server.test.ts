import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { startUi } from '../../src/ui/server.ts';
import type { UiSource } from '../../src/ui/source.ts';

test.each(['//', '//a:b/', 'http://', '*'])(
  'a request for the address %s is answered, and ends nothing',
  async (address) => {
    // No request of this test reaches the rest of the source.
    const server = await startUi({ watch: () => () => {} } as unknown as UiSource);
    onTestFinished(() => server.stop());
    const { port, origin } = new URL(server.url);
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    socket.end(`GET ${address} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 40[03] /);
    expect((await fetch(origin)).status).toBe(403);
  },
);
