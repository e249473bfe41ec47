import { randomUUID } from 'node:crypto';
import type { TestCloud } from 'chordal/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { record } from '../../../handlers/tasks/text.ts';
import { readAllowList } from '../../../src/lambda/allow-list.ts';
import { handler as resultHandler } from '../../../src/lambda/result.ts';
import type { handler as submitHandler } from '../../../src/lambda/submit.ts';
import { sampleCloud } from '../../support/sample-cloud.ts';

type Answer = Awaited<ReturnType<typeof submitHandler>>;
type Submit = (request: unknown) => Promise<Answer>;

const context = { getRemainingTimeInMillis: () => 30_000 };
const result = (request: unknown): ReturnType<typeof resultHandler> => resultHandler(request, context);

let cloud: TestCloud;
beforeEach(() => void (cloud = sampleCloud()));
afterEach(() => {
  cloud.close();
  vi.unstubAllEnvs();
});

test('submit() sends a canvas, and result() tells its value', async () => {
  const submit = await submitWith('*');
  const { taskId } = idOf(await submit({ canvas: chain(add(1, 2), add(3)) }));

  expect(await result({ taskId, wait: 10 })).toEqual({ taskId, state: 'SUCCESS', value: 6 });
});

test('submit() takes arguments and options as applyAsync does, with dates as texts and callbacks as signatures', async () => {
  const submit = await submitWith('*');
  const startedAt = cloud.clock.now();
  const options = {
    taskId: 'mine',
    eta: new Date(startedAt + 60_000).toISOString(),
    link: signature('record', ['submit'], {}),
  };

  expect(await submit({ canvas: signature('add', [3]), args: [4], kwargs: { debug: true }, options })).toEqual({
    taskId: 'submit:mine',
  });
  const taskId = 'submit:mine';
  expect(await result({ taskId })).toEqual({ taskId, state: 'PENDING' });
  expect(await result({ taskId, wait: 20 })).toMatchObject({ state: 'PENDING' });
  await cloud.clock.sleep(60_000);
  expect(await result({ taskId, wait: 20 })).toMatchObject({ state: 'SUCCESS', value: 7 });
  expect(await result({ taskId: `${taskId}^0`, wait: 20 })).toMatchObject({ state: 'SUCCESS' });
});

test('submit() sends a request with a taskId or a dedupKey once', async () => {
  const submit = await submitWith('*');
  const recording = record.s('once', 'x').toJSON();
  for (const options of [{ taskId: 'once' }, { dedupKey: 'key' }]) {
    const first = await submit({ canvas: recording, options });
    expect(await submit({ canvas: recording, options })).toEqual(first);
    await result({ ...idOf(first), wait: 20 });
  }
  const { taskId } = idOf(await submit({ canvas: signature('recorded', ['once']) }));
  expect(await result({ taskId, wait: 20 })).toMatchObject({ value: ['x', 'x'] });
});

test('submit() takes the id that it has answered with again, and keeps the random UUIDs of a canvas that Celery has frozen', async () => {
  const submit = await submitWith('*');
  const recording = record.s('again', 'x').toJSON();
  const uuid = randomUUID();
  for (const given of ['again', uuid]) {
    const first = idOf(await submit({ canvas: { ...recording, options: { task_id: given } } }));
    expect(await submit({ canvas: recording, options: first })).toEqual(first);
    await result({ ...first, wait: 20 });
    expect(first.taskId).toBe(given === uuid ? uuid : 'submit:again');
  }
  const { taskId } = idOf(await submit({ canvas: signature('recorded', ['again']) }));
  expect(await result({ taskId, wait: 20 })).toMatchObject({ value: ['x', 'x'] });
});

