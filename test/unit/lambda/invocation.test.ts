import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handler as bury } from '../../../src/lambda/bury.ts';
import { handler as result } from '../../../src/lambda/result.ts';
import { handler as submit } from '../../../src/lambda/submit.ts';
import { invocationId, noteInvocation } from '../../../src/runtime/invocation.ts';
import { sandboxLeftMs } from '../../../src/runtime/sandbox-time.ts';

beforeEach(() => vi.stubEnv('CHORDAL_QUEUE_PREFIX', 'shop-'));
afterEach(() => {
  noteInvocation(undefined);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

test.each([
  ['submit', submit],
  ['result', result],
  ['bury', bury],
])(
  '%s names its invocation in its lines of log, and ends its calls of AWS before its sandbox ends',
  async (_, handler) => {
    const during: unknown[] = [];
    const look = (): void => void during.push([invocationId(), sandboxLeftMs() <= 20_000]);
    vi.spyOn(console, 'error').mockImplementation(look);
    const event = {
      get Records() {
        look();
        return [];
      },
    };

    await handler(event, { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 20_000 });

    expect(during).not.toEqual([]);
    for (const one of during) expect(one).toEqual(['request-1', true]);
    expect(sandboxLeftMs()).toBe(Number.POSITIVE_INFINITY);
  },
);
