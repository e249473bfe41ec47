import { chain, chord, createApp, group } from 'chordal';
import { simulate, SimulationFailed } from 'chordal/testing';
import type { SimulatedEnd } from 'chordal/testing';
import { expect, test } from 'vitest';

const app = createApp('simulated');
const add = app.task('add', (x: number, y: number) => x + y);
const tsum = app.task('tsum', (nums: readonly number[]) => nums.reduce((sum, num) => sum + num, 0));
const flaky = app.task('flaky', { bind: true }, (ctx, x: number) => {
  if (ctx.request.retries < 2) throw ctx.retry({ countdown: 60 });
  return x;
});
const launcher = app.task('launcher', async () => (await add.delay(1, 2)).taskId);
const handlers = { one: app.handler(add, flaky), two: app.handler(tsum, launcher) };

/** A value, or the loss of a task. */
function expectValue<R>(value: R): (end: SimulatedEnd<R>) => void {
  return (end) => {
    if (end.state === 'SUCCESS') expect(end.value).toEqual(value);
    else expect(end).toMatchObject({ state: 'FAILURE', error: { errorType: 'WorkerLostError' } });
  };
}

test('simulate() brings a workflow to its end under every seed, and says what struck', async () => {
  const workflow = (): ReturnType<typeof sent> => sent();
  const sent = async () => chord([add.s(1, 1), chain(add.s(2, 2), flaky.s())], tsum.s()).delay();
  const report = await simulate({ handlers, workflow, check: expectValue(6), seeds: 60 });

  expect(report.runs).toBe(60);
  expect(report.states.SUCCESS).toBeGreaterThan(40);
  expect(report.deliveries).toBeGreaterThan(300);
  expect(report.faults.crash).toBeGreaterThan(10);
});

test('simulate() sees the launches of a task, and groups', async () => {
  await simulate({ handlers, workflow: () => group([launcher.s(), launcher.s()]).delay(), seeds: 20 });
  const { states, faults } = await simulate({
    handlers,
    workflow: (seed) => group([add.s(seed, 1), add.s(2, 2)]).delay(),
    check: (end) => expectValue([end.seed + 1, 4])(end),
    faults: 'none',
    seeds: 20,
  });

  expect({ states, faults }).toEqual({ states: { SUCCESS: 20, FAILURE: 0, REVOKED: 0 }, faults: {} });
});

test('simulate() gives tasks of high priority the queue that they have in a deployment', async () => {
  const urgent = app.task('urgent', { priority: 'high' }, (x: number) => x);
  const registered: unknown[] = [];
  const report = await simulate({
    handlers: { ...handlers, three: app.handler(urgent) },
    workflow: async () => {
      registered.push(...(await app.inspect.registered()));
      return chain(add.s(1, 1), urgent.s()).delay();
    },
    check: expectValue(2),
    seeds: 20,
  });

  expect(report.runs).toBe(20);
  expect(registered).toContainEqual({ task: 'urgent', queue: 'three-high' });
});

test('simulate() names the seed of a check that fails, and shows it again', async () => {
  let runs = 0;
  const counting = app.task('counting', () => (runs += 1));
  const options = {
    handlers: { one: app.handler(counting) },
    workflow: () => {
      runs = 0;
      return counting.delay();
    },
    check: () => {
      if (runs > 1) throw new Error(`it ran ${runs} times`);
    },
    faults: { duplicateSend: 0.2 },
  };
  const failure: unknown = await simulate(options).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(SimulationFailed);
  const { seed, message } = failure as SimulationFailed;
  expect(message).toBe(
    `Cannot end as expected with seed ${seed}: it ran 2 times. To run it again, give simulate() { seed: ${seed} }.`,
  );
  await expect(simulate({ ...options, seed })).rejects.toThrow(message);
  expect((await simulate({ ...options, faults: 'none' })).runs).toBe(100);
});

test('simulate() gives the same report for the same seed', async () => {
  const again = async (): Promise<unknown> =>
    simulate({ handlers, workflow: () => chain(add.s(1, 1), flaky.s(), add.s(3)).delay(), seed: 11 });

  expect(await again()).toEqual(await again());
});

test('simulate() gives the apps back to the environment, also when it fails', async () => {
  const failing = simulate({ handlers, workflow: () => Promise.reject(new Error('no workflow')), seeds: 1 });
  await expect(failing).rejects.toThrow(/with seed 1: no workflow/);
  await expect(add.delay(1, 2)).rejects.toThrow();
});

test('simulate() refuses options that are unknown or wrong', async () => {
  const right = { handlers, workflow: () => add.delay(1, 2) };
  const wrong: readonly (readonly [object, string])[] = [
    [
      { seds: 5 },
      'Cannot use seds as an option of simulate(): there is no such option. Did you mean seeds? Known options: handlers, ',
    ],
    [{ seeds: 0 }, 'Cannot use seeds of simulate(): expected a whole number of at least 1, got 0'],
    [{ seed: 1.5 }, 'Cannot use seed of simulate(): expected a whole number, got 1.5'],
    [{ faults: 'hevy' }, "Cannot use faults of simulate(): expected 'none', 'mild', 'heavy', or chances of faults"],
    [{ faults: { crsh: 1 } }, 'Cannot use crsh as an option of the faults of simulate(): there is no such option'],
    [{ faults: { crash: 2 } }, 'Cannot use crash of the faults of simulate(): expected a chance, 0 to 1, got 2'],
    [
      { handlers: handlers.one },
      'Cannot use handlers of simulate(): expected the result of app.handler() for each queue, got one handler. Write { all: handler }.',
    ],
    [{ handlers: undefined }, 'Cannot use handlers of simulate(): expected the result of app.handler() for each queue'],
    [{ handlers: { one: add } }, 'Cannot use one of simulate(): expected a handler, got'],
    [
      { handlers: { ...handlers, three: handlers.one } },
      'Cannot route task "add": one and three of simulate() both run it, and a task runs in one handler.',
    ],
    [{ workflow: 5 }, 'Cannot use workflow of simulate(): expected a function, got 5'],
  ];
  for (const [options, message] of wrong)
    await expect(simulate({ ...right, ...options })).rejects.toMatchObject({
      code: 'CHORDAL_INVALID_OPTIONS',
      message: expect.stringContaining(message),
    });
});

test('simulate() sees a workflow that never ends', async () => {
  const endless = app.task('endless', { bind: true, maxRetries: null }, (ctx) => {
    throw ctx.retry({ countdown: 1 });
  });
  const never = simulate({
    handlers: { one: app.handler(endless) },
    workflow: () => endless.delay(),
    faults: 'none',
    seeds: 1,
    maxDeliveries: 500,
  });
  await expect(never).rejects.toThrow(/it never comes to rest/);
});
