import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal, projectFolder, startChordal } from './cli-support.ts';
import type { Ended } from './cli-support.ts';

const handlers = {
  'words.ts': `
    import { createApp } from 'chordal';
    const app = createApp('words');
    const count = app.task('count', (line: string) => line.split(' ').length);
    const stamps = app.task('stamps', { bind: true }, (ctx) => ctx.request.stamps);
    export const handler = app.handler(count, stamps);
  `,
  'other.ts': `
    import { createApp } from 'chordal';
    const app = createApp('other');
    export const handler = app.handler(app.task('free', () => 1));
  `,
};

test('a function is paused, counted and resumed in a running cloud', async () => {
  const { run, end } = await begin();
  const paused = await run('control', 'pause', 'count');
  expect(paused).toMatchObject({
    code: 0,
    answers: [{ queue: 'words', receiving: false, tasks: ['count', 'stamps'] }],
  });
  expect((await run('control', 'pause', 'words')).code).toBe(0);
  const waiting = await run('call', 'count', 'to be', '--wait', '--timeout', '3');
  expect(waiting).toMatchObject({ code: 1 });
  // Another function goes on.
  expect(await run('call', 'free', '--wait')).toMatchObject({ code: 0, answers: [{ value: 1 }] });

  expect((await run('inspect', 'registered')).answers).toEqual([
    { task: 'count', queue: 'words' },
    { task: 'free', queue: 'other' },
    { task: 'stamps', queue: 'words' },
  ]);
  expect(await run('call', 'count', 'later', '--kwargs', '{}')).toMatchObject({ code: 0 });
  const [stats] = (await run('inspect', 'stats')).answers as readonly { readonly waiting: number }[];
  expect(stats).toMatchObject({ scheduled: 0, dead: 0 });
  expect(stats?.waiting).toBeGreaterThan(0);
  expect((await run('inspect', 'scheduled')).answers).toEqual([{ delayed: 0, scheduled: 0 }]);
  expect((await run('inspect', 'active')).answers).toEqual([{ received: expect.any(Number) }]);

  expect((await run('control', 'resume', 'words')).answers).toMatchObject([{ queue: 'words', receiving: true }]);
  expect(await run('call', 'count', 'to be or', '--wait')).toMatchObject({ code: 0, answers: [{ value: 3 }] });
  await end();
});

test('rates are limited and stamped work is revoked, in a running cloud', async () => {
  const { run, runWith, end } = await begin();
  expect((await run('control', 'pause', 'words')).code).toBe(0);
  const signature = { task: 'stamps', args: [], kwargs: {}, subtask_type: null, immutable: false };
  const options = { stamped_headers: ['customer'], customer: 42 };
  const input = JSON.stringify({ ...signature, options });
  const stamped = await runWith(input, ['run', '-']);
  const { taskId } = stamped.answers[0] as { readonly taskId: string };
  expect(await run('revoke', '--stamp', 'customer=42')).toMatchObject({
    code: 0,
    answers: [{ stamps: { customer: [42] } }],
  });
  expect(await run('control', 'rate-limit', 'count', '2/s')).toMatchObject({
    code: 0,
    answers: [{ task: 'count', rateLimit: '2/s' }],
  });
  expect((await run('control', 'rate-limit', 'count', 'often')).stderr).toContain('Cannot limit the rate of count');
  expect((await run('control', 'resume', 'words')).code).toBe(0);
  expect(await run('result', taskId, '--wait', '--timeout', '60')).toMatchObject({ answers: [{ state: 'REVOKED' }] });
  await end();
});

test('what is purged while its function is paused ends as REVOKED, and nothing is purged unasked', async () => {
  const { run, end } = await begin();
  expect((await run('control', 'pause', 'count')).code).toBe(0);
  // The function may have asked for the first message before it was paused: it returns it.
  await run('call', 'count', 'the first');
  const [{ taskId }] = (await run('call', 'count', 'to be')).answers as [{ readonly taskId: string }];
  const unasked = await run('purge', 'count');
  expect(unasked).toMatchObject({ code: 2, answers: [] });
  expect(unasked.stderr).toContain('Cannot ask: there is no terminal. Add --force.');
  const [purged] = (await run('purge', 'count', '--force')).answers;
  expect(purged).toMatchObject({ queue: 'words', tasks: ['count'], before: expect.any(String) });
  expect(Object(purged).waiting).toBeGreaterThan(0);
  expect((await run('control', 'resume', 'count')).code).toBe(0);
  expect(await run('result', taskId, '--wait', '--timeout', '60')).toMatchObject({
    answers: [{ state: 'REVOKED', error: { message: `Cannot read the value of ${taskId}: it was purged (count)` } }],
  });
  expect((await run('purge', 'wrods', '--force')).stderr).toContain('Did you mean words?');
  await end();
});

/** A running cloud of these handlers, a command line on it, and its end. */
async function begin() {
  const [dir, TMPDIR] = await Promise.all([projectFolder(handlers), temporaryFolder()]);
  const dev = startChordal(['dev', '--json', '--handlers', dir], { TMPDIR });
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
  const runWith = (input: string | undefined, args: readonly string[]): Promise<Ended> =>
    chordal([...args, '--handlers', dir], { env, ...(input === undefined ? {} : { input }) });
  return {
    run: (...args: readonly string[]) => runWith(undefined, args),
    runWith,
    end: async () => expect(await dev.interrupt()).toBe(0),
  };
}
