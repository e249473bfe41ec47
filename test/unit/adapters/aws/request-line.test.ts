import { expect, test } from 'vitest';
import { RequestLine, SOCKETS, WAIT_MS } from '../../../../src/adapters/aws/request-line.ts';

test('RequestLine has as many requests under way as there are sockets, and the rest wait in order', async () => {
  const { line, under, begin } = makeLine();
  const all = Array.from({ length: SOCKETS + 2 }, () => begin());
  expect(under).toHaveLength(SOCKETS);
  under[0]?.resolve('a');
  await all[0];
  await turn();
  expect(under).toHaveLength(SOCKETS + 1);
  for (const one of under) one.resolve('a');
  await turn();
  under.at(-1)?.resolve('last');
  expect(await all.at(-1)).toBe('last');
  expect(await line.run(async () => 'later')).toBe('later');
});

test('RequestLine lets requests wait for longer than a connection may take while the service answers', async () => {
  const { under, begin, wait } = makeLine();
  const all = Array.from({ length: SOCKETS + 1 }, () => begin());
  wait(WAIT_MS);
  under[0]?.resolve('a');
  await turn();
  under.at(-1)?.resolve('b');
  expect(await all.at(-1)).toBe('b');
});

test('RequestLine refuses requests that have waited too long for their turn, and goes on with the next', async () => {
  const { under, begin, wait } = makeLine();
  for (let n = 0; n < SOCKETS; n += 1) void begin();
  const late = begin();
  wait(WAIT_MS + 1);
  const next = begin();
  under[0]?.resolve('a');
  await expect(late).rejects.toMatchObject({
    name: 'WaitTimeoutError',
    message:
      'it has waited 30 s for its turn: 64 requests of this process are under way, and 1 more wait. Make fewer at once.',
  });
  under.at(-1)?.resolve('b');
  expect(await next).toBe('b');
});

test('RequestLine refuses soon the requests that wait behind those that a silent service does not answer', async () => {
  const { under, begin, wait } = makeLine();
  const first = begin();
  for (let n = 1; n < SOCKETS; n += 1) void begin();
  const behind = begin();
  wait(5000);
  under[0]?.reject(new Error('silence'));
  await expect(first).rejects.toThrow('silence');
  await expect(behind).rejects.toMatchObject({ name: 'WaitTimeoutError' });
});

// --- internal ---

interface Made {
  readonly line: RequestLine;
  readonly under: PromiseWithResolvers<string>[];
  readonly begin: () => Promise<string>;
  readonly wait: (ms: number) => void;
}

function makeLine(): Made {
  let now = 0;
  const under: PromiseWithResolvers<string>[] = [];
  const line = new RequestLine(() => now);
  const begin = (): Promise<string> =>
    line.run(() => {
      const request = Promise.withResolvers<string>();
      under.push(request);
      return request.promise;
    });
  const wait = (ms: number): void => {
    now += ms;
  };
  return { line, under, begin, wait };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
