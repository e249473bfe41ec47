/** `chordal logs` on the embedded cloud, by the same requests that CloudWatch Logs answers. */
import { chain } from 'chordal';
import type { ClientApp } from 'chordal';
import { expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../src/index.ts';
import { startLocal } from '../../src/local/local-cloud.ts';
import type { LocalCloud } from '../../src/local/local-options.ts';
import { cli, projectFolder, startChordal } from './cli-support.ts';
import { Happenings } from './local-support.ts';

const handlers = {
  'words.ts': `
    import { createApp, currentTask } from 'chordal';
    const app = createApp('words');
    const count = app.task('count', (line: string) => {
      console.log('counting ' + line);
      currentTask().logger.info('with the logger', { letters: line.length });
      return line.split(' ').length;
    });
    const fail = app.task('fail', (n: number): number => {
      console.error('about to fail');
      throw new RangeError('no ' + n);
    });
    export const handler = app.handler(count, fail);
  `,
};

test('chordal logs prints the lines of a workflow and of one of its tasks, and no others', async () => {
  const { local, app, happenings } = await start();
  const other = await app.signature('count', { args: ['something else'] }).delay();
  const result = await chain(app.signature('count', { args: ['to be'] }), app.signature('fail')).delay();
  await expect(result.get({ timeout: 30 })).rejects.toThrow('no 2');
  await other.get({ timeout: 30 });
  // It is printed behind the outcome, which the caller may read before.
  await happenings.until(() => happenings.lines().some((line) => line.includes('fail failed')));

  const { taskId: id } = result;
  const whole = await cli(['logs', id], { env: local.env });
  expect(whole).toMatchObject({ code: 0, stderr: '' });
  const about = { function: 'words-test-words', workflowId: id };
  expect(whole.answers).toEqual([
    expect.objectContaining({ ...about, taskId: `${id}.0`, task: 'count', level: 'INFO', message: 'counting to be' }),
    expect.objectContaining({ ...about, taskId: `${id}.0`, message: 'with the logger', letters: 5 }),
    expect.objectContaining({ ...about, taskId: id, task: 'fail', level: 'ERROR', message: 'about to fail' }),
    expect.objectContaining({ ...about, taskId: id, message: 'fail failed: RangeError: no 2', attempt: 0 }),
  ]);

  const first = await cli(['logs', `${id}.0`], { env: local.env });
  expect(first.answers).toEqual(whole.answers.slice(0, 2));
  const nobody = await cli(['logs', 'nobody'], { env: local.env });
  expect(nobody).toMatchObject({ code: 0, answers: [], stderr: expect.stringContaining('no log lines of nobody') });
});

test('list --follow and logs --follow print what comes, and Ctrl-C is their end, not a failure', async () => {
  const { local, app } = await start();
  const listing = startChordal(['list', '--follow'], local.env);
  const { taskId: id } = await chain(app.signature('count', { args: ['to be'] }), app.signature('count')).delay();
  const logging = startChordal(['logs', id, '--follow'], local.env);
  expect(JSON.parse(await listing.answer)).toMatchObject({ id, canvas: '2 × count', app: 'caller' });
  expect(JSON.parse(await logging.answer)).toMatchObject({ workflowId: id, message: 'counting to be' });
  expect(await listing.interrupt()).toBe(0);
  expect(await logging.interrupt()).toBe(0);
});

test('chordal logs says that it needs the environment of a caller', async () => {
  const { code, stderr } = await cli(['logs', 'w1', '--handlers', await projectFolder({})]);
  expect(code).toBe(2);
  expect(stderr).toContain('CHORDAL_');
});

// --- internal ---

/** Starts a cloud, and makes an app that sends to it. */
async function start(): Promise<{
  readonly local: LocalCloud;
  readonly app: ClientApp;
  readonly happenings: Happenings;
}> {
  const happenings = new Happenings();
  const local = await startLocal({
    handlersDir: await projectFolder(handlers),
    service: 'words',
    stage: 'test',
    onEvent: happenings.add,
  });
  onTestFinished(() => local.stop());
  Object.assign(process.env, local.env);
  return { local, app: createApp('caller'), happenings };
}
