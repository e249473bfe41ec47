import { chain, chord, createApp, currentTask, group, kwargs } from 'chordal';
import type { AnySignature } from 'chordal';
import { describe, expect, it } from 'vitest';

const app = createApp('options');
const add = app.task('add', (x: number, y: number) => x + y);

const invalid = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'CHORDAL_INVALID_OPTIONS', message: expect.stringMatching(message) });

describe('the options of a call', () => {
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    [
      'countdown',
      -1e12,
      /^Cannot use countdown: expected a number of seconds, at most 100 years ahead or ago, got -1000000000000$/,
    ],
    ['countdown', '5', /, got "5"$/],
    ['countdown', Number.NaN, /, got NaN$/],
    ['countdown', Number.POSITIVE_INFINITY, /, got Infinity$/],
    ['countdown', Number.MAX_VALUE, /^Cannot use countdown: expected /],
    ['countdown', null, /, got null$/],
    ['eta', 5, /^Cannot use eta: expected a valid Date up to the year 9999, got 5$/],
    ['eta', new Date(Number.NaN), /^Cannot use eta: expected a valid Date up to the year 9999, got an invalid Date$/],
    ['eta', '2026-01-01', /^Cannot use eta: expected a valid Date/],
    [
      'expires',
      'soon',
      /^Cannot use expires: expected a number of seconds, at most 100 years ahead or ago, or a valid Date/,
    ],
    ['eta', new Date(Date.UTC(10_000, 0, 1)), /^Cannot use eta: expected a valid Date up to the year 9999/],
    ['expires', new Date(8.64e15), /^Cannot use expires: expected .* or a valid Date up to the year 9999/],
    ['expires', -1e12, /^Cannot use expires: expected /],
    ['taskId', 'a.b', /^Cannot use taskId: expected an id of 1 to 100 of A-Z a-z 0-9 _ : -, got "a\.b"$/],
    ['taskId', '', /^Cannot use taskId: expected /],
    ['taskId', 'x'.repeat(101), /^Cannot use taskId: expected /],
    ['queue', '', /^Cannot use queue: expected a text that is not empty/],
    ['queue', 3, /^Cannot use queue: expected /],
    ['tenant', 'ä', /^Cannot use tenant: expected a name of 1 to 128/],
    ['tenant', 'x'.repeat(129), /^Cannot use tenant: expected /],
    ['headers', [], /^Cannot use headers: expected an object, got an array of 0 items$/],
    ['headers', new Map(), /, got an instance of Map$/],
    ['link', 'add', /^Cannot use link: expected a signature or a list of them/],
    ['link', add, /^Cannot use link: expected a signature/],
    ['linkError', [1], /^Cannot use linkError: expected a signature/],
    ['ignoreResult', 'yes', /^Cannot use ignoreResult: expected true or false/],
    ['maxRetries', 1.5, /^Cannot use maxRetries: expected a whole number of at least 0, or null for no end/],
    ['maxRetries', -1, /^Cannot use maxRetries: expected /],
    ['timeLimit', 0, /^Cannot use timeLimit: expected a number of seconds above 0/],
    ['softTimeLimit', -1, /^Cannot use softTimeLimit: expected /],
    ['concurrencyLimit', 0, /^Cannot use concurrencyLimit: expected a whole number from 1 to 1000, got 0$/],
    ['concurrencyLimit', 1001, /, got 1001$/],
    ['concurrencyLimit', 2.5, /, got 2\.5$/],
    ['concurrencyLimit', '2', /, got "2"$/],
    ['concurrencyKey', '', /^Cannot use concurrencyKey: expected a text of 1 to 256 characters, got ""$/],
    ['concurrencyKey', 'x'.repeat(257), /^Cannot use concurrencyKey: expected /],
    ['concurrencyKey', 7, /^Cannot use concurrencyKey: expected /],
    [
      'routingKey',
      3,
      /^Cannot use routingKey as an option: there is no such option\. Known options: (args, kwargs, )?countdown, eta, /,
    ],
    [
      'count_down',
      1,
      /^Cannot use count_down as an option: there is no such option\. Did you mean countdown\? Known options: /,
    ],
    ['constructor', 1, /^Cannot use constructor as an option: there is no such option/],
    ['toString', 1, /^Cannot use toString as an option: there is no such option/],
  ];

  it.each(wrong)('refuse %s of %j, in every place that takes them, and say why', async (key, value, message) => {
    const options: object = { [key]: value };
    expect(() => add.s(1, 2).set(options)).toThrow(invalid(message));
    expect(() => app.signature('add', { options })).toThrow(invalid(message));
    expect(() => add.signature({ args: [1, 2], options })).toThrow(invalid(message));
    await expect(add.s(1, 2).applyAsync(options)).rejects.toThrow(invalid(message));
    await expect(chain(add.s(1, 2)).applyAsync(options)).rejects.toThrow(invalid(message));
    await expect(add.applyAsync({ args: [1, 2], ...options })).rejects.toThrow(invalid(message));
  });

  it('are listed with those of applyAsync alone where these can be given, and those are refused elsewhere', async () => {
    await expect(add.s(1, 2).applyAsync({ dedup_key: 'a' } as object)).rejects.toThrow(
      invalid(
        /^Cannot use dedup_key .* Did you mean dedupKey\? Known options: args, kwargs, .*countdown, .*throttle\.$/,
      ),
    );
    for (const key of ['dedupKey', 'dedupFor', 'debounce', 'throttle'])
      expect(() => add.s(1, 2).set({ [key]: 1 })).toThrow(
        `Cannot use ${key} as an option of a signature: it decides whether one call sends. Give it to applyAsync().`,
      );
  });

  it('refuse arguments in their place, and say where these go', async () => {
    const apply = async (options: object): Promise<unknown> => add.s(1, 2).applyAsync(options);
    await expect(apply([2, 3])).rejects.toThrow(
      invalid(
        /^Cannot use the options of a call: .* got an array of 2 items\. Give the arguments in them: \{ args: \[…\] \}\.$/,
      ),
    );
  });

  it('refuse args, kwargs and a dedupKey that are none', async () => {
    const apply = (options: object): Promise<unknown> => add.s(1, 2).applyAsync(options);
    await expect(apply({ args: 5 })).rejects.toThrow(invalid(/^Cannot use args: expected a list of arguments, got 5$/));
    await expect(apply({ kwargs: [] })).rejects.toThrow(
      invalid(/^Cannot use kwargs: expected an object of keyword arguments/),
    );
    await expect(apply({ dedupKey: '' })).rejects.toThrow(
      invalid(/^Cannot use dedupKey: expected a text that is not empty/),
    );
  });

  it('refuse a soft limit that is not below the hard one', () => {
    expect(() => add.s(1, 2).set({ softTimeLimit: 5, timeLimit: 5 })).toThrow(
      invalid(/^Cannot use softTimeLimit: expected less than timeLimit \(5 s\), got 5 s$/),
    );
  });

  it('refuse a soft limit that is not below the hard one set before, or around, or by the task', async () => {
    const limits = invalid(/^Cannot use softTimeLimit: expected less than timeLimit \(1 s\), got 5 s$/);
    const short = add.s(1, 2).set({ timeLimit: 1 });
    const limited = app.task('limited', { timeLimit: 1 }, () => 1);
    const read = app.signature({ ...short.toJSON(), options: { time_limit: 1, soft_time_limit: 5 } });
    expect(() => short.set({ softTimeLimit: 5 })).toThrow(limits);
    await expect(short.applyAsync({ softTimeLimit: 5 })).rejects.toThrow(limits);
    await expect(chain(short, add.s(1)).applyAsync({ softTimeLimit: 5 })).rejects.toThrow(limits);
    await expect(group([add.s(1, 2).set({ softTimeLimit: 5 })]).applyAsync({ timeLimit: 1 })).rejects.toThrow(limits);
    await expect(read.delay()).rejects.toThrow(limits);
    await expect(limited.s().applyAsync({ softTimeLimit: 5 })).rejects.toThrow(limits);
  });

  it('refuse a dedupKey with a taskId, for each makes the id', async () => {
    await expect(add.s(1, 2).applyAsync({ taskId: 'a', dedupKey: 'k' })).rejects.toThrow(
      invalid(/^Cannot use a dedupKey and a taskId together: .* Give one of them\.$/),
    );
  });

  it('carry a concurrency key and limit through JSON, and refuse them for a task of a Python worker', async () => {
    const options = { concurrencyKey: 't7', concurrencyLimit: 2 };
    const json = add.s(1, 2).set(options).toJSON();
    expect(json.options).toEqual({ concurrency_key: 't7', concurrency_limit: 2 });
    expect(app.signature(json).data.options).toEqual(options);
    expect(() => app.signature({ ...json, options: { concurrency_limit: 0 } })).toThrow(
      /options\.concurrency_limit: expected a whole number from 1 to 1000, got 0$/,
    );
    const theirs = app.external('theirs', { queue: 'python' });
    for (const own of [options, { concurrencyLimit: 2 }])
      await expect(theirs.s().set(own).delay()).rejects.toThrow(
        invalid(/^Cannot use concurrency(Key|Limit) of theirs: a Python worker runs it, which takes no places\. /),
      );
  });

  it('refuse options that are not an object', async () => {
    const apply = (options: unknown): Promise<unknown> => add.s(1, 2).applyAsync(options as object);
    const message = (of: string): RegExp => new RegExp(`^Cannot use the options of a ${of}: expected an object, got `);
    for (const options of [null, 5, 'soon', [1]]) {
      await expect(apply(options)).rejects.toThrow(invalid(message('call')));
      expect(() => add.s(1, 2).set(options as object)).toThrow(invalid(message('signature')));
    }
  });

  it('are passed over when they are undefined', () => {
    const options: object = { countdown: undefined, eta: undefined, link: undefined };
    expect(add.s(1, 2).set(options).toJSON().options).toEqual({});
  });

  it('merge: the later win, callbacks add up, headers merge', () => {
    const signature = add
      .s(1, 2)
      .set({ countdown: 1, queue: 'a', headers: { a: 1, b: 1 } })
      .link(add.s(1));
    const later = signature.set({ countdown: 2, headers: { b: 2 } }).link(add.s(2));
    expect(later.toJSON().options).toMatchObject({
      countdown: 2,
      queue: 'a',
      headers: { a: 1, b: 2 },
      link: [{ args: [1] }, { args: [2] }],
    });
    expect(signature.toJSON().options).toMatchObject({ countdown: 1, headers: { a: 1, b: 1 }, link: [{ args: [1] }] });
  });
});

