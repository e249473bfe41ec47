import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { chordal, projectFolder, startChordal } from './cli-support.ts';

/** A task that says that it has begun, and ends when the file that GATE names is there. */
const waiting = (version: string): string => `
  import { existsSync } from 'node:fs';
  import { setTimeout as delay } from 'node:timers/promises';
  import { createApp } from 'chordal';
  const app = createApp('probe');
  const wait = app.task('wait', async (name: string) => {
    console.log('begun', name, '${version}');
    while (!existsSync(process.env['GATE'] ?? '')) await delay(50);
    return name + ' ${version}';
  });
  export const handler = app.handler(wait);
`;
const length = `
  import { createApp } from 'chordal';
  const app = createApp('probe');
  export const handler = app.handler(app.task('length', (text: string) => text.length));
`;

test('a rebuild lets the task end that runs, and SIGTERM has it run again at the next start', async () => {
  const [dir, data] = await Promise.all([projectFolder({ 'wait.ts': waiting('one') }), temporaryFolder()]);
  const GATE = join(dir, 'gate');
  const start = () => startChordal(['dev', '--json', '--handlers', dir, '--data', data], { GATE });
  const dev = start();
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };

  const first = chordal(['call', 'wait', 'a', '--wait'], { env });
  await dev.until(/begun a one/);
  await writeFiles(dir, { 'wait.ts': waiting('two'), 'length.ts': length });
  await dev.until(/Built length, wait$/);
  await writeFiles(dir, { gate: '' });
  expect((await first).answers).toEqual([{ value: 'a one' }]);

  await rm(GATE);
  await chordal(['run', '-'], { env, input: '{"task": "wait", "args": ["b"], "options": {"task_id": "b"}}' });
  await dev.until(/begun b two/);
  expect(await dev.interrupt('SIGTERM')).toBe(0);
  await dev.until(/Stopping/);

  await writeFiles(dir, { gate: '' });
  const again = start();
  const next = JSON.parse(await again.answer) as { readonly env: Readonly<Record<string, string>> };
  const { answers } = await chordal(['result', 'b', '--wait'], { env: next.env });
  expect(answers).toEqual([{ taskId: 'b', state: 'SUCCESS', value: 'b two' }]);
}, 120_000);

test('dev ends with 1 and the reason when its disk is full', async () => {
  const [dir, data] = await Promise.all([projectFolder({ 'length.ts': length }), temporaryFolder()]);
  // The limit on the size of a file, in KB, has the effect of a full disk, and needs no rights.
  const options = ['--json', '--port', '0', '--handlers', dir, '--data', data];
  const command = [process.execPath, '--conditions=chordal-source', 'src/cli/main.ts', 'dev', ...options];
  const dev = spawn('bash', ['-c', 'ulimit -f 12288 && exec "$@"', 'bash', ...command]);
  onTestFinished(() => void dev.kill('SIGKILL'));
  const ended = new Promise((resolve) => dev.once('close', resolve));
  const said = text(dev.stderr);
  const line = await new Promise((resolve) => dev.stdout.once('data', (chunk) => resolve(String(chunk))));
  const { env } = JSON.parse(String(line)) as { readonly env: Readonly<Record<string, string>> };
  const canvas = JSON.stringify({ task: 'length', args: ['x'.repeat(300_000)] });
  await chordal(['run', '-'], { env, input: Array.from({ length: 120 }, () => canvas).join('\n') });

  expect(await ended).toBe(1);
  expect(await said).toMatch(
    /chordal: Cannot use the data folder \S+: the disk is full.* \(.*\)\. Free some space, .*and start again\./,
  );
}, 120_000);
