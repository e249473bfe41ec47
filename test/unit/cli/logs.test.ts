import { beforeEach, expect, test } from 'vitest';
import { RandomNonces } from '../../../src/adapters/system/nonces.ts';
import type { LogEvent, LogQuery, LogSource } from '../../../src/cli/logs/log-source.ts';
import { readLogs } from '../../../src/cli/logs/read-logs.ts';
import type { LogRequest } from '../../../src/cli/logs/read-logs.ts';
import { makeBench } from '../worker/bench.ts';
import type { Bench } from '../worker/bench.ts';

const GROUP = '/aws/lambda/shop-prod-orders';
const OTHER = '/aws/lambda/shop-prod-mail';

let bench: Bench;
let id: string;
let lines: LogEvent[];
let asked: LogQuery[];

beforeEach(async () => {
  bench = makeBench();
  const add = bench.app.task('add', (x: number, y: number) => x + y);
  id = (await add.delay(1, 2)).taskId;
  lines = [];
  asked = [];
});

test('the lines of a workflow are those of all functions, in the order of their times', async () => {
  lines = [
    line(3, OTHER, { taskId: id, task: 'mail', level: 'INFO', message: 'third' }),
    line(1, GROUP, { taskId: `${id}.0`, task: 'add', level: 'INFO', message: 'first' }),
    line(2, GROUP, { taskId: `${id}.1~0`, task: 'add', level: 'WARN', message: 'second' }),
  ];
  const { answers } = await read({});
  expect(answers).toEqual([
    { ...at(1, 'orders'), taskId: `${id}.0`, workflowId: id, task: 'add', level: 'INFO', message: 'first' },
    { ...at(2, 'orders'), taskId: `${id}.1~0`, workflowId: id, task: 'add', level: 'WARN', message: 'second' },
    { ...at(3, 'mail'), taskId: id, workflowId: id, task: 'mail', level: 'INFO', message: 'third' },
  ]);
});

test('the lines of a task are its own and those of tasks inside it, not those of one whose id begins alike', async () => {
  const ids = [`${id}.1`, `${id}.1~0`, `${id}.10`, `${id}.0`, id];
  lines = ids.map((taskId, index) => line(index, GROUP, { taskId, message: `about ${id}.1` }));
  const { answers } = await read({ id: `${id}.1` });
  expect(answers).toMatchObject([{ taskId: `${id}.1` }, { taskId: `${id}.1~0` }]);
  expect(answers).toHaveLength(2);
});

test('a line that is no JSON is printed if it has the id, and one of a logger under message with its fields', async () => {
  lines = [
    { id: '1', at: 1, group: GROUP, text: `TASK ${id} crashed` },
    {
      id: '2',
      at: 2,
      group: GROUP,
      text: JSON.stringify({ level: 'INFO', message: { taskId: id, workflowId: id, text: 'hello' } }),
    },
    { id: '3', at: 3, group: GROUP, text: '{half' },
    // An emulator that ignores the pattern answers with every line.
    { id: '4', at: 4, group: GROUP, text: JSON.stringify({ _aws: {}, Runs: 1, Function: 'shop-prod-orders' }) },
  ];
  const { answers } = await read({});
  expect(answers).toMatchObject([{ message: `TASK ${id} crashed` }, { taskId: id, text: 'hello', level: 'INFO' }]);
  expect(answers).toHaveLength(2);
});

test('the window goes from the call, whose time is in the id, to now', async () => {
  const calledAt = bench.clock.now();
  const timed = new RandomNonces().uuid(calledAt);
  await bench.clock.sleep(5000);
  await read({ id: timed });
  expect(asked).toEqual([
    { group: GROUP, text: timed, from: calledAt - 60_000, to: calledAt + 5000 },
    { group: OTHER, text: timed, from: calledAt - 60_000, to: calledAt + 5000 },
  ]);
});

test('without a time in the id the window begins a day before the last attempt, and ends a while behind the end', async () => {
  const sentAt = bench.clock.now();
  await bench.clock.sleep(5000);
  await bench.work(bench.receive());
  const endedAt = bench.clock.now();
  await bench.clock.sleep(7 * 86_400_000);
  await read({});
  expect(asked[0]).toMatchObject({ from: sentAt - 86_460_000, to: endedAt + 900_000 });
});

test('--hours looks as far back as it says', async () => {
  await read({ hours: 2 });
  const now = bench.clock.now();
  expect(asked[0]).toMatchObject({ from: now - 7_200_000, to: now });
});

