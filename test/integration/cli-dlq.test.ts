import { GetQueueUrlCommand, SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import { encodeMessage } from '../../src/core/protocol/message-codec.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
import { chordal, startChordal } from './cli-support.ts';
import type { Ended } from './cli-support.ts';

test('dlq lists dead letters, redrives what failed for them, and purges the rest', async () => {
  const dev = startChordal(['dev', '--json', '--aws', 'embedded']);
  const { env } = JSON.parse(await dev.answer) as { readonly env: Readonly<Record<string, string>> };
  const dlq = (...args: readonly string[]): Promise<Ended> => chordal(['dlq', ...args], { env });
  const steps = [{ task: 'mul', args: [10] }];
  const lost = { kind: 'run', mid: 'm', id: 'w.0', base: 'w.0', try: 0, depth: 0, until: 10 ** 15 } as const;
  await sendToDead(env, [
    encodeMessage({ ...lost, sig: { task: 'add', args: [1, 2] }, frames: [{ base: 'w', i: 1, steps }] }),
    'no message',
  ]);

  const listed = await vi.waitFor(
    async () => {
      const list = await dlq('list');
      expect(list.answers).toHaveLength(2);
      return list;
    },
    { timeout: 20_000 },
  );
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.answers).toContainEqual({
    id: 'w.0',
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    task: 'add',
    reason: expect.stringContaining('its queue gave it up'),
  });
  const failed = await chordal(['result', 'w'], { env });
  expect(failed.answers).toMatchObject([{ state: 'FAILURE', error: { errorType: 'WorkerLostError' } }]);

  const redriven = await dlq('redrive');
  expect(redriven.code).toBe(1);
  expect(redriven.answers).toContainEqual({ old: 'w.0', new: expect.stringMatching(/^r-/) });
  expect(redriven.answers).toContainEqual({
    old: expect.any(String),
    error: expect.objectContaining({ errorType: 'InvalidMessage' }),
  });
  const [id = ''] = redriven.answers.flatMap((answer) => idsIn(answer));
  const result = await chordal(['result', id, '--wait'], { env });
  expect(result).toMatchObject({ code: 0, answers: [{ state: 'SUCCESS', value: 30 }] });

  const purged = await dlq('purge');
  expect(purged).toMatchObject({ code: 0, answers: [{ purged: expect.any(String) }] });
  const none = await dlq('list');
  expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'There are no dead letters from the last 15 days.\n' });
}, 60_000);

// --- internal ---

function idsIn(answer: unknown): readonly string[] {
  const { new: id } = answer as { readonly new?: string };
  return id === undefined ? [] : [id];
}

async function sendToDead(env: Readonly<Record<string, string>>, bodies: readonly string[]): Promise<void> {
  const client = new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', env['AWS_ACCESS_KEY_ID'] ?? ''));
  const QueueName = `${env['CHORDAL_QUEUE_PREFIX']}dead`;
  const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
  await Promise.all(bodies.map((MessageBody) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }))));
  client.destroy();
}
