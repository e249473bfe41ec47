import { resolve } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApp } from 'chordal';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { add } from '../../handlers/tasks/math.ts';
import { identity } from '../../handlers/tasks/text.ts';
import { callers } from './support/callers.ts';
import { runContracts } from './support/contracts.ts';
import { startMiniStack, startMoto } from './support/emulator.ts';
import type { RunningEmulator } from './support/emulator.ts';
import { invoke } from './support/invoke.ts';
import { copyProject } from './support/project-folder.ts';
import type { ProjectFolder } from './support/project-folder.ts';
import { preparePython } from './support/python.ts';
import { run } from './support/run.ts';
import { DeployedStack, WITHOUT_ALARMS } from './support/stack.ts';
import { trials } from './support/trials.ts';
import { workflows } from './support/workflows.ts';

/** Seconds; far more than needed. */
const timeout = 100;
const testTimeoutMs = 180_000;

const python = await preparePython();
const bin = 'bin' in python ? python.bin : '';
const skipped = 'missing' in python ? ` (skipped: ${python.missing})` : '';

test.skipIf(skipped !== '')(
  `npm run deploy:local deploys to the emulator that is there, runs workflows by every caller, a crash and an upgrade, and removes the stack${skipped}`,
  async () => {
    const emulator = await startMiniStack(bin);
    onTestFinished(emulator.stop);

    const { stdout, exitCode } = await run('npm', ['run', 'deploy:local'], { env: emulator.env });
    expect(stdout.match(/^✔ chordal run: /gm)).toHaveLength(workflows.length);
    expect(stdout.match(/^✔ submit and result: /gm)).toHaveLength(workflows.length);
    for (const caller of callers) expect(stdout).toContain(`✔ ${caller}: `);
    for (const { name } of trials) expect(stdout).toContain(`✔ ${name} → `);
    expect(stdout).toContain('✔ an upgrade with messages in flight: 500 of 500 members have run');
    expect(stdout).toMatch(
      /1,000 tasks in [\d.]+ s, a chord of 500 in [\d.]+ s, \d+ ms a step of a chain of 50; 1,000 messages to a function that does nothing/,
    );
    expect(stdout).toMatch(/The table and the bucket of chordal-dev stay/);
    expect(stdout).not.toContain('✖');
    expect(exitCode).toBe(0);
  },
  5 * testTimeoutMs,
);

describe.skipIf(skipped !== '')(`a stack on MiniStack${skipped}`, { timeout: testTimeoutMs }, () => {
  let emulator: RunningEmulator;
  let project: ProjectFolder;
  let stack: DeployedStack;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    emulator = await startMiniStack(bin);
    project = await copyProject();
    // A short timeout, so that what a redeployment interrupts comes back soon: after six times as long.
    stack = new DeployedStack(project.dir, emulator.env, 'dev', { timeout: '5', ...WITHOUT_ALARMS });
    await stack.deploy();
    env = await stack.callerEnv();
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  }, testTimeoutMs);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await project.remove();
    await emulator.stop();
  });

  test('submit answers an error for a request that it refuses', async () => {
    expect(await invoke('submit', { canvas: { task: 'nobody', args: [] } })).toMatchObject({
      error: { errorType: 'NotRegistered' },
    });
    expect(await invoke('submit', { canvas: { args: [] } })).toMatchObject({ error: { errorType: 'InvalidCanvas' } });
  });

  test('an app of another service, with the environment of the outputs and the types alone, sends to the same queues', async () => {
    const declared = createApp('elsewhere').declare<typeof add>('add');
    expect(await (await declared.delay(2, 3)).get({ timeout })).toBe(5);
  });

  test('values of any size come back, and so does what fails', async () => {
    const large = 'x'.repeat(300_000);
    expect(await (await identity.delay(large)).get({ timeout })).toBe(large);
    const { stdout, exitCode } = await run(
      'node',
      ['--conditions=chordal-source', resolve('src/cli/main.ts'), 'call', 'fail', 'a', '--wait'],
      { env },
    );
    expect(JSON.parse(stdout)).toMatchObject({ error: { errorType: 'ExpectedError' } });
    expect(exitCode).toBe(1);
  });

  test('removing the stack leaves the table, and says so', async () => {
    const { stderr, stdout } = await stack.remove();
    expect(stdout + stderr).toMatch(/The table and the bucket of chordal-dev stay/);

    const dynamodb = new DynamoDBClient();
    const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: env['CHORDAL_TABLE'] }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    await expect(invoke('result', { taskId: 'a' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    dynamodb.destroy();
  });

  test('a stack is deployed again beside what an earlier one has left', async () => {
    await stack.deploy();
    expect(await invoke('result', { taskId: 'a' })).toEqual({ taskId: 'a', state: 'PENDING' });
  });

  test('the AWS adapters pass their contracts there', async () => {
    const url = emulator.env['AWS_ENDPOINT_URL'];
    const ended = await runContracts({ CHORDAL_TEST_DYNAMODB: url, CHORDAL_TEST_SQS: url, CHORDAL_TEST_S3: url });
    expect(ended).toMatch(/^\d+ passed, 0 failed/);
  });
});

describe.skipIf(skipped !== '')(`a stack on moto${skipped}`, { timeout: testTimeoutMs }, () => {
  test.each([
    ['with nothing set', {}],
    [
      'with every switch on',
      {
        tracing: 'true',
        tableRecovery: 'true',
        concurrency: '10',
        batchWindow: '5',
        alarmTopic: 'arn:aws:sns:us-east-1:123456789012:alarms',
        kmsKey: 'arn:aws:kms:us-east-1:123456789012:key/0f0e0d0c-1111-2222-3333-444455556666',
        logLevel: 'debug',
      },
    ],
  ])('is accepted %s by its linter, and by what refuses actions that do not exist', async (_, params) => {
    const moto = await startMoto(bin);
    const project = await copyProject();
    try {
      const { stdout, stderr } = await new DeployedStack(project.dir, moto.env, 'dev', params).deploy();
      expect(stdout + stderr).toMatch(/Service deployed to stack chordal-dev/);
    } finally {
      await project.remove();
      await moto.stop();
    }
  });
});