test('where there are no lines a note says where they were looked for', async () => {
  const { answers, notes } = await read({});
  expect(answers).toEqual([]);
  expect(notes).toEqual([expect.stringContaining(`There are no log lines of ${id} from `)]);
});

test('--follow prints each line once, also one that comes late, until it is interrupted', async () => {
  const { promise: until, resolve: interrupt } = Promise.withResolvers<void>();
  const reading = read({ until });
  await bench.clock.sleep(1500);
  lines.push(line(bench.clock.now(), GROUP, { taskId: id, message: 'one' }, 'a'));
  await bench.clock.sleep(2000);
  lines.push(line(bench.clock.now() - 10_000, GROUP, { taskId: id, message: 'late' }, 'b'));
  await bench.clock.sleep(2000);
  interrupt();
  await bench.clock.sleep(1000);
  const { answers, notes } = await reading;
  expect(answers).toMatchObject([{ message: 'one' }, { message: 'late' }]);
  expect(answers).toHaveLength(2);
  expect(notes).toEqual([]);
});

test('--follow waits for the logs of a function that has not run yet, and says that there are none', async () => {
  const { promise: until, resolve: interrupt } = Promise.withResolvers<void>();
  let groups: string[] = [];
  const reading = read({ until }, { ...source(), groups: async () => groups });
  await bench.clock.sleep(1500);
  groups = [GROUP];
  lines.push(line(bench.clock.now(), GROUP, { taskId: id, message: 'one' }, 'a'));
  await bench.clock.sleep(2000);
  interrupt();
  await bench.clock.sleep(1000);
  expect(await reading).toMatchObject({
    answers: [{ message: 'one' }],
    notes: [expect.stringContaining('there is no log group whose name begins with /aws/lambda/shop-prod-')],
  });
});

test('--follow reads a large stack at a pace that an account allows, and finds a function that is new', async () => {
  const { promise: until, resolve: interrupt } = Promise.withResolvers<void>();
  const many = Array.from({ length: 20 }, (_, index) => `/aws/lambda/shop-prod-f${index}`);
  const added = '/aws/lambda/shop-prod-new';
  let lists = 0;
  const groups = async (): Promise<string[]> => (lists++ > 0 ? [...many, added] : many);
  const reading = read({ until }, { ...source(), groups });
  await bench.clock.sleep(60_000);
  lines.push(line(bench.clock.now() - 1000, added, { taskId: id, message: 'one' }));
  await bench.clock.sleep(10_000);
  interrupt();
  await bench.clock.sleep(10_000);
  expect((await reading).answers).toMatchObject([{ message: 'one' }]);
  expect(asked.length / 70).toBeLessThan(5);
  expect(lists).toBeLessThan(10);
});

test('a stack without log groups, and one whose logs may not be read, are errors that say what to do', async () => {
  await expect(read({ prefix: 'other-dev-' })).rejects.toMatchObject({
    code: 'CHORDAL_CONFIGURATION',
    message: expect.stringContaining('there is no log group whose name begins with /aws/lambda/other-dev-'),
  });
  const refusing = { ...source(), groups: async () => Promise.reject(new Error('not authorized')) };
  await expect(read({}, refusing)).rejects.toMatchObject({
    message: expect.stringContaining(`Cannot read the logs of ${id}: not authorized. It needs the rights`),
  });
  const throttling = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  await expect(read({}, { ...source(), events: async () => Promise.reject(throttling) })).rejects.toMatchObject({
    message: `Cannot read the logs of ${id}: Rate exceeded. An account may search its logs a few times a second. Try again.`,
  });
});

// --- internal ---

function line(
  time: number,
  group: string,
  fields: { readonly taskId: string; readonly [field: string]: unknown },
  eventId = String(time),
): LogEvent {
  return { id: eventId, at: time, group, text: JSON.stringify({ workflowId: id, ...fields }) };
}

function at(time: number, name: string): object {
  return { at: new Date(time).toISOString(), function: `shop-prod-${name}` };
}

/** Finds as CloudWatch Logs does, except that times are not compared where a test has only an order. */
function source(): LogSource {
  return {
    groups: async (prefix) => [GROUP, OTHER].filter((name) => name.startsWith(prefix)),
    events: async (query) => {
      asked.push(query);
      return lines.filter(({ group, text }) => group === query.group && text.includes(query.text));
    },
  };
}

async function read(request: Partial<LogRequest>, logs = source()) {
  const answers: unknown[] = [];
  const notes: string[] = [];
  const output = { answer: (json: unknown) => void answers.push(json), note: (text: string) => void notes.push(text) };
  await readLogs(bench.engine, logs, output, { id, prefix: 'shop-prod-', ...request });
  return { answers, notes };
}
