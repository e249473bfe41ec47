import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal, projectFolder } from './cli-support.ts';

/** As `json.dumps(sig)` writes it in Python. */
function celery(task: string, args: readonly unknown[] = [], options: object = {}): object {
  return { task, args, kwargs: {}, options, subtask_type: null, immutable: false };
}

function canvas(kind: 'chain' | 'group', ...tasks: readonly object[]): object {
  return { task: `celery.${kind}`, args: [], kwargs: { tasks }, options: {}, subtask_type: kind, immutable: false };
}

function ndjson(...lines: readonly unknown[]): string {
  return lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
}

const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

test('call takes arguments that are JSON, else strings, and keyword arguments', async () => {
  const [same, joined] = await Promise.all([
    chordal(['call', 'identity', '[-1, {"a": "b"}]', '--memory', '--wait']),
    chordal(['call', 'add', 'two', ' words', '--kwargs', '{"debug": true, "z": "!"}', '--wait', '--memory']),
  ]);

  expect(same).toMatchObject({ code: 0, stdout: '{"value":[-1,{"a":"b"}]}\n', stderr: '' });
  expect(joined).toMatchObject({ code: 0, stdout: '{"value":"two words!"}\n' });
  expect(joined.stderr).toContain('x: two; y:  words');
});

test.each(['--memory', '--local'])(
  'with %s stdout has the answer alone, also if a child process prints there',
  async (cloud) => {
    const dir = await projectFolder({
      'child.ts': `
      import { execSync } from 'node:child_process';
      import { createApp } from 'chordal';
      const app = createApp('test');
      const child = app.task('child', (x: number) => {
        execSync('echo from the child', { stdio: 'inherit' });
        return process.env.CHORDAL_ANSWERS ?? x;
      });
      export const handler = app.handler(child);
    `,
    });
    const ended = await chordal(['call', 'child', '1', cloud, '--handlers', dir, '--wait']);

    expect(ended).toMatchObject({ code: 0, stdout: '{"value":1}\n' });
    expect(ended.stderr).toContain('from the child');
  },
);

test('call and run take the options of a call', async () => {
  const lines = ndjson(celery('add', [1, 2]), celery('add', [3, 4]));
  const window = (name: string, seconds: number): readonly string[] => [
    `--${name}`,
    JSON.stringify({ key: 'k', seconds }),
  ];
  const [named, last, first] = await Promise.all([
    chordal(['call', 'add', '1', '2', '--task-id', 'order-17', '--countdown', '0.1', '--memory']),
    chordal(['run', '-', ...window('debounce', 1), '--memory', '--wait'], { input: lines }),
    chordal(['run', '-', ...window('throttle', 60), '--memory', '--wait', '--serial'], { input: lines }),
  ]);

  expect(named).toMatchObject({ code: 0, answers: [{ taskId: 'order-17' }] });
  expect(last).toMatchObject({ code: 0, answers: [{ value: 7 }, { value: 7 }] });
  expect(first).toMatchObject({ code: 0, answers: [{ value: 3 }, { value: 3 }] });
});

test('run takes a canvas as Celery writes it, from a file or stdin, and prepends --args', async () => {
  const chain = canvas(
    'chain',
    celery('add', [1, 2]),
    canvas('group', celery('add', [10]), celery('mul', [10])),
    celery('tsum'),
  );
  const dir = await temporaryFolder({ 'chain.json': JSON.stringify(chain, null, 2) });
  const [fromFile, fromStdin, withArgs] = await Promise.all([
    chordal(['run', `${dir}/chain.json`, '--memory', '--wait']),
    chordal(['run', '-', '--memory', '--wait'], { input: JSON.stringify(chain) }),
    chordal(['run', '-', '--args', '[40]', '--memory', '--wait'], {
      input: JSON.stringify(canvas('chain', celery('add', [2]), celery('add', [0]))),
    }),
  ]);

  for (const run of [fromFile, fromStdin]) expect(run).toMatchObject({ code: 0, stdout: '{"value":43}\n', stderr: '' });
  expect(withArgs).toMatchObject({ code: 0, stdout: '{"value":42}\n' });
});

