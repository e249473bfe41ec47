import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../support/temporary-folder.ts';
import { chordal, cli, projectFolder, startChordal } from './cli-support.ts';
import type { Ended } from './cli-support.ts';

/** A handler with one task, which adds `more` to its argument. */
function handlerAdding(more: number): string {
  return `
    import { createApp } from 'chordal';
    const app = createApp('probe');
    const plus = app.task('plus', (x: number) => { console.log('plus was called'); return x + ${more}; });
    export const handler = app.handler(plus);
  `;
}

test('--local runs a command on an embedded cloud of its own, which can keep its state', async () => {
  const [handlers, data] = await Promise.all([projectFolder({ 'probe.ts': handlerAdding(1) }), temporaryFolder()]);
  const local = ['--local', '--handlers', handlers, '--data', data];
  // It leads elsewhere, and must not be followed.
  const env = {
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9',
    AWS_PROFILE: 'nobody',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    CHORDAL_TABLE: 'none',
  };

  const input = '{"task": "plus", "args": [1]}\n{"task": "plu"}';
  const run = await chordal(['run', '-', ...local], { env, input });
  const taskId = idIn(run.answers[0]);
  const result = await chordal(['result', taskId, ...local]);

  expect(run.answers).toMatchObject([
    { taskId: expect.any(String) },
    { error: { errorType: 'NotRegistered', line: 2 } },
  ]);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(`plus ${taskId} | plus was called\n`);
  expect(result).toMatchObject({ code: 0, answers: [{ taskId, state: 'SUCCESS', value: 2 }], stderr: '' });
}, 60_000);

test('--local leaves nothing behind if its output is closed early', async () => {
  const TMPDIR = await temporaryFolder({ 'canvases.ndjson': '{"task": "add", "args": [1, 2]}\n'.repeat(50) });
  const command = `"${process.execPath}" --conditions=chordal-source src/cli/main.ts run "$TMPDIR/canvases.ndjson" --local --wait | head -n 1`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], { env: { ...process.env, TMPDIR } });

  expect({ stdout, stderr }).toEqual({ stdout: '{"value":3}\n', stderr: '' });
  expect(await readdir(TMPDIR)).toEqual(['canvases.ndjson']);
}, 60_000);

test('dev tells what other processes must set, follows changes, and stops when it is interrupted', async () => {
  const handlers = await projectFolder({ 'probe.ts': handlerAdding(1) });
  const dev = startChordal(['dev', '--json', '--handlers', handlers, '--service', 'shop', '--stage', 'test']);
  const { env } = environmentIn(await dev.answer);
  await dev.until(/export CHORDAL_TABLE=shop-test$/);
  await dev.until(/Ctrl-C stops it/);

  // With the environment alone, nothing else of the project.
  const first = await chordal(['call', 'plus', '1', '--wait'], { env: { ...env, AWS_PROFILE: 'work' } });
  expect(first).toMatchObject({ code: 0, stdout: '{"value":2}\n', stderr: '' });
  await dev.until(/ plus [\w-]{36} \| plus was called$/);
  await dev.until(/ plus [\w-]{36} SUCCESS \d+ ms$/);

  await writeFiles(handlers, { 'probe.ts': 'export const handler = ;\n' });
  await dev.until(/probe\.ts:1:\d+: Unexpected ";"$/);
  await writeFiles(handlers, {
    'probe.ts': handlerAdding(40),
    'second.ts': handlerAdding(0).replace("'plus'", "'other'"),
  });
  await dev.until(/Built probe, second$/);
  const second = await chordal(['call', 'plus', '2', '--wait'], { env });
  expect(second).toMatchObject({ code: 0, stdout: '{"value":42}\n' });

  expect(await dev.interrupt()).toBe(0);
  const after = await chordal(['call', 'plus', '2', '--wait'], { env: { ...env, CHORDAL_ROUTES: '{"plus":"probe"}' } });
  expect(after).toMatchObject({ code: 1, stdout: '' });
  expect(after.stderr).toMatch(/^chordal: Cannot read the table "shop-test" for now: .*ECONNREFUSED/);
}, 60_000);

test('the commands about an id work on a cloud that is up, and name what is missing in it', async () => {
  const dev = startChordal(['dev', '--json']);
  const { env } = environmentIn(await dev.answer);
  const of = (...args: readonly string[]): Promise<Ended> => cli(args, { env });

  const done = await of('call', 'addReplaced', '1', '2');
  const failed = await of('call', 'fail', 'a');
  const waiting = await cli(['run', '-'], {
    env,
    input: '{"task": "add", "args": [1, 2], "options": {"countdown": 600}}',
  });
  const ids = [done, failed, waiting].map(({ answers: [answer] }) => idIn(answer));
  const [doneId = '', failedId = '', waitingId = ''] = ids;

  const late = await of('result', waitingId, '--wait', '--timeout', '0.1');
  const result = await of('result', doneId, '--wait');
  const failure = await of('result', failedId, '--wait');
  expect(late).toMatchObject({ code: 1, answers: [{ taskId: waitingId, state: 'PENDING' }] });
  expect(late.stderr).toBe(
    `chordal: ${waitingId} has not ended after 0.1 s; it keeps running, unless no workflow has this id\n`,
  );
  expect(result).toMatchObject({ code: 0, answers: [{ taskId: doneId, state: 'SUCCESS', value: 3 }] });
  expect(failure).toMatchObject({
    code: 1,
    answers: [{ taskId: failedId, state: 'FAILURE', error: { errorType: 'ExpectedError', failedTaskId: failedId } }],
  });

  const inspected = await of('inspect', failedId);
  const graph = await of('graph', doneId);
  const revoked = await of('revoke', waitingId);
  const forgotten = await of('forget', doneId);
  expect(inspected).toMatchObject({ code: 0, answers: [{ taskId: failedId, state: 'FAILURE', children: [] }] });
  expect(graph.answers).toMatchObject([{ nodes: [{ taskId: doneId }] }]);
  expect(revoked).toMatchObject({ code: 0, answers: [{ taskId: waitingId }] });
  expect(forgotten).toMatchObject({ code: 0, answers: [{ taskId: doneId }] });

  const stopped = await of('result', waitingId, '--wait');
  const gone = await of('result', doneId);
  const noTable = await cli(['call', 'add', '1', '2'], { env: { ...env, CHORDAL_TABLE: 'other' } });
  const noQueue = await cli(['call', 'add', '1', '2'], { env: { ...env, CHORDAL_QUEUE_PREFIX: 'other-' } });
  expect(stopped).toMatchObject({ code: 1, answers: [{ state: 'REVOKED', error: { errorType: 'TaskRevokedError' } }] });
  expect(gone).toMatchObject({ code: 1, answers: [{ error: { errorType: 'UnknownResult' } }] });
  expect(noTable).toMatchObject({ code: 2, stdout: '' });
  expect(noTable.stderr).toBe(
    'chordal: Cannot read the table "other": there is no such table. Deploy the stack, or check the names and the region in the environment.\n',
  );
  expect(noQueue.code).toBe(2);
  expect(noQueue.stderr).toMatch(/^chordal: Cannot send to the queue "other-math": there is no such queue\. Deploy/);
}, 60_000);

// --- internal ---

function idIn(answer: unknown): string {
  const { taskId } = answer as { readonly taskId: string };
  return taskId;
}

function environmentIn(line: string): { readonly env: Readonly<Record<string, string>> } {
  return JSON.parse(line) as { readonly env: Readonly<Record<string, string>> };
}
