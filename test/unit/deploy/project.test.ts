import { expect, test } from 'vitest';
import { configWith, optionsOf } from '../../../src/deploy/function-config.ts';
import { describeProject } from '../../../src/deploy/project.ts';

const math = { name: 'math', file: 'handlers/math.ts' };

test('describeProject() names everything after service, stage and handler', () => {
  const project = describeProject({ service: 'shop', stage: 'dev', functions: [math] });

  expect(project.table).toEqual({ name: 'shop-dev', partitionKey: 'pk', sortKey: 'sk', ttlAttribute: 'x' });
  expect(project.bucket).toEqual({ name: 'shop-dev-payloads' });
  expect(project.deadLetterQueue.name).toBe('shop-dev-dead');
  expect(project.functions.map(({ name, handler, file }) => ({ name, handler, file }))).toEqual([
    { name: 'shop-dev-math', handler: 'math', file: 'handlers/math.ts' },
  ]);
  expect(project.functions[0]?.eventSource?.queue.name).toBe('shop-dev-math');
  expect(project.environment).toEqual({
    CHORDAL_TABLE: 'shop-dev',
    CHORDAL_BUCKET: 'shop-dev-payloads',
    CHORDAL_QUEUE_PREFIX: 'shop-dev-',
    CHORDAL_SERVICE: 'shop',
    CHORDAL_STAGE: 'dev',
  });
});

test("describeProject() gives a queue six times its function's timeout, and the window", () => {
  const functions = [math, { name: 'slow', file: 'handlers/slow.ts', timeoutSeconds: 100, windowSeconds: 5 }];
  const sources = describeProject({ service: 'shop', stage: 'dev', functions }).functions.map((one) => one.eventSource);

  expect(sources).toEqual([
    {
      queue: {
        name: 'shop-dev-math',
        visibilityTimeoutSeconds: 360,
        retentionSeconds: 864_000,
        redrive: { deadLetterQueue: 'shop-dev-dead', maxReceiveCount: 50 },
      },
      batchSize: 10,
      windowSeconds: 0,
    },
    expect.objectContaining({
      queue: expect.objectContaining({ visibilityTimeoutSeconds: 605 }),
      windowSeconds: 5,
    }),
  ]);
});

test('describeProject() lets dead letters outlive the queues that they come from', () => {
  const { deadLetterQueue, functions } = describeProject({ service: 'shop', stage: 'dev', functions: [math] });

  expect(deadLetterQueue.retentionSeconds).toBe(14 * 86_400);
  expect(deadLetterQueue.retentionSeconds).toBeGreaterThan(
    functions[0]?.eventSource?.queue.retentionSeconds ?? Infinity,
  );
  expect(deadLetterQueue.redrive).toBeUndefined();
});

test('describeProject() adds the functions of the system, and gives the dead-letter queue to bury', () => {
  const { systemFunctions, deadLetterQueue } = describeProject({ service: 'shop', stage: 'dev', functions: [math] });

  expect(systemFunctions.map(({ name, eventSource }) => [name, eventSource?.queue.name])).toEqual([
    ['shop-dev-bury', deadLetterQueue.name],
    ['shop-dev-submit', undefined],
    ['shop-dev-result', undefined],
  ]);
});

test('describeProject() keeps names within what a bucket and a function may have', () => {
  const { bucket } = describeProject({ service: 'Shop', stage: 'Dev', functions: [math] });
  expect(bucket.name).toBe('shop-dev-payloads');

  const name = 'a'.repeat(56);
  const tooLong = { service: 'shop', stage: 'dev', functions: [{ name, file: `handlers/${name}.ts` }] };
  expect(() => describeProject(tooLong)).toThrow(/at most 64 characters, this one has 65/);
});

