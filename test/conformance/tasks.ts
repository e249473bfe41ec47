/** The tasks that Celery's tests need beside the samples of `handlers/`. */
import { chain, chord, currentTask, group } from 'chordal';
import type { AnySignature } from 'chordal';
import { app } from '../../handlers/tasks/app.ts';
import { add, tsum } from '../../handlers/tasks/math.ts';
import { identity, record } from '../../handlers/tasks/text.ts';
import { fail, raiseError } from '../../handlers/tasks/trouble.ts';

export { app };
export { addReplaced, addToAll, replaceWithChain } from '../../handlers/tasks/canvas.ts';
export { add, mul, tsum } from '../../handlers/tasks/math.ts';
export { identity, ids, log, record, recorded } from '../../handlers/tasks/text.ts';
export { fail, retry, retryOnce } from '../../handlers/tasks/trouble.ts';

/** The time of the cloud that runs: a test sets it. */
export const clock = {
  now: (): number => 0,
  sleep: async (_ms: number, _signal?: AbortSignal): Promise<void> => undefined,
};

/** Appends to `echo`; `redis_echo`. */
export const echo = app.task('echo', async (message: unknown) => {
  await currentTask().ledger.append('echo', message);
  return message;
});

/** `redis_count`, as a signature. */
export const counter = record.si('counter', 1);

/** Counts by what failed. */
export const countFailure = app.task('countFailure', async ({ taskId }: { taskId: string }) => {
  await currentTask().ledger.append('failures', taskId);
});

/** The whole of what an error callback is told. */
export const errback = app.task('errback', async (notice: unknown, ...more: unknown[]) => {
  await currentTask().ledger.append('errback', [notice, ...more]);
});

export const replaceWithChainAndEcho = app.task(
  'replaceWithChainAndEcho',
  { bind: true },
  (ctx, value: unknown, message: string) => ctx.replace(chain(identity.s(value), identity.s()).link(echo.si(message))),
);

export const replaceWithChainWhichRaises = app.task(
  'replaceWithChainWhichRaises',
  { bind: true },
  (ctx, value: unknown, message: string) =>
    ctx.replace(chain(identity.s(value), raiseError.s()).linkError(echo.si(message))),
);

export const failReplaced = app.task('failReplaced', { bind: true }, (ctx, ...args: unknown[]) =>
  ctx.replace(fail.si(...args)),
);

/** Replaces itself with what replaces itself, and then with itself, which says that it is back. */
export const secondOrderReplace = app.task(
  'secondOrderReplace',
  { bind: true },
  async (ctx, level: string, isBack: boolean = false) => {
    await ctx.ledger.append('echo', `${isBack ? 'Out' : 'In'} ${level}`);
    if (isBack) return undefined;
    const inner = level === 'A' ? app.signature('secondOrderReplace', { args: ['B'] }) : echo.si('In/Out C');
    const back = app.signature('secondOrderReplace', { args: [level, true], immutable: true });
    return ctx.replace(chain(inner, back));
  },
);

export const addChordToChord = app.task(
  'addChordToChord',
  { bind: true },
  (ctx, nums: readonly number[], value: number) => {
    ctx.addToChord(group(nums.map((num) => add.s(num, value))).pipe(tsum.s()));
    return 0;
  },
);

export const addToAllToChord = app.task(
  'addToAllToChord',
  { bind: true },
  (ctx, nums: readonly number[], value: number) => {
    for (const num of nums) ctx.addToChord(add.s(num, value));
    return 0;
  },
);

export const echoGroupId = app.task('echoGroupId', { bind: true }, async (ctx, value: unknown) => {
  await ctx.ledger.append('groups', ctx.request.groupId);
  return value;
});

type Ids = readonly [rootId: string, parentId: string | null, i: number];

export const collectIds = app.task(
  'collectIds',
  { bind: true },
  ({ request }, values: readonly unknown[], i: number): [readonly unknown[], Ids] => [
    values,
    [request.rootId, request.parentId, i],
  ],
);

