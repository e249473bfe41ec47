import { resolve } from 'node:path';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { chord, createApp, range } from 'chordal';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { add } from '../../handlers/tasks/math.ts';
import { identity, record, recorded } from '../../handlers/tasks/text.ts';
import { callers } from './support/callers.ts';
import { startMiniStack, startMoto } from './support/emulator.ts';
import type { RunningEmulator } from './support/emulator.ts';
import { copyProject } from './support/project-folder.ts';
import type { ProjectFolder } from './support/project-folder.ts';
import { preparePython } from './support/python.ts';
import { run } from './support/run.ts';
import { DeployedStack } from './support/stack.ts';
import { workflows } from './support/workflows.ts';

/** Seconds; far more than needed. */
const timeout = 100;
const testTimeoutMs = 180_000;

const python = await preparePython();
const bin = 'bin' in python ? python.bin : '';
const skipped = 'missing' in python ? ` (skipped: ${python.missing})` : '';

test.skipIf(skipped !== '')(
  `npm run deploy:local deploys to the emulator that is there, runs the introduction's workflows by every caller, and removes the stack${skipped}`,
  async () => {
    const emulator = await startMiniStack(bin);
    onTestFinished(emulator.stop);

    const { stdout, exitCode } = await run('npm', ['run', 'deploy:local'], { env: emulator.env });
    expect(stdout.match(/^✔ chordal run: /gm)).toHaveLength(workflows.length);
    for (const caller of callers) expect(stdout).toContain(`✔ ${caller}: `);
    expect(stdout).toMatch(
      /1,000 tasks in [\d.]+ s, a chord of 500 in [\d.]+ s; 1,000 messages to a function that does nothing/,
    );
    expect(stdout).toMatch(/The table and the bucket of chordal-dev stay/);
    expect(stdout).not.toContain('✖');
    expect(exitCode).toBe(0);
  },
  testTimeoutMs,
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
    stack = new DeployedStack(project.dir, emulator.env, 'dev', { timeout: '5' });
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

  test('a new version that is deployed while a chord of 500 runs loses none of its messages, and reads those of the old one', async () => {
    await project.add({ 'handlers/upgrade.ts': upgrade(1) });
    await stack.deploy();
    vi.stubEnv('CHORDAL_ROUTES', (await stack.callerEnv())['CHORDAL_ROUTES']);
    const app = createApp('upgrade');
    // Those that wait come back every second, until they are told that the new version is there.
    const members = range(500).map((i) => app.signature('member', { args: [i, i % 10 === 0] }));
    const result = await chord(members, app.signature('identity')).delay();
    await waitFor(async () => (await membersRun()).size === 450);

    await project.add({ 'handlers/upgrade.ts': upgrade(2), 'handlers/fresh.ts': fresh });
    await stack.deploy();
    expect(await result.ready()).toBe(false);
    await record.delay('go', 'on');

    expect(await result.get({ timeout })).toEqual([...range(500)]);
    const versions = await membersRun();
    expect([...versions.keys()].toSorted((x, y) => x - y)).toEqual([...range(500)]);
    for (const [i, version] of versions) expect([i, version]).toEqual([i, i % 10 === 0 ? 2 : 1]);
    vi.stubEnv('CHORDAL_ROUTES', (await stack.callerEnv())['CHORDAL_ROUTES']);
    expect(await invoke('submit', { canvas: { task: 'fresh' }, options: { taskId: 'fresh' } })).toEqual({
      taskId: 'fresh',
    });
    expect(await invoke('result', { taskId: 'fresh', wait: 20 })).toMatchObject({ value: 'new' });
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
    const ended = await run('vitest', ['run', 'test/contract', '--exclude', '**/billed-calls*'], {
      env: { CHORDAL_TEST_DYNAMODB: url, CHORDAL_TEST_SQS: url, CHORDAL_TEST_S3: url },
    });
    expect(ended.stdout.trim().split('\n').at(-1)).toMatch(/^\d+ passed, 0 failed/);
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

// --- internal ---

const fresh = `import { app } from './tasks/app.ts';\nexport const handler = app.handler(app.task('fresh', () => 'new'));\n`;

const upgrade = (version: number): string => `
  import { app } from './tasks/app.ts';
  const member = app.task('member', { bind: true, maxRetries: 1000 }, async (ctx, i: number, waits: boolean) => {
    if (waits && (await ctx.ledger.read('go')).length === 0) throw ctx.retry({ countdown: 1 });
    await ctx.ledger.append('members', [i, ${version}]);
    return i;
  });
  export const handler = app.handler(member);
`;

/** Which version has run each member. */
async function membersRun(): Promise<ReadonlyMap<number, number>> {
  const noted = await (await recorded.delay('members')).get({ timeout });
  // What the task above appends.
  return new Map(noted as [number, number][]);
}

async function waitFor(isSo: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(isSo, { timeout: timeout * 1000, interval: 200 });
}

async function invoke(name: string, payload: object): Promise<unknown> {
  const lambda = new LambdaClient();
  const command = new InvokeCommand({ FunctionName: `chordal-dev-${name}`, Payload: JSON.stringify(payload) });
  try {
    const { Payload } = await lambda.send(command);
    return JSON.parse(Payload?.transformToString() ?? '');
  } finally {
    lambda.destroy();
  }
}
