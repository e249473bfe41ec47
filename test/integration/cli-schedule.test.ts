import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { chordal, projectFolder, startChordal } from './cli-support.ts';
import type { Ended } from './cli-support.ts';

/** A project with a schedule of each night, and one of a single time. */
function handlers(at: Date): Readonly<Record<string, string>> {
  return {
    'words.ts': `
      import { chord, createApp } from 'chordal';
      const app = createApp('words');
      const count = app.task('count', (line: string) => line.split(' ').length);
      const sum = app.task('sum', (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0));
      export const handler = app.handler(count, sum);
      const words = chord([count.s('to be'), count.s('or not')], sum.s());
      app.schedule('nightly', { cron: '0 3 * * *', timezone: 'Europe/Berlin' }, words, { jitter: 300 });
      app.schedule('once', { at: new Date(${at.getTime()}) }, count.s('it is time'));
    `,
  };
}

test('schedule run starts a schedule in memory, and list prints what there is', async () => {
  const dir = await projectFolder(handlers(new Date(Date.now() + 3_600_000)));
  const schedule = (...args: readonly string[]): Promise<Ended> =>
    chordal(['schedule', ...args, '--memory', '--handlers', dir]);
  const [list, run, unknown] = await Promise.all([
    schedule('list'),
    schedule('run', 'nightly', '--wait'),
    schedule('run', 'nightli'),
  ]);

  expect(list).toMatchObject({ code: 0, stderr: '' });
  expect(list.answers).toEqual([
    {
      schedule: 'nightly',
      when: 'cron(0 3 * * ? *)',
      timezone: 'Europe/Berlin',
      canvas: expect.stringContaining('count("to be")'),
      enabled: true,
      queue: 'words',
      next: expect.stringMatching(/T0[12]:00:00.000Z$/),
    },
    expect.objectContaining({ schedule: 'once', canvas: 'count("it is time")' }),
  ]);
  expect(run).toMatchObject({ code: 0, stdout: '{"value":4}\n' });
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain(
    'Cannot find a schedule named nightli. Did you mean nightly? Known are nightly, once',
  );
});

test('a wrong expression is refused with its file and its place', async () => {
  const dir = await projectFolder({
    'wrong.ts': `
      import { createApp } from 'chordal';
      const app = createApp('wrong');
      const count = app.task('count', (line: string) => line.length);
      export const handler = app.handler(count);
      app.schedule('nightly', { cron: '0 25 * * *' }, count.s('x'));
    `,
  });
  const list = await chordal(['schedule', 'list', '--memory', '--handlers', dir]);

  expect(list).toMatchObject({ code: 2, stdout: '' });
  expect(list.stderr).toContain(
    'wrong.ts: it failed to load: Cannot schedule nightly at "0 25 * * *": its hour "25" is not a number from 0 to 23',
  );
});

test('dev --data runs a schedule at its time, once, and remembers that another is paused', async () => {
  const later = new Date(Date.now() + 3_600_000);
  const [dir, data, TMPDIR] = await Promise.all([projectFolder(handlers(later)), temporaryFolder(), temporaryFolder()]);
  const start = () => startChordal(['dev', '--json', '--handlers', dir, '--data', data], { TMPDIR });
  const dev = start();
  const env = environmentIn(await dev.answer);
  // A schedule whose time is over when dev first reads it does not run.
  const at = new Date(Math.ceil(Date.now() / 1000) * 1000 + 10_000);
  await writeFiles(dir, handlers(at));
  const schedule = (...args: readonly string[]): Promise<Ended> => chordal(['schedule', ...args], { env });

  expect((await schedule('pause', 'nightly')).answers).toEqual([{ schedule: 'nightly', enabled: false }]);
  const [paused] = (await schedule('list')).answers;
  expect(paused).toMatchObject({ schedule: 'nightly', enabled: false, timezone: 'Europe/Berlin' });
  expect(paused).not.toHaveProperty('next');
  expect(await schedule('pause', 'none')).toMatchObject({ code: 2 });
  expect((await schedule('run', 'nightly', '--wait')).answers).toEqual([{ value: 4 }]);

  const id = `once:${at.toISOString().slice(0, 19)}Z`;
  const result = await chordal(['result', id, '--wait', '--timeout', '60'], { env });
  expect(result.answers).toMatchObject([{ taskId: id, state: 'SUCCESS', value: 3 }]);
  expect(await dev.interrupt()).toBe(0);

  const again = start();
  const next = environmentIn(await again.answer);
  const listed = await chordal(['schedule', 'list'], { env: next });
  expect(listed.answers).toMatchObject([{ schedule: 'nightly', enabled: false }, { schedule: 'once' }]);
  const resumed = await chordal(['schedule', 'resume', 'nightly'], { env: next });
  expect(resumed.answers).toEqual([{ schedule: 'nightly', enabled: true }]);
});

// --- internal ---

function environmentIn(answer: string): Readonly<Record<string, string>> {
  return (JSON.parse(answer) as { readonly env: Readonly<Record<string, string>> }).env;
}
