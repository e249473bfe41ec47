/**
 * The packaged zip, run by AWS's own runtime interface client, on emulators behind a proxy that answers as AWS does: it enforces the
 * template's policies, and validates each request by the models that botocore ships.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { chain, createApp } from 'chordal';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { add } from '../../handlers/tasks/math.ts';
import { identity } from '../../handlers/tasks/text.ts';
import { startPackagedStack } from './support/lambda/packaged-stack.ts';
import type { PackagedStack } from './support/lambda/packaged-stack.ts';
import { prepareRuntimeClient } from './support/lambda/runtime-client.ts';
import { loadServiceModels } from './support/lambda/service-models.ts';
import { preparePython } from './support/python.ts';
import { workflows } from './support/workflows.ts';

const python = await preparePython();
const runtime = 'missing' in python ? python : await prepareRuntimeClient();
const skipped = 'missing' in runtime ? ` (skipped: ${runtime.missing})` : '';

const timeout = 60;
const limits = { timeout: 120_000 };

describe.skipIf(skipped !== '')(`the packaged stack on AWS's runtime interface client${skipped}`, limits, () => {
  let stack: PackagedStack;

  beforeAll(async () => {
    const bin = 'bin' in python ? python.bin : '';
    const entry = 'entry' in runtime ? runtime.entry : '';
    stack = await startPackagedStack({ entry, models: await loadServiceModels(bin), python: join(bin, 'python') });
    for (const [name, value] of Object.entries(stack.callerEnv)) vi.stubEnv(name, value);
  }, limits.timeout);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await stack.stop();
  }, limits.timeout);

  test('runs workflows within its rights, and with valid requests', async () => {
    const app = createApp('caller');
    const results = await Promise.all(workflows.map(({ signature }) => app.signature(signature.toJSON()).delay()));
    expect(await Promise.all(results.map((result) => result.get({ timeout })))).toEqual(
      workflows.map(({ value }) => value),
    );
    const large = 'x'.repeat(300_000);
    expect(await (await chain(identity.s(large), identity.s()).delay()).get({ timeout })).toBe(large);
    await add.s(1, 1).applyAsync({ countdown: 5000 });

    expect(stack.proxy.findings).toEqual([]);
    // The proxy sees each request to AWS: of workers, of the poller with their roles, and of a caller.
    for (const right of [
      'MathRole sqs:ReceiveMessage',
      'MathRole sqs:DeleteMessage',
      'MathRole dynamodb:UpdateItem',
      'TextRole s3:PutObject',
      'TextRole s3:GetObject',
      'CallerPolicy sqs:SendMessage',
      'CallerPolicy s3:PutObject',
      'CallerPolicy scheduler:CreateSchedule',
      'CallerPolicy iam:PassRole',
      'RoleOfScheduler sqs:SendMessage',
    ])
      expect(stack.proxy.allowed).toContain(right);
  });

  test('answers submit and result, and buries what cannot be run, within their rights', async () => {
    const submitted = await stack.invoke('submit', { canvas: add.s(2, 3).toJSON() });
    expect(submitted.value).toMatchObject({ taskId: expect.any(String) as string });
    const { taskId } = Object(submitted.value);
    expect(await stack.invoke('result', { taskId, wait: 20 })).toMatchObject({ value: { state: 'SUCCESS', value: 5 } });
    expect(await stack.invoke('submit', { canvas: add.s(1, 1).toJSON(), options: { countdown: 5000 } })).toMatchObject({
      value: { taskId: expect.any(String) as string },
    });
    const { CHORDAL_QUEUE_PREFIX: prefix = '' } = stack.callerEnv;
    const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `${prefix}math` }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'garbage' }));
    await expect
      .poll(() => [...stack.proxy.allowed], { timeout: timeout * 1000 })
      .toContain('BuryRole dynamodb:PutItem');
    sqs.destroy();

    expect(stack.proxy.findings).toEqual([]);
    expect(stack.proxy.allowed).toContain('SubmitRole scheduler:CreateSchedule');
    expect(stack.proxy.allowed).toContain('ResultRole dynamodb:GetItem');
  });

  test('a right that its template lacks is found', async () => {
    stack.policies.take('SubmitRole', 'sqs:SendMessage');
    const answer = await stack.invoke('submit', { canvas: add.s(2, 3).toJSON() });

    expect(JSON.stringify(answer)).toContain('access is refused');
    expect(stack.proxy.findings).toContainEqual({
      kind: 'right',
      role: 'SubmitRole',
      text: 'sqs:SendMessage on arn:aws:sqs:us-east-1:000000000000:chordal-test-math',
    });
    stack.proxy.findings.length = 0;
  });

  test('a request that AWS would refuse is found', async () => {
    expect(await replaceIn(stack.root, /Mode: ?"OFF"/g, 'Mode:"NEVER"')).toBeGreaterThan(0);
    await stack.restart('submit');
    await stack.invoke('submit', { canvas: add.s(1, 1).toJSON(), options: { countdown: 5000 } });

    expect(stack.proxy.findings).toContainEqual({
      kind: 'request',
      role: 'SubmitRole',
      text: 'CreateSchedule: .FlexibleTimeWindow.Mode is "NEVER", not one of OFF, FLEXIBLE',
    });
  });
});

// --- internal ---

/** Replaces a text in all modules of a folder, and returns in how many it was. */
async function replaceIn(root: string, pattern: RegExp, by: string): Promise<number> {
  const files = (await readdir(root, { recursive: true })).filter((file) => file.endsWith('.mjs'));
  let changed = 0;
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8');
    const edited = text.replaceAll(pattern, by);
    if (edited === text) continue;
    changed += 1;
    await writeFile(join(root, file), edited);
  }
  return changed;
}