test('describeProject() refuses what AWS would refuse, and names that are taken', () => {
  const describing = (function_: object, names = {}) =>
    describeProject.bind(undefined, {
      service: 'shop',
      stage: 'dev',
      functions: [{ ...math, ...function_ }],
      ...names,
    });

  expect(describing({}, { service: '1shop' })).toThrow(
    'Cannot use the service: expected letters, digits and hyphens, and a letter first, got "1shop"',
  );
  expect(describing({}, { stage: 'a_b' })).toThrow(
    'Cannot use the stage: expected letters, digits and hyphens, and a letter first, got "a_b"',
  );
  expect(describing({ timeoutSeconds: 901 })).toThrow(
    'Cannot set timeout of shop-dev-math: expected a whole number from 1 to 900, got 901',
  );
  expect(describing({ maximumConcurrency: 1 })).toThrow(
    'Cannot set concurrency of shop-dev-math: expected a whole number from 2 to 1000, got 1',
  );
  expect(describing({ name: 'dead', file: 'handlers/dead.ts' })).toThrow('"dead" is taken by Chordal itself');
  expect(describing({ name: 'a.b', file: 'handlers/a.b.ts' })).toThrow('Cannot name a function after handlers/a.b.ts');
  expect(describing({}, { functions: [math, { ...math, file: 'handlers/math.js' }] })).toThrow(
    'Cannot name a function after handlers/math.js: "math" is taken by handlers/math.ts',
  );
});

test("a function's own pollers take the place of the limit of all functions", () => {
  const limited = { name: 'math', file: 'handlers/math.ts', maximumConcurrency: 50 };
  const own = describeProject({
    service: 'shop',
    stage: 'dev',
    functions: [{ ...limited, ...optionsOf({ pollers: { min: 2, max: 20 } }) }],
  });
  expect(own.functions[0]?.eventSource).toMatchObject({ pollers: { min: 2, max: 20 } });
  expect(own.functions[0]?.eventSource).not.toHaveProperty('maximumConcurrency');
});

test('of two configurations the second decides how a queue is scaled', () => {
  const pollers = { min: 2, max: 20 };
  expect(configWith({ concurrency: 5 }, { pollers }, 'a handler')).toEqual({ pollers });
  expect(configWith({ pollers }, { concurrency: 5 }, 'a handler')).toEqual({ concurrency: 5 });
  expect(configWith({ pollers }, { memory: 256 }, 'a handler')).toEqual({ pollers, memory: 256 });
});

test('a configuration that fits by itself is refused where it does not fit the one that goes before it', () => {
  expect(() => configWith({ pollers: { min: 2, max: 20 } }, { reserved: 50 }, 'config of handlers/report.ts')).toThrow(
    'Cannot use pollers of config of handlers/report.ts together with serverless.yml: max is 20, which is 200 batches at once, reserved is 50',
  );
  expect(() => configWith({ reserved: 5 }, { concurrency: 10 }, 'config of handlers/report.ts')).toThrow('concurrency');
  expect(configWith({ reserved: 50 }, { concurrency: 10 }, 'config of handlers/report.ts')).toEqual({
    reserved: 50,
    concurrency: 10,
  });
});

test('describeProject() refuses a service and a stage that leave no room for the names of its own functions', () => {
  const functions = [{ name: 'a', file: 'handlers/a.ts' }];
  expect(() => describeProject({ service: 's'.repeat(54), stage: 'dev', functions })).toThrow(
    /Cannot name a function "s+-dev-submit": a name has at most 64 characters, this one has 65\. Shorten the service or the stage/,
  );
  expect(() => describeProject({ service: 's'.repeat(53), stage: 'dev', functions })).not.toThrow();
});

test('a limit of the stage gives way to the reserved concurrency of a function', () => {
  const limitOf = (reserved: number | undefined): number | undefined => {
    const handler = { name: 'math', file: 'handlers/math.ts', maximumConcurrency: 50 };
    const options = reserved === undefined ? handler : { ...handler, reserved };
    const { functions } = describeProject({ service: 'shop', stage: 'dev', functions: [options], high: ['math'] });
    expect(functions[0]?.highSource?.maximumConcurrency).toBe(functions[0]?.eventSource?.maximumConcurrency);
    return functions[0]?.eventSource?.maximumConcurrency;
  };
  expect([undefined, 100, 50, 5, 2, 1, 0].map(limitOf)).toEqual([50, 50, 50, 5, 2, undefined, undefined]);
});
