import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { RunnableSchedule } from '../../src/adapters/schedules/schedule-runner.ts';
import { makeScheduleRunner } from '../../src/local/schedule-runner.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const daily: RunnableSchedule = {
  name: 'daily',
  expression: 'cron(0 0 * * ? *)',
  timezone: 'UTC',
  canvas: 'note()',
  jitterMinutes: 0,
  isEnabled: true,
  catchUp: 'none',
  tasks: ['note'],
  first: { task: 'note' },
  queue: 'q',
  body: '',
};
const sending = { send: async () => {}, giveUp: async () => {} };

test('a write that fails holds up no later one', async () => {
  const dataDir = join(await temporaryFolder(), 'data');
  await mkdir(dataDir);
  const runner = await makeScheduleRunner(sending, dataDir);
  onTestFinished(() => runner.stop());
  await runner.set([daily]);
  await rm(dataDir, { recursive: true });
  await expect(runner.setEnabled({ name: 'daily', isEnabled: false })).rejects.toThrow('ENOENT');
  await mkdir(dataDir);
  expect(await runner.setEnabled({ name: 'daily', isEnabled: false })).toBe(true);
  expect(JSON.parse(await readFile(join(dataDir, 'runs.json'), 'utf8'))).toMatchObject({ daily: { isEnabled: false } });
});

test('a file that cannot be read is refused: which schedules are paused would be lost', async () => {
  const dataDir = await temporaryFolder();
  await mkdir(join(dataDir, 'runs.json'));
  await expect(makeScheduleRunner(sending, dataDir)).rejects.toThrow(/^Cannot use the data folder/);
});