describe('the options of a task', () => {
  it.each<[string, unknown, RegExp]>([
    ['bind', 1, /^Cannot use bind of t: expected true or false, got 1$/],
    ['maxRetries', 0.5, /^Cannot use maxRetries of t: expected a whole number/],
    ['autoretryFor', Error, /^Cannot use autoretryFor of t: expected a list of error classes or their names/],
    ['dontAutoretryFor', [1], /^Cannot use dontAutoretryFor of t: expected /],
    ['retryBackoff', 'x', /^Cannot use retryBackoff of t: expected true, false, or a number of seconds/],
    ['retryBackoffMax', -1, /^Cannot use retryBackoffMax of t: expected /],
    ['retryJitter', 0, /^Cannot use retryJitter of t: expected /],
    ['defaultRetryDelay', Number.NaN, /^Cannot use defaultRetryDelay of t: expected /],
    ['timeLimit', 0, /^Cannot use timeLimit of t: expected /],
    ['softTimeLimit', 'x', /^Cannot use softTimeLimit of t: expected /],
    ['ignoreResult', null, /^Cannot use ignoreResult of t: expected /],
    ['trackStarted', 'x', /^Cannot use trackStarted of t: expected /],
    ['acksLate', 'x', /^Cannot use acksLate of t: expected /],
    ['rateLimit', '10/d', /^Cannot limit the rate of t: expected /],
    ['rateLimit', {}, /^Cannot use rateLimit of t: expected /],
    ['concurrencyLimit', 0, /^Cannot use concurrencyLimit of t: expected a whole number from 1 to 1000, got 0$/],
    ['concurrencyKey', 'k', /^Cannot use the concurrencyKey "k" of t: it has no limit\. /],
    ['queue', '', /^Cannot use queue of t: expected /],
    ['input', {}, /^Cannot use input of t: expected a Standard Schema/],
    ['resultExpires', -1, /^Cannot use resultExpires of t: expected /],
    ['countdown', 1, /^Cannot use countdown as an option of t: there is no such option\. Known options: queue, /],
    ['constructor', 1, /^Cannot use constructor as an option of t/],
  ])('refuse %s of %j and say why', (key, value, message) => {
    const options: object = { [key]: value };
    expect(() => app.task('t', options, () => 1)).toThrow(invalid(message));
  });

  it('refuse what is no object, and a soft limit that is not below the hard one', () => {
    const none = null as unknown as object;
    expect(() => app.task('t', none, () => 1)).toThrow(invalid(/^Cannot use the options of t: expected an object/));
    expect(() => app.task('t', { softTimeLimit: 3, timeLimit: 2 }, () => 1)).toThrow(
      invalid(/softTimeLimit: expected less than timeLimit/),
    );
  });
});