test.each([
  ['no canvas', {}, /Cannot read the payload: expected \{ "canvas"/],
  ['no object', 'add', /Cannot read the payload/],
  [
    'a canvas that is none',
    { canvas: { task: 'celery.chord', kwargs: { header: [] } } },
    /Cannot read canvas.kwargs.body/,
  ],
  ['a canvas that is a name', { canvas: 'add' }, /Cannot read canvas: expected a signature/],
  [
    'a task that nobody runs',
    { canvas: chain(signature('add', [1, 2]), signature('nobody')) },
    /Cannot send nobody: no function runs a task/,
  ],
  ['too large a payload', { canvas: signature('log', ['x'.repeat(5 * 1024 * 1024)]) }, /5242880 is the most/],
  [
    'too deep a payload',
    { canvas: signature('log', [JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`)]) },
    /Cannot submit a payload that nests deeper than 2500 levels/,
  ],
  [
    'too deep an argument',
    { canvas: signature('log', [JSON.parse(`${'['.repeat(2000)}${']'.repeat(2000)}`)]) },
    /nests deeper than 1000 levels/,
  ],
  [
    'too long a header of a trace',
    { canvas: signature('add', [1, 2]), options: { headers: { traceparent: 'x'.repeat(5000) } } },
    /Cannot read traceparent of a message: expected a text of at most 4096 characters/,
  ],
  ['an unknown field', { canvas: signature('add', [1, 2]), arguments: [] }, /Cannot use arguments in a payload/],
  [
    'an unknown option',
    { canvas: signature('add', [1, 2]), options: { count_down: 1 } },
    /Cannot use count_down as an option/,
  ],
  [
    'a date that is none',
    { canvas: signature('add', [1, 2]), options: { eta: 'soon' } },
    /Cannot use eta: expected a valid Date/,
  ],
  [
    'a callback that is none',
    { canvas: signature('add', [1, 2]), options: { link: ['add'] } },
    /Cannot read options.link\[0\]: expected a signature/,
  ],
  [
    'a queue of others',
    { canvas: signature('add', [1, 2]), options: { queue: 'dead' } },
    /Cannot send to the queue dead/,
  ],
  [
    'a queue of others, inside',
    { canvas: chain(signature('add', [1], { queue: 'dead' })) },
    /Cannot send to the queue dead/,
  ],
])('submit() refuses %s, and sends nothing', async (_, request, message) => {
  const submit = await submitWith('*');

  expect(await submit(request)).toEqual({
    error: expect.objectContaining({ errorType: expect.any(String), message: expect.stringMatching(message) }),
  });
  expect(cloud.isIdle).toBe(true);
});

test.each([
  [
    'a group of many',
    { canvas: { task: 'celery.group', kwargs: { tasks: Array(2000).fill(add(1)) } }, args: ['x'.repeat(20_000)] },
  ],
  ['callbacks of callbacks', { canvas: add(1, 2), options: { linkError: deepCallbacks(17) } }],
])('submit() refuses what would become too large before it reads its allow-list: %s', async (_, request) => {
  const submit = await submitWith('');
  expect(await submit(request)).toHaveProperty(
    'error.message',
    expect.stringMatching(/^Cannot read canvas: it would become \d+, and the most is/),
  );
});

test('submit() submits only tasks on its allow-list, at every place of a canvas', async () => {
  const submit = await submitWith('add, ts*');
  const body = signature('tsum');
  const refused = {
    error: expect.objectContaining({
      message: expect.stringMatching(/Cannot submit mul: it is not on the allow-list/),
    }),
  };
  const mul = signature('mul', [2, 3]);

  const { taskId } = idOf(await submit({ canvas: chord([add(1, 1)], body) }));
  expect(await result({ taskId, wait: 20 })).toMatchObject({ value: 2 });
  const withMul = [
    mul,
    chain(add(1, 2), mul),
    chord([mul], body),
    chord([add(1, 1)], mul),
    signature('add', [1, 2], { link: [mul] }),
    signature('add', [1, 2], { link_error: [mul] }),
    signature('add', [1, 2], { link: [signature('add', [1], { link_error: [mul] })] }),
    { ...chain(add(1, 2)), options: { link_error: [mul] } },
    {
      task: 'celery.group',
      kwargs: { tasks: [add(1, 2), chain(add(1, 2), { task: 'celery.group', kwargs: { tasks: [mul] } })] },
    },
    { task: 'celery.map', kwargs: { task: mul, it: [[2, 3]] } },
    { task: 'celery.starmap', kwargs: { task: mul, it: [[2, 3]] } },
    chunks(mul),
  ];
  for (const canvas of withMul) expect(await submit({ canvas })).toEqual(refused);
  expect(await submit({ canvas: add(1, 2), options: { linkError: mul } })).toEqual(refused);
});

test('submit() submits nothing where no allow-list is given', async () => {
  const submit = await submitWith(undefined);
  expect(await submit({ canvas: add(1, 2) })).toHaveProperty(
    'error.message',
    expect.stringMatching(/not on the allow-list/),
  );
});

test('submit() logs why it refuses a canvas, and nothing of its arguments', async () => {
  const submit = await submitWith('*');
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(String(line)));
  cloud.close();
  cloud = sampleCloud({ logLevel: 'warn' });

  await submit({ args: ['secret'] });
  await submit({ canvas: { task: 'mul', args: 'secret' } });
  await submit({ canvas: add(1, 2), kwargs: ['secret'] });
  vi.restoreAllMocks();

  expect(lines).toHaveLength(3);
  expect(lines.join('')).toMatch(/Cannot read the payload[^]*InvalidCanvas[^]*kwargs/);
  expect(lines.join('')).not.toContain('secret');
});

test('readAllowList() reads names and patterns', () => {
  const isAllowed = readAllowList(' add, report.*,,');
  expect(['add', 'report.', 'report.daily'].map(isAllowed)).toEqual([true, true, true]);
  expect(['addd', 'ad', 'report-daily', 'x.report.y', ''].map(isAllowed)).toEqual([false, false, false, false, false]);
  expect(readAllowList('')('add')).toBe(false);
});

test('readAllowList() takes as long as a name is, whatever its patterns', () => {
  const isAllowed = readAllowList('shop.*.public.*.run,*-report-*-daily,a*b*a');
  const cases = ['shop.a.public.b.run', 'shop..public..run', 'x-report-y-daily', 'aba', 'abba'];
  expect(cases.map(isAllowed)).toEqual(cases.map(() => true));
  expect(['shop.public.run', 'shop.a.public.run', '-report-daily', 'ab', 'aab', 'a'].map(isAllowed)).toEqual(
    Array(6).fill(false),
  );
});

test('result() tells an error, and which task it was', async () => {
  const submit = await submitWith('*');
  const { taskId } = idOf(await submit({ canvas: chain(signature('fail', ['a']), signature('log')) }));

  expect(await result({ taskId, wait: 20 })).toEqual({
    taskId,
    state: 'FAILURE',
    error: {
      errorType: 'ExpectedError',
      message: 'Task expected to fail',
      args: ['Task expected to fail', 'a'],
      failedTask: 'fail',
      failedTaskId: `${taskId}.0`,
    },
  });
});

test('result() tells that nothing is known of an id, and refuses what is none', async () => {
  expect(await result({ taskId: 'nobody' })).toEqual({ taskId: 'nobody', state: 'PENDING' });
  for (const request of [undefined, {}, { taskId: 7 }, { taskId: 'a b' }]) {
    expect(await result(request)).toHaveProperty('error.message', expect.stringMatching(/Cannot use taskId/));
  }
  for (const wait of [-1, 21, '5', Number.NaN]) {
    expect(await result({ taskId: 'a', wait })).toHaveProperty(
      'error.message',
      expect.stringMatching(/Cannot use wait: expected a number of seconds from 0 to 20, got /),
    );
  }
});

test('result() tells null of a task that returned nothing, and what was forgotten', async () => {
  const submit = await submitWith('*');
  const { taskId } = idOf(await submit({ canvas: record.s('key', 'x').toJSON() }));
  expect(await result({ taskId, wait: 20 })).toEqual({ taskId, state: 'SUCCESS', value: null });

  await record
    .s('key', 'y')
    .applyAsync({ taskId: 'gone' })
    .then((handle) => handle.get().then(() => handle.forget()));
  expect(await result({ taskId: 'gone' })).toMatchObject({ state: 'PENDING', error: { errorType: 'UnknownResult' } });
});

// --- internal ---

/** The function reads its allow-list when it is loaded. */
async function submitWith(allow: string | undefined): Promise<Submit> {
  vi.stubEnv('CHORDAL_SUBMIT_ALLOW', allow);
  vi.resetModules();
  const { handler } = await import('../../../src/lambda/submit.ts');
  return (request) => handler(request, context);
}

function idOf(answer: Answer): { readonly taskId: string } {
  if ('error' in answer) throw new Error(answer.error.message);
  return answer;
}

function signature(task: string, args: readonly unknown[] = [], options: object = {}): object {
  return { task, args, kwargs: {}, options, subtask_type: null, immutable: false };
}

/** Chords in each other's error callbacks. */
function deepCallbacks(depth: number): object {
  return depth === 0
    ? add(1, 2)
    : chord([add(1, 2)], signature('tsum', [], { link_error: [deepCallbacks(depth - 1)] }));
}

function add(...args: readonly number[]): object {
  return signature('add', args);
}

function chain(...tasks: readonly object[]): object {
  return { task: 'celery.chain', kwargs: { tasks } };
}

function chord(header: readonly object[], body: object): object {
  return { task: 'celery.chord', kwargs: { header, body } };
}

function chunks(task: object): object {
  return { task: 'celery.chunks', kwargs: { task, it: [[1, 2]], n: 1 } };
}