test('run answers each line of NDJSON in order, and runs those beside one that is no canvas', async () => {
  const input = ndjson(
    celery('sleeping', [0.2]),
    'nonsense',
    '',
    celery('fail', ['a']),
    5,
    canvas('chain'),
    celery('nosuch'),
    celery('add', [1]),
    `{"task": "identity", "args": [${deep}]}`,
    celery('identity', [{ __type__: 'nosuch', __value__: 1 }]),
    celery('add', [1, 2]),
  );
  const { code, answers, stderr } = await chordal(['run', '-', '--memory', '--wait'], { input });

  expect(answers).toMatchObject(
    [
      { value: null },
      { error: { errorType: 'SerializationError', message: /nonsense/, line: 2 } },
      {
        error: {
          errorType: 'ExpectedError',
          message: 'Task expected to fail',
          failedTask: 'fail',
          args: [expect.anything(), 'a'],
        },
      },
      { error: { errorType: 'InvalidCanvas', message: /Cannot read a canvas: expected an object .*, got 5/, line: 5 } },
      { error: { errorType: 'InvalidCanvas', message: /canvas\.kwargs\.tasks: expected at least one step/, line: 6 } },
      { error: { errorType: 'NotRegistered', message: /Cannot send nosuch: .* Known tasks: .*add/, line: 7 } },
      { error: { errorType: 'InvalidArguments', message: /Cannot call add\(1\)/, failedTask: 'add' } },
      { error: { errorType: 'SerializationError', message: /nests deeper than 1000 levels/, line: 9 } },
      {
        error: { errorType: 'SerializationError', message: /canvas\.args\[0\].* unknown type mark "nosuch"/, line: 10 },
      },
      { value: 3 },
    ].map(matching),
  );
  expect(code).toBe(1);
  expect(stderr).toContain('chordal: stdin, line 2: Cannot read the line: expected JSON');
  expect(stderr).toContain('6 of 10 canvases were not sent.');
  // A task that fails has its stack; a refusal has none.
  expect(stderr).not.toMatch(/^chordal: .*\n\s+at /m);
});