describe('app.task()', () => {
  it('refuses a name that is empty, Celery’s own, or taken, and what is no function', () => {
    expect(() => app.task('', () => 1)).toThrow(invalid(/^Cannot register a task as ""/));
    expect(() => app.task('celery.chain', () => 1)).toThrow(invalid(/^Cannot register a task as "celery\.chain"/));
    expect(() => app.task('add', () => 1)).toThrow(
      invalid(/^Cannot register add as a task: this app already has a task of that name/),
    );
    const none = 5 as unknown as () => void;
    expect(() => app.task('five', none)).toThrow(
      invalid(/^Cannot register five as a task: expected a function, got 5$/),
    );
  });
});

describe('createApp()', () => {
  it('refuses a setting that there is not, and says which there are', () => {
    const settings: object = { maxDeep: 3 };
    expect(() => createApp('x', settings)).toThrow(
      invalid(
        /^Cannot use maxDeep as an option of an app: there is no such option\. Known options: resultExpires, maxDepth, .*table, bucket, /,
      ),
    );
  });

  it.each<[string, unknown]>([
    ['maxDepth', -1],
    ['resultExpires', Number.NaN],
    ['taskDefaults', { nothing: 1 }],
    ['taskDefaults', 5],
    ['table', ''],
    ['bucket', 5],
    ['routes', { add: 5 }],
    ['routes', 'math'],
    ['logLevel', 'loud'],
  ])('refuses a setting %s of %j', (key, value) => {
    const settings: object = { [key]: value };
    expect(() => createApp('x', settings)).toThrow(invalid(/^Cannot use /));
  });

  it('refuses a name and settings that are none', () => {
    const create = createApp as unknown as (name?: unknown, settings?: unknown) => void;
    for (const name of [undefined, '', 5])
      expect(() => create(name)).toThrow(
        invalid(/^Cannot use the name of an app: expected a text that is not empty, got /),
      );
    for (const settings of [null, 5, 'x'])
      expect(() => create('x', settings)).toThrow(invalid(/^Cannot use the settings of an app: expected an object/));
  });

  it('has the defaults of its settings and of its tasks’ options in its conf', () => {
    const { conf } = createApp('defaults', { table: 't', resultExpires: 60, taskDefaults: { maxRetries: 7 } });
    expect(conf).toEqual({
      table: 't',
      maxDepth: 100,
      resultExpires: 60,
      inline: false,
      inlineSteps: 100,
      highPriority: false,
      taskDefaults: {
        bind: false,
        maxRetries: 7,
        autoretryFor: [],
        dontAutoretryFor: [],
        throws: [],
        storeErrorsEvenIfIgnored: true,
        retryBackoff: false,
        retryBackoffMax: 600,
        retryJitter: true,
        defaultRetryDelay: 180,
        ignoreResult: false,
        trackStarted: false,
        acksLate: true,
        resultExpires: 60,
        inline: false,
        priority: 'normal',
        logArguments: false,
        keepArguments: false,
      },
    });
  });

  it('passes over settings, and options of tasks, that are undefined', async () => {
    const undefinedOnes: object = { maxDepth: undefined, resultExpires: undefined, taskDefaults: undefined };
    expect(createApp('undefined', undefinedOnes).conf).toEqual(createApp('none').conf);
    const defaults: object = { maxRetries: 7, retryBackoffMax: undefined };
    const { conf, task } = createApp('defaults', { taskDefaults: { ...defaults, bind: true } });
    expect(conf.taskDefaults).toMatchObject({ maxRetries: 7, retryBackoffMax: 600 });
    const options: object = { bind: undefined };
    const bound = task('bound', options, (ctx: unknown) => typeof ctx);
    expect(await (bound as unknown as () => Promise<unknown>)()).toBe('object');
  });

  it('gives every task the defaults of the app, which its own options win over', async () => {
    const strict = createApp('strict', { taskDefaults: { bind: true } });
    const bound = strict.task('bound', (ctx: unknown) => typeof ctx);
    const loose = strict.task('loose', { bind: false }, (value: number) => value);
    expect(await app.signature('add', { args: [1, 2] })()).toBe(3);
    expect(await loose(4)).toBe(4);
    expect(await strict.signature(bound.name)()).toBe('object');
  });
});

