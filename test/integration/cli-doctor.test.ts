import { GetQueueUrlCommand, PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { clientOptions } from '../../src/local/endpoints.ts';
import { chordal, startChordal } from './cli-support.ts';
import type { Ended } from './cli-support.ts';

test('doctor finds the member of a chord whose message was purged, settles the chord, and result names it', async () => {
  const dev = startChordal(['dev', '--json', '--aws', 'embedded']);
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
  const of = (...args: readonly string[]): Promise<Ended> => chordal(args, { env });
  const doctor = (...args: readonly string[]): Promise<Ended> => of('doctor', '--pause', '1', ...args);
  expect(await of('doctor')).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'There are no open workflows.\n',
  });

  const late = { task: 'add', args: [3, 4], options: { countdown: 600 } };
  const chord = {
    task: 'celery.chord',
    kwargs: { header: [late, { task: 'add', args: [1, 2] }], body: { task: 'tsum' } },
  };
  const sent = await chordal(['run', '-'], { env, input: JSON.stringify(chord) });
  const [id = ''] = sent.answers.map((answer) => (answer as { readonly taskId: string }).taskId);
  await of('result', `${id}.0~1`, '--wait');
  const missing = [{ id: `${id}.0~0`, lacks: 'outcome' }];
  // The acknowledgement comes behind the outcome.
  const waiting = await vi.waitFor(
    async () => {
      const said = await doctor('--repair');
      expect(said).toMatchObject({ code: 0, answers: [{ workflow: id, state: 'waiting', missing, inFlight: 1 }] });
      return said;
    },
    { timeout: 20_000 },
  );
  expect(waiting.stderr).toContain('in flight: 0 visible, 0 hidden, 1 delayed, 0 dead, 0 scheduled.');

  await purge(env, 'math');
  const lost = await doctor();
  expect(lost).toMatchObject({ code: 1, answers: [{ workflow: id, state: 'lost', missing }] });
  expect(lost.stderr).toMatch(/1 workflow is lost: `--repair` settles them as failed\.\n$/);
  expect(await of('result', id)).toMatchObject({ answers: [{ state: 'PENDING' }] });

  // Any id inside it will do.
  const repaired = await doctor(`${id}.0~0`, '--repair');
  expect(repaired).toMatchObject({ code: 0, answers: [{ workflow: id, state: 'lost', missing, repaired: true }] });
  const result = await of('result', id);
  expect(result).toMatchObject({
    code: 1,
    answers: [{ state: 'FAILURE', error: { errorType: 'WorkerLostError', failedTaskId: `${id}.0~0` } }],
  });
  expect(await doctor()).toMatchObject({ code: 0, stdout: '' });
  expect(await doctor(id)).toMatchObject({ code: 0, stdout: '', stderr: `${id} is not open: it has an outcome.\n` });
}, 120_000);

test('doctor takes nothing for lost while a schedule waits', async () => {
  const dev = startChordal(['dev', '--json', '--aws', 'embedded']);
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
  const input = '{"task": "add", "args": [1, 2], "options": {"countdown": 86400}}';
  const { answers } = await chordal(['run', '-'], { env, input });
  const { taskId = '' } = answers[0] as { readonly taskId?: string };

  const [all, one] = await Promise.all([
    chordal(['doctor', '--pause', '0'], { env }),
    chordal(['doctor', taskId, '--pause', '0', '--repair'], { env }),
  ]);
  // `chordal dev` lists each call: nothing of it has run, and a schedule holds its message.
  expect(all).toMatchObject({ code: 0, answers: [{ workflow: taskId, state: 'waiting' }] });
  expect(all.stderr).toContain('1 scheduled');
  expect(one).toMatchObject({ code: 0, answers: [{ workflow: taskId, state: 'waiting', inFlight: 1 }] });
}, 60_000);

// --- internal ---

async function purge(env: Readonly<Record<string, string>>, queue: string): Promise<void> {
  const client = new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', env['AWS_ACCESS_KEY_ID'] ?? ''));
  const { QueueUrl } = await client.send(
    new GetQueueUrlCommand({ QueueName: `${env['CHORDAL_QUEUE_PREFIX']}${queue}` }),
  );
  await client.send(new PurgeQueueCommand({ QueueUrl }));
  client.destroy();
}