test.each([
  [
    'an empty chain',
    JSON.stringify(canvas('chain')),
    'InvalidCanvas',
    'Cannot read canvas.kwargs.tasks: expected at least one step',
  ],
  ['an unknown task', '{"task": "ad", "args": [1, 2]}', 'NotRegistered', 'Did you mean add?'],
  ['a list of canvases', '[{"task": "add"}]', 'InvalidCanvas', 'To submit several canvases, write one a line'],
  ['JSON nested 20,000 deep', deep, 'SerializationError', 'nests deeper than 1000 levels'],
])('run ends with 2 for %s, and says so on both streams', async (_, input, errorType, message) => {
  const { code, answers, stderr } = await chordal(['run', '-', '--memory', '--wait'], { input });

  expect(answers).toEqual([{ error: { errorType, message: expect.stringContaining(message) } }]);
  expect(stderr).toMatch(/^chordal: stdin: Cannot /);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('run says where JSON of several lines is broken', async () => {
  const { code, answers, stderr } = await chordal(['run', '-', '--memory'], {
    input: '{\n"task": "add"\n"args": [1, 2]\n}',
  });

  expect(stderr).toMatch(
    /^chordal: Cannot read stdin: it is not JSON .*line 3.*, and not NDJSON .none of its 4 lines is JSON.\n$/,
  );
  expect(answers).toHaveLength(4);
  expect(code).toBe(2);
});

test('without --wait the answer is an id, and the command stays until all has ended', async () => {
  const slow = canvas(
    'chain',
    celery('sleeping', [0.3]),
    celery('log', [], { link: [celery('add', [1], { kwargs: {} })] }),
  );
  const [both, failing] = await Promise.all([
    chordal(['run', '-', '--memory', '--serial'], { input: ndjson(slow, celery('add', [1, 2])) }),
    chordal(['run', '-', '--memory'], { input: ndjson(celery('raiseError'), celery('add', [1, 2])) }),
  ]);

  expect(both.answers).toEqual([{ taskId: expect.any(String) }, { taskId: expect.any(String) }]);
  expect(both.code).toBe(0);
  // The callback fails, and what fails says so in the log.
  expect(both.stderr).toMatch(/^add failed: TypeError: .*\n(?: {4}at .*\n)+$/);
  expect(failing.answers).toEqual([{ taskId: expect.any(String) }, { taskId: expect.any(String) }]);
  expect(failing.stderr).toMatch(/^raiseError failed: ValueError: deliberate error\n {4}at /);
  expect(failing.stderr).toMatch(/\nchordal: \S+ failed: ValueError: deliberate error\n$/);
  expect(failing.code).toBe(1);
});

test('with --serial a canvas begins when the one before has ended', async () => {
  const note = (value: string): object =>
    canvas('chain', celery('sleeping', [value === 'a' ? 0.3 : 0]), notedLater(value));
  const input = ndjson(note('a'), note('b'), celery('recorded', ['order']));
  const { code, answers } = await chordal(['run', '-', '--memory', '--wait', '--serial'], { input });

  expect(answers).toEqual([{ value: null }, { value: null }, { value: ['a', 'b'] }]);
  expect(code).toBe(0);
});

test('run starts a canvas once under its id, answers with the first, and refuses another canvas under it', async () => {
  const noted = celery('record', ['order', 'a'], { task_id: 'order-1' });
  const other = celery('record', ['order', 'b'], { task_id: 'order-1' });
  const input = ndjson(noted, noted, other, celery('recorded', ['order']));
  const { code, answers } = await chordal(['run', '-', '--memory', '--wait', '--serial'], { input });

  expect(answers).toEqual([
    { value: null },
    { value: null },
    {
      error: expect.objectContaining({
        errorType: 'InvalidOptions',
        message: expect.stringContaining('another canvas was sent under it') as string,
      }) as object,
    },
    { value: ['a'] },
  ]);
  expect(code).toBe(1);
});

test('output of tasks goes to stderr, and values that JSON cannot say are marked', async () => {
  const dir = await projectFolder({
    'probe.ts': `
      import { createApp } from 'chordal';
      const app = createApp('probe');
      const values = app.task('values', () => ({ at: new Date(0), big: 2n, map: new Map([['a', 1]]) }));
      const shout = app.task('shout', () => { console.log('printed by a task'); });
      const fn = app.task('fn', () => () => 1);
      const linked = app.task('linked', (value: unknown) => { console.error('linked with', value); });
      console.log('printed when loaded');
      export const handler = app.handler(values, shout, fn, linked);
    `,
  });
  const input = ndjson(celery('values', [], { link: [celery('linked')] }), celery('shout'), celery('fn'));
  const { code, answers, stdout, stderr } = await chordal(['run', '-', '--memory', '--wait', '--handlers', dir], {
    input,
  });

  expect(answers).toMatchObject([
    {
      value: {
        at: { __type__: 'datetime', __value__: '1970-01-01T00:00:00.000+00:00' },
        big: { __type__: 'bigint', __value__: '2' },
        map: { __type__: 'map' },
      },
    },
    { value: null },
    { error: { errorType: 'SerializationError', failedTask: 'fn' } },
  ]);
  expect(stdout).not.toContain('printed');
  expect(stderr).toContain('printed when loaded\n');
  expect(stderr).toContain('printed by a task\n');
  expect(stderr).toContain('linked with {');
  expect(code).toBe(1);
});

test('a handler that cannot be built is an error with file and line', async () => {
  const dir = await projectFolder({ 'broken.ts': 'export const handler = ;\n', 'none.ts': 'export const x = 1;\n' });
  const { code, stdout, stderr } = await chordal(['call', 'add', '1', '2', '--memory', '--handlers', dir]);

  expect(stderr).toMatch(/^chordal: Cannot build the handlers:\n.*broken\.ts:1:\d+: Unexpected ";"\n$/);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('a task that ends its process ends the command, which says so', async () => {
  const { code, stdout, stderr } = await chordal(['call', 'crash', '--memory', '--wait']);

  expect(stderr).toMatch(/^chordal: A task called process.exit\(\)\. .* Use --local to isolate tasks\./);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
});

test('an id that nothing is known of is PENDING', async () => {
  const { code, stdout } = await chordal(['inspect', 'abc', '--memory']);

  expect({ code, stdout }).toEqual({ code: 0, stdout: '{"taskId":"abc","state":"PENDING","children":[]}\n' });
});

// --- internal ---

/** Ignores what the step before returned. */
function notedLater(value: string): object {
  return { ...celery('record', ['order', value]), immutable: true };
}

/** Expects each text that is given as a pattern to match it. */
function matching(answer: {
  readonly error?: { readonly message?: string | RegExp };
  readonly value?: unknown;
}): object {
  const { error } = answer;
  if (!(error?.message instanceof RegExp)) return answer;
  return { error: { ...error, message: expect.stringMatching(error.message) } };
}