describe('kwargs()', () => {
  it('refuses a value that is not a plain object', () => {
    for (const value of [5, null, [1], new Map(), 'x'] as unknown as object[])
      expect(() => kwargs(value)).toThrow(expect.objectContaining({ code: 'CHORDAL_INVALID_ARGUMENTS' }));
  });

  it('are refused before the last argument, and twice', () => {
    const s = (...args: unknown[]): unknown => add.s(...(args as [number, number]));
    const message = /^Cannot use kwargs\({…}\) of add as argument 1 of 2: keyword arguments come last, and once$/;
    for (const args of [
      [kwargs({ a: 1 }), 2],
      [kwargs({ a: 1 }), kwargs({ b: 2 })],
    ]) {
      expect(() => s(...args)).toThrow(
        expect.objectContaining({ code: 'CHORDAL_INVALID_ARGUMENTS', message: expect.stringMatching(message) }),
      );
    }
  });

  it('are told by their mark alone: an object is an argument, whatever its keys', async () => {
    const keys = app.task('keys', (value: object) => Object.keys(value));
    expect(await (keys as unknown as (value: object) => Promise<unknown>)({ '~kwargs': { a: 1 } })).toEqual([
      '~kwargs',
    ]);
  });
});

describe('canvases', () => {
  it('refuse a part that is not a signature, and name it', () => {
    const canvas = (message: RegExp): unknown =>
      expect.objectContaining({ code: 'CHORDAL_INVALID_CANVAS', message: expect.stringMatching(message) });
    const task = add as unknown as ReturnType<typeof add.s>;
    expect(() => chain(add.s(1, 2), task)).toThrow(
      canvas(/^Cannot use part 2 of a chain: expected a signature, .*Use \.s\(\)/),
    );
    expect(() => group([5 as unknown as ReturnType<typeof add.s>])).toThrow(
      canvas(/^Cannot use part 1 of a group: expected a signature, got 5/),
    );
    expect(() => group(5 as unknown as ReturnType<typeof add.s>[])).toThrow(
      canvas(/^Cannot use the members of a canvas: expected a list of signatures, got 5/),
    );
    const list = [add.s(1, 2)] as unknown as ReturnType<typeof add.s>;
    expect(() => chain(list)).toThrow(canvas(/, got an array of 1 item\. Spread a list of them with \.{3}$/));
    expect(() => group(add.s(1, 2) as unknown as [])).toThrow(
      canvas(/, got the signature add\(1, 2\)\. Put it in a list\.$/),
    );
    expect(() => chain()).toThrow(canvas(/^Cannot make a chain: it has no steps/));
    expect(() => add.s(1, 2).pipe(task)).toThrow(
      canvas(/^Cannot use the next step of a chain: expected a signature, got the function add\. Use \.s\(\)/),
    );
    expect(() => add.s(1, 2).link(task)).toThrow(canvas(/^Cannot use a link: expected a signature/));
    const nothing = undefined as unknown as AnySignature;
    expect(() => add.s(1, 2).linkError(nothing)).toThrow(
      canvas(/^Cannot use an error callback: expected a signature, got undefined$/),
    );
    const mode: object = { onMemberFailure: 'ignore' };
    expect(() => chord([add.s(1, 2)], add.si(1, 2), mode)).toThrow(
      invalid(/^Cannot use onMemberFailure of a chord: expected 'failFast' or 'collect', got "ignore"$/),
    );
    const other: object = { countdown: 1 };
    expect(() => chord([add.s(1, 2)], add.si(1, 2), other)).toThrow(
      invalid(/^Cannot use countdown as an option of a chord/),
    );
  });

  it('are found out of tasks: a task outside of one is refused', () => {
    expect(() => currentTask()).toThrow(invalid(/^Cannot find the current task/));
  });
});

describe('task.chunks(), map() and starmap()', () => {
  const bad = (message: RegExp): unknown =>
    expect.objectContaining({ code: 'CHORDAL_INVALID_ARGUMENTS', message: expect.stringMatching(message) });

  it('refuse a size that is none, and items that are no list', () => {
    for (const size of [0, -1, 1.5, Number.NaN])
      expect(() => add.chunks([[1, 2]], size)).toThrow(
        bad(/^Cannot cut the items of add into chunks: expected a whole number of items a chunk, at least 1, got /),
      );
    const none = 5 as unknown as [];
    expect(() => add.starmap(none)).toThrow(bad(/^Cannot map add over its items: expected a list, got 5$/));
  });
});