/** Returns its own and its caller's ids, as it sees them. */
export const requestIds = app.task('requestIds', { bind: true }, ({ request }) => ({
  id: request.id,
  rootId: request.rootId,
  parentId: request.parentId,
}));

const nested: Readonly<Record<string, () => AnySignature>> = {
  chainOfGroup: () => chain(group([add.s(1, 2)])),
  groupOfChain: () => group([chain(add.s(1, 2))]),
  groupOfChord: () => group([chord([add.s(1, 2)], tsum.s())]),
  chordOfGroup: () => chord(group([add.s(1, 2)]), tsum.s()),
};

/** A canvas as a value: its JSON. */
export const returnSignature = app.task('returnSignature', (name: string) => nested[name]?.().toJSON());

/** Reads a canvas back, and answers with what it says. */
export const rebuildSignature = app.task('rebuildSignature', (json: ReturnType<AnySignature['toJSON']>) => {
  const rebuilt = app.signature(json);
  return { text: String(rebuilt), isSame: JSON.stringify(rebuilt) === JSON.stringify(json) };
});

/** An error that cannot be written as JSON. */
class UnserialisableError extends Error {
  override readonly name = 'UnserialisableError';
  readonly args: readonly unknown[];
  readonly self: unknown = this;

  constructor(...args: readonly unknown[]) {
    super(`made with ${args.map(String).join(', ')}`);
    this.args = args;
  }
}

export const failUnserialisable = app.task('failUnserialisable', (...args: unknown[]): never => {
  throw new UnserialisableError(...args, () => undefined);
});

/** Comes back once, and then returns. */
export const secondPass = app.task('secondPass', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 0 });
  return 'second-pass';
});

/** Waits in the cloud's own time. */
export const wait = app.task('wait', async (seconds: number) => {
  const { signal } = currentTask();
  const startedAt = clock.now();
  await clock.sleep(seconds * 1000, signal);
  if (signal.aborted)
    await currentTask()
      .ledger.append('aborted', (clock.now() - startedAt) / 1000)
      .catch(() => undefined);
  // Past its soft limit it goes on: only the hard one ends the wait for it.
  await clock.sleep(startedAt + seconds * 1000 - clock.now());
  return seconds;
});

export const waitUpToAMinute = app.task(
  'waitUpToAMinute',
  { timeLimit: 60, softTimeLimit: 45 },
  async (seconds: number) => wait(seconds),
);

/** When it ran, in ms. */
export const time = app.task('time', (..._args: unknown[]) => clock.now());

export const timesOf = app.task('timesOf', (times: readonly number[]) => times);

export const limitedTime = app.task('limitedTime', { rateLimit: '10/s' }, (..._args: unknown[]) => clock.now());

/** The headers and the expiry of the current request. */
export const envelope = app.task('envelope', { bind: true }, ({ request }, ..._args: unknown[]) => ({
  headers: request.headers,
  expires: request.expires?.getTime() ?? null,
}));

export const retryEnvelope = app.task('retryEnvelope', { bind: true }, (ctx) => {
  if (ctx.request.retries === 0) throw ctx.retry({ countdown: 1 });
  return ctx.request.headers;
});

export const replaceEnvelope = app.task('replaceEnvelope', { bind: true }, (ctx) => ctx.replace(envelope.s()));

export const countArguments = app.task('countArguments', (...args: unknown[]) => args.length);

/** The state of the task that it is a link of. */
const linkedState = app.task('linkedState', { bind: true }, ({ request }, _value: unknown) =>
  app.asyncResult(request.parentId ?? '').state(),
);

export const handler = app.handler(
  echo,
  countFailure,
  errback,
  replaceWithChainAndEcho,
  replaceWithChainWhichRaises,
  failReplaced,
  secondOrderReplace,
  addChordToChord,
  addToAllToChord,
  echoGroupId,
  collectIds,
  requestIds,
  returnSignature,
  rebuildSignature,
  failUnserialisable,
  secondPass,
  wait,
  waitUpToAMinute,
  time,
  timesOf,
  limitedTime,
  envelope,
  retryEnvelope,
  replaceEnvelope,
  countArguments,
  linkedState,
);
