import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { chordal, projectFolder, startChordal } from './cli-support.ts';
import type { Running } from './cli-support.ts';

/** A task with a gate is tried again and again until the file that GATE names is there: what it is in cannot end before. */
const handlers = {
  'members.ts': `
    import { setTimeout as delay } from 'node:timers/promises';
    import { createApp } from 'chordal';
    const app = createApp('probe');
    const member = app.task('member', async (x: number) => { await delay(300); return x; });
    const values = app.task('values', (all: readonly unknown[]) => all);
    export const handler = app.handler(member, values);
  `,
  'steps.ts': `
    import { createApp } from 'chordal';
    const app = createApp('probe');
    const step = app.task('step', (before: readonly number[], x: number) => [...before, x]);
    export const handler = app.handler(step);
  `,
  'gated.ts': `
    import { existsSync } from 'node:fs';
    import { createApp } from 'chordal';
    const app = createApp('probe');
    const gated = app.task('gated', { bind: true, maxRetries: 1000 }, (ctx, value: unknown) => {
      if (!existsSync(process.env['GATE'] ?? '')) throw ctx.retry({ countdown: 1 });
      return value;
    });
    export const handler = app.handler(gated);
  `,
};

const ids = ['chain', 'chord', 'retries'];
const numbers = Array.from({ length: 200 }, (_, index) => index);

test('dev --data, killed again and again in the middle of a chord, a chain and retries, finishes all of them with the right values', async () => {
  const [dir, data, TMPDIR] = await Promise.all([projectFolder(handlers), temporaryFolder(), temporaryFolder()]);
  const GATE = join(dir, 'gate');
  const start = (): Running => startChordal(['dev', '--json', '--handlers', dir, '--data', data], { GATE, TMPDIR });
  let dev = start();
  let env = environmentIn(await dev.answer);
  const input = [
    chain(),
    chord('chord', [...numbers.slice(0, -1).map((x) => signature('member', [x])), signature('gated', [199])]),
    chord(
      'retries',
      numbers.slice(0, 20).map((x) => signature('gated', [x])),
    ),
  ]
    .map((canvas) => JSON.stringify(canvas))
    .join('\n');
  const sent = await chordal(['run', '-'], { env, input });
  expect(sent.answers).toEqual(ids.map((taskId) => ({ taskId })));

  for (const step of [30, 80, 130]) {
    const reached = await chordal(['result', `chain.${step}`, '--wait'], { env });
    expect(reached.answers).toMatchObject([{ state: 'SUCCESS' }]);
    await dev.kill();
    dev = start();
    env = environmentIn(await dev.answer);
    const found = await Promise.all(ids.map((id) => chordal(['result', id], { env })));
    expect(found.flatMap(({ answers }) => answers)).toEqual(ids.map((taskId) => ({ taskId, state: 'PENDING' })));
  }

  await writeFiles(dir, { gate: '' });
  const ended = await Promise.all(ids.map((id) => chordal(['result', id, '--wait'], { env })));
  expect(ended.flatMap(({ answers }) => answers)).toEqual([
    { taskId: 'chain', state: 'SUCCESS', value: numbers },
    { taskId: 'chord', state: 'SUCCESS', value: numbers },
    { taskId: 'retries', state: 'SUCCESS', value: numbers.slice(0, 20) },
  ]);
  expect(await dev.interrupt()).toBe(0);
}, 240_000);

// --- internal ---

function signature(task: string, args: readonly unknown[] = []): object {
  return { task, args, kwargs: {}, options: {}, subtask_type: null, immutable: false };
}

/** Each step appends its number to what the step before has returned; before step 150 there is a gate. */
function chain(): object {
  const steps = numbers.map((x) => signature('step', x === 0 ? [[], x] : [x]));
  const tasks = [...steps.slice(0, 150), signature('gated'), ...steps.slice(150)];
  return { ...signature('celery.chain'), kwargs: { tasks }, options: { task_id: 'chain' }, subtask_type: 'chain' };
}

function chord(id: string, header: readonly object[]): object {
  const kwargs = { kwargs: {}, header, body: signature('values') };
  return { ...signature('celery.chord'), kwargs, options: { task_id: id }, subtask_type: 'chord' };
}

function environmentIn(line: string): Readonly<Record<string, string>> {
  const { env } = JSON.parse(line) as { readonly env: Readonly<Record<string, string>> };
  return env;
}
