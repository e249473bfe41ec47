import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { installLocalStack } from '../../src/local/localstack/install.ts';
import { hasDocker } from '../../src/local/localstack/localstack-container.ts';
import { startLocalStack } from '../../src/local/localstack/start-localstack.ts';
import type { RunningLocalStack } from '../../src/local/localstack/start-localstack.ts';
import { optionsFor } from '../contract/support/emulators.ts';
import { runContracts } from './support/contracts.ts';
import { startDevLoop } from './support/dev-loop.ts';
import { environmentOf } from './support/emulator.ts';
import { functionsAt } from './support/functions.ts';
import type { Functions } from './support/functions.ts';
import { descendantsOf, listeningAddresses } from './support/listening.ts';
import { copyProject } from './support/project-folder.ts';
import { environmentWith, run } from './support/run.ts';
import { chordal } from './support/stack.ts';
import { crashTrial, trials } from './support/trials.ts';
import { workflows } from './support/workflows.ts';

const minutes = 60_000;
const options = { dir: resolve('.chordal/localstack'), env: environmentWith(), onProgress: () => {} };
/** Minutes on two cores: `npm run test:localstack` asks for them, as CI does. */
const isAsked = process.env['CHORDAL_TEST_LOCALSTACK'] === '1';
/** The official image runs functions in containers, which are none of this project's. */
const isContainer = await hasDocker(options.env);
const missing = isAsked
  ? (isContainer ? undefined : await installLocalStack(options))?.missing
  : 'it takes minutes; npm run test:localstack runs it';
const skipped = missing === undefined ? '' : ` (skipped: ${missing})`;

test.skipIf(skipped !== '')(
  `npm run deploy:local -- --emulator localstack starts it, deploys, runs everything there, and removes the stack${skipped}`,
  async () => {
    const { stdout, stderr, exitCode } = await run('npm', ['run', 'deploy:local', '--', '--emulator', 'localstack']);
    expect(stderr).toBe('');
    expect(stdout.match(/^✔ chordal run: /gm)).toHaveLength(workflows.length);
    expect(stdout.match(/^✔ submit and result: /gm)).toHaveLength(workflows.length);
    for (const { name } of [...trials, crashTrial]) expect(stdout).toContain(`✔ ${name} → `);
    expect(stdout).toContain('✔ an upgrade with messages in flight: 500 of 500 members have run');
    expect(stdout).toMatch(/The table and the bucket of chordal-dev stay/);
    expect(stdout).not.toContain('✖');
    expect(exitCode).toBe(0);
  },
  20 * minutes,
);

