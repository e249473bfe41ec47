import { createApp, range } from 'chordal';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal, projectFolder, startChordal } from './cli-support.ts';

const handlers = {
  'work.ts': `
    import { setTimeout } from 'node:timers/promises';
    import { createApp } from 'chordal';
    const app = createApp('work');
    // One batch of it takes longer than the test.
    const slow = app.task('slow', async (n: number) => setTimeout(280_000, n));
    const quick = app.task('quick', (n: number) => n);
    const urgent = app.task('urgent', { priority: 'high' }, (n: number) => n);
    export const handler = app.handler(slow, quick, urgent);
    export const config = { timeout: 300 };
  `,
  'usual.ts': `
    import { createApp } from 'chordal';
    const app = createApp('usual');
    export const handler = app.handler(app.task('usual', () => 1));
  `,
};

test(
  'in chordal dev, tasks and calls of high priority overtake a backlog of slow ones',
  { timeout: 240_000 },
  async () => {
    const [dir, TMPDIR] = await Promise.all([projectFolder(handlers), temporaryFolder()]);
    const dev = startChordal(['dev', '--json', '--aws', 'embedded', '--handlers', dir], { TMPDIR });
    const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const app = createApp('caller');
    const task = (name: string, n: number) => app.signature(name, { args: [n] });

    await Promise.all(range(200).map((n) => task('slow', n).delay()));
    const late = await task('quick', -1).delay();
    // Neither the caller nor the routes say that it is high: the task does, in its handler.
    expect(await (await task('urgent', 1).delay()).get({ timeout: 90 })).toBe(1);
    expect(await (await task('quick', 2).applyAsync({ priority: 'high' })).get({ timeout: 90 })).toBe(2);
    expect(await late.state()).toBe('PENDING');
    await expect(app.signature('usual').applyAsync({ priority: 'high' })).rejects.toMatchObject({
      message: expect.stringMatching(
        /^Cannot send usual with the priority high: there is no queue for it beside usual\./,
      ),
    });

    const run = (...args: readonly string[]) => chordal([...args, '--handlers', dir], { env });
    expect((await run('inspect', 'registered')).answers).toEqual([
      { task: 'quick', queue: 'work' },
      { task: 'slow', queue: 'work' },
      { task: 'urgent', queue: 'work-high' },
      { task: 'usual', queue: 'usual' },
    ]);
    // Both queues of a function are paused.
    expect((await run('control', 'pause', 'urgent')).answers).toEqual([
      { queue: 'work', receiving: false, tasks: ['slow', 'quick', 'urgent'] },
    ]);
    const paused = await task('urgent', 3).delay();
    await expect(paused.get({ timeout: 3 })).rejects.toMatchObject({ code: 'CHORDAL_TIMEOUT' });
    expect((await run('control', 'resume', 'work')).code).toBe(0);
    expect(await paused.get({ timeout: 90 })).toBe(3);
    vi.unstubAllEnvs();
  },
);
