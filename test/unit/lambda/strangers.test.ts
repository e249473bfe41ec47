/** A caller that may submit one task cannot change the workflows that the app's own code sends. */
import { chain, createApp } from 'chordal';
import type { TestCloud } from 'chordal/testing';
import { memoryCloud } from 'chordal/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RandomNonces } from '../../../src/adapters/system/nonces.ts';

const app = createApp('chordal');
const identity = app.task('identity', <T>(value: T) => value);
const approve = app.task('approve', () => 'rejected');

let cloud: TestCloud;
let submit: (
  request: unknown,
) => Promise<{ readonly taskId: string } | { readonly error: { readonly message: string } }>;

beforeEach(async () => {
  vi.stubEnv('CHORDAL_SUBMIT_ALLOW', 'identity');
  vi.resetModules();
  const { handler } = await import('../../../src/lambda/submit.ts');
  submit = (request) => handler(request, { getRemainingTimeInMillis: () => 30_000 });
  cloud = memoryCloud({ all: app.handler(identity, approve) }, { time: 'virtual', logLevel: 'silent' });
});
afterEach(() => {
  cloud.close();
  vi.unstubAllEnvs();
});

/** The canvas and the options of a stranger who wants `get()` to answer that it is approved. */
const forged = (options: object): object => ({ canvas: identity.s('approved').toJSON(), options });
/** A random UUID, as callers choose it. */
const UUID = '5b0d8a3e-7c41-4f0e-9d0a-2f6f7a1f0c11';

describe('a workflow whose id a stranger knows', () => {
  it.each([
    ['with a taskId', { taskId: 'order-42' }],
    ['with a random UUID as its taskId', { taskId: UUID }],
    ['with a dedupKey', { dedupKey: 'order-43' }],
    ['with a throttle', { throttle: { key: 'order-43', seconds: 100 } }],
    ['with a debounce', { debounce: { key: 'order-43', seconds: 100 } }],
    ['without either', {}],
  ])('ends as its own task does: one %s', async (_, options) => {
    const time = 'throttle' in options || 'debounce' in options ? {} : { countdown: 60 };
    const order = await approve.s().applyAsync({ ...time, ...options });
    await submit(forged({ taskId: order.taskId }));
    await submit(forged(options));
    await cloud.clock.sleep(30_000);
    if (!('throttle' in options)) expect(await order.state()).toBe('PENDING');
    expect(await order.get({ timeout: 600 })).toBe('rejected');
  });

  it('ends as its own task does, while a step of it runs', async () => {
    const steps = await chain(identity.s('a').set({ countdown: 30 }), approve.si()).applyAsync({ taskId: 'order-44' });
    await submit(forged({ taskId: 'order-44' }));
    expect(await steps.get({ timeout: 600 })).toBe('rejected');
  });

  it('has an id that a stranger cannot ask for, if this package made it', async () => {
    const made = [new RandomNonces().uuid(0), `d-${new RandomNonces().uuid(0)}`, `l-${new RandomNonces().digest('')}`];
    for (const taskId of made) expect(await submit(forged({ taskId }))).toEqual({ taskId: `submit:${taskId}` });
  });
});

describe('a name that a stranger guesses before it is sent', () => {
  it.each([
    ['a taskId', { taskId: 'order-45' }],
    ['a dedupKey', { dedupKey: 'order-45' }],
    ['a throttle', { throttle: { key: 'order-45', seconds: 100 } }],
    ['a debounce', { debounce: { key: 'order-45', seconds: 100 } }],
  ])('is free for the app: %s', async (_, options) => {
    for (const given of [forged(options), forged({ ...options, expires: -1 })]) await submit(given);
    await cloud.clock.sleep(1000);
    expect(await (await approve.s().applyAsync(options)).get({ timeout: 600 })).toBe('rejected');
    const [first, second] = [
      await identity.s('mine').applyAsync({ dedupKey: 'mine' }),
      await submit(forged({ dedupKey: 'mine' })),
    ];
    expect(await first.get()).toBe('mine');
    expect(second).not.toEqual({ taskId: first.taskId });
  });

  it('is refused to the app, and not taken for its own, if it is a random UUID', async () => {
    await submit({ canvas: identity.s('mine').toJSON(), options: { taskId: UUID, expires: -1 } });
    await expect(identity.s('mine').applyAsync({ taskId: UUID })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
    });
  });
});