describe.skipIf(skipped !== '')(`LocalStack${skipped}`, { timeout: 5 * minutes }, () => {
  let localstack: RunningLocalStack;
  let functions: Functions;

  beforeAll(async () => {
    const started = await startLocalStack(options);
    if ('missing' in started) throw new Error(started.missing);
    localstack = started;
    functions = await functionsAt(localstack.url);
  }, 5 * minutes);

  afterAll(async () => {
    await functions.close();
    const processes = isContainer ? [] : await descendantsOf(process.pid, '/localstack/');
    await localstack.stop();
    // DynamoDB Local is in a session of its own: LocalStack's plugin ends it.
    await vi.waitFor(() => expect(processes.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]), 5000);
  }, minutes);

  test('the AWS adapters pass their contracts there', async () => {
    const { url } = localstack;
    const env = { CHORDAL_TEST_DYNAMODB: url, CHORDAL_TEST_SQS: url, CHORDAL_TEST_S3: url };
    expect(await runContracts(env, '--testTimeout', '120000')).toMatch(/^\d+ passed, 0 failed/);
  });

  test('the address of a queue is that of LocalStack, which needs no name server', async () => {
    const { stdout } = await run('node', ['-e', QUEUE_URL], { env: environmentOf(localstack.url) });
    expect(new URL(stdout).host).toBe(new URL(localstack.url).host);
  });

  test('`chordal dev --cloud localstack` deploys, replaces the code of functions when a file changes, and shows their logs', async () => {
    const project = await copyProject();
    onTestFinished(project.remove);
    const { env, until, interrupt } = await startDevLoop(
      project.dir,
      ['--cloud', 'localstack'],
      environmentOf(localstack.url),
    );
    const call = async (...args: readonly string[]): Promise<unknown> =>
      JSON.parse((await chordal(['call', ...args, '--wait'], env)).stdout);

    expect(await call('add', '2', '3', '--kwargs', '{"debug":true}')).toEqual({ value: 5 });
    await until(/chordal-dev-math \|.*x: 2; y: 3/);
    await logsNameTheTask(env);
    expect(await call('mul', '2', '3')).toEqual({ value: 6 });
    const source = await readFile('handlers/tasks/math.ts', 'utf8');
    await project.add({ 'handlers/tasks/math.ts': source.replace('=> x * y', '=> 1000 * x * y') });
    await until(/Replaced the code of 7 functions/);
    expect(await call('mul', '2', '3')).toEqual({ value: 6000 });
    const exports = await readFile(join(project.dir, '.chordal/dev-localstack/env'), 'utf8');
    expect(exports).toContain(`export AWS_ENDPOINT_URL=${localstack.url}\n`);
    expect(await interrupt()).toBe(0);
  });

  describe.skipIf(isContainer)('as a process of this machine', () => {
    test('it listens on the loopback interface alone, and so does DynamoDB Local', async () => {
      const dynamodb = new DynamoDBClient(optionsFor(localstack.url));
      await dynamodb.send(new ListTablesCommand());
      dynamodb.destroy();
      const addresses = await listeningAddresses(process.pid);
      expect(addresses).toContain(new URL(localstack.url).host);
      expect(addresses.length).toBeGreaterThan(1);
      expect(addresses.filter((address) => !address.startsWith('127.0.0.1:'))).toEqual([]);
    });

    test('a function has its event, its context and its own variables, and none of those of LocalStack', async () => {
      const { value, log } = await functions.run(
        `export const handler = async (event, context) => {
        console.log('one\\ntwo', { a: 1 });
        process.stdout.write('as it is\\n');
        const left = context.getRemainingTimeInMillis();
        return { event, id: context.awsRequestId, name: context.functionName, inTime: left > 3000 && left <= 5000,
          own: process.env.OWN, path: process.env.LAMBDA_TASK_ROOT !== undefined, theirs: process.env.CHORDAL_FUNCTION_COMMAND };
      }`,
        { text: 'ü \u2028 😀' },
      );
      expect(value).toEqual({
        event: { text: 'ü \u2028 😀' },
        id: expect.any(String) as string,
        name: expect.stringMatching(/^probe-/) as string,
        inTime: true,
        own: 'ü €',
        path: true,
      });
      expect(log).toContain(`\t${Object(value).id}\tINFO\tone\rtwo { a: 1 }\nas it is\n`);
      for (const line of ['START RequestId', 'END RequestId', 'REPORT RequestId']) expect(log).toContain(line);
    });

    test('a sandbox serves one invocation after the other, and what it leaves running stops in between', async () => {
      const probe = await functions.make(
        'let n = 0; setInterval(() => n++, 10); export const handler = async () => [process.pid, n];',
      );
      const [firstPid, firstCount] = (await probe.invoke()).value as [number, number];
      await new Promise((done) => setTimeout(done, 1000));
      const [secondPid, secondCount] = (await probe.invoke()).value as [number, number];
      expect(secondPid).toBe(firstPid);
      expect(secondCount - firstCount).toBeLessThan(20);
    });

    test('four invocations at once have four sandboxes', async () => {
      const probe = await functions.make(
        'export const handler = async () => { await new Promise((done) => setTimeout(done, 3000)); return process.pid; };',
      );
      const pids = await Promise.all([1, 2, 3, 4].map(async () => (await probe.invoke()).value));
      expect(new Set(pids).size).toBe(4);
    });

    test('a function that takes too long is ended, and starts afresh', async () => {
      const probe = await functions.make(
        'export const handler = async (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };',
        { timeout: 10 },
      );
      expect(await probe.invoke(60_000)).toMatchObject({
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/Task timed out after 10\.00 seconds$/) as string,
      });
      expect(await probe.invoke(1)).toMatchObject({ value: 1 });
    });

    test('a sandbox that ends says how, and the next invocation has a new one', async () => {
      const probe = await functions.make(
        `let n = 0;
      export const handler = async (code) => {
        if (code === null) return ++n;
        if (code < 0) process.kill(process.pid, 'SIGKILL');
        process.exit(code);
      };`,
      );
      const ways = {
        3: 'with error: exit status 3',
        0: 'without providing a reason',
        '-1': 'with error: signal: killed',
      };
      for (const [code, how] of Object.entries(ways)) {
        expect(await probe.invoke(Number(code))).toMatchObject({
          errorType: 'Runtime.ExitError',
          errorMessage: expect.stringContaining(`Error: Runtime exited ${how}`) as string,
        });
        expect(await probe.invoke()).toMatchObject({ value: 1 });
      }
    });

    test('each kind of failure has the error of Lambda, and the next invocation works', async () => {
      const probe = await functions.make(
        `const later = () => new Promise((done) => setTimeout(done, 300));
      export const handler = async (what) => {
        if (what === 'throw') throw Object.assign(new Error('no'), { name: 'OwnError' });
        if (what === 'text') throw 'text';
        if (what === 'rejection') { Promise.reject(new Error('lost')); await later(); }
        if (what === 'exception') { setTimeout(() => { throw new TypeError('late'); }, 1); await later(); }
        if (what === 'large') return 'x'.repeat(6 * 1024 * 1024 + 200);
        return what;
      };`,
      );
      const kinds = {
        throw: 'OwnError',
        text: 'string',
        rejection: 'Runtime.UnhandledPromiseRejection',
        exception: 'TypeError',
        large: 'Function.ResponseSizeTooLarge',
      };
      for (const [what, errorType] of Object.entries(kinds)) {
        expect(await probe.invoke(what)).toMatchObject({ errorType });
        expect(await probe.invoke('fine')).toMatchObject({ value: 'fine' });
      }
      const large = 'x'.repeat(5_000_000);
      expect((await probe.invoke(large)).value).toBe(large);
    });

    test.each([
      ['does not parse', 'export const handler = (', 'Runtime.UserCodeSyntaxError'],
      ['imports what is not there', "import 'nothing'; export const handler = 1;", 'Runtime.ImportModuleError'],
      ['exports no handler', 'export const other = 1;', 'Runtime.HandlerNotFound'],
      ['throws when it is loaded', "throw new RangeError('no');", 'RangeError'],
      ['exits when it is loaded', 'process.exit(7);', 'Runtime.ExitError'],
    ])('a module that %s is an error of the invocation', async (_, code, errorType) => {
      expect(await functions.run(code)).toMatchObject({ errorType });
    });

    test('a handler can be CommonJS, and in a folder', async () => {
      expect(await functions.run("exports.handler = async () => 'cjs';", null, { file: 'index.cjs' })).toMatchObject({
        value: 'cjs',
      });
      const inFolder = { file: '.x/y-z.mjs', handler: '.x/y-z.a.b' };
      expect(await functions.run('export const a = { b: async () => 42 };', null, inFolder)).toMatchObject({
        value: 42,
      });
    });

    test('a function that is replaced ends what it runs with its own files, and the new code runs at once', async () => {
      const probe = await functions.make(
        "export const handler = async () => { await new Promise((done) => setTimeout(done, 3000)); return (await import('./late.mjs')).default; };",
        { more: { 'late.mjs': "export default 'old';" } },
      );
      const running = probe.invoke();
      await new Promise((done) => setTimeout(done, 1500));
      await probe.replace("export const handler = async () => 'new';");
      expect(await probe.invoke()).toMatchObject({ value: 'new' });
      expect(await running).toMatchObject({ value: 'old' });
    });

    test('logs in JSON leave out what is below their level, and CloudWatch Logs has them', async () => {
      const probe = await functions.make(
        "export const handler = async () => { console.debug('no'); console.log('yes'); };",
        {
          logsJson: true,
        },
      );
      const { log } = await probe.invoke();
      expect(
        log
          .trim()
          .split('\n')
          .map((line) => Object(JSON.parse(line)).message),
      ).toEqual(['yes']);
      await expect.poll(() => probe.kept(), { timeout: 10_000 }).toContain('"yes"');
    });
  });
});

// --- internal ---

/** Expects `chordal logs` to print the line of a task that was called, and no others. */
async function logsNameTheTask(env: Readonly<Record<string, string>>): Promise<void> {
  const { taskId } = JSON.parse((await chordal(['call', 'add', '4', '5', '--kwargs', '{"debug":true}'], env)).stdout);
  await chordal(['result', taskId, '--wait'], env);
  // A function's lines come to CloudWatch Logs a little later.
  await vi.waitFor(
    async () => {
      const { stdout } = await chordal(['logs', taskId], env);
      expect(
        stdout
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line)),
      ).toEqual([
        expect.objectContaining({ function: 'chordal-dev-math', task: 'add', taskId, workflowId: taskId, attempt: 0 }),
      ]);
      expect(stdout).toContain('x: 4; y: 5');
    },
    { timeout: minutes, interval: 2000 },
  );
}

const QUEUE_URL = `
  const { CreateQueueCommand, SQSClient } = require('@aws-sdk/client-sqs');
  new SQSClient().send(new CreateQueueCommand({ QueueName: 'address' })).then(({ QueueUrl }) => process.stdout.write(QueueUrl));
`;
