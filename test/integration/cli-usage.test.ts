import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal } from './cli-support.ts';

const commands = ['dev', 'call', 'run', 'result', 'inspect', 'graph', 'revoke', 'forget', 'dlq', 'doctor', 'cost'];

test('chordal --help names every command, and --version is that of the package', async () => {
  const [help, version] = await Promise.all([chordal(['--help']), chordal(['--version'])]);

  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^ +${command}  +\\S`, 'm'));
  expect(version).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
});

test('every command has a help of its own, without colour where there is no terminal', async () => {
  const helps = await Promise.all(commands.map((command) => chordal([command, '--help'])));

  for (const [index, { code, stdout, stderr }] of helps.entries()) {
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`USAGE chordal ${commands[index]} [OPTIONS]`);
    expect(stdout).not.toContain('\u001B');
  }
});

test.each([
  [[], /USAGE chordal/],
  [['calll'], /Cannot run "calll" as there is no such command: did you mean call\?/],
  [['--wait', 'call'], /Cannot use --wait here: first comes the command/],
  [['call'], /Cannot run this without <task>/],
  [['call', 'add', '--wiat'], /no such option: did you mean --wait\?/],
  [
    ['call', 'add', '--kwargs', '[1]'],
    /Cannot use --kwargs as an object of keyword arguments.*: current value is \[1\]/,
  ],
  [['call', 'add', '--local', '--memory'], /Cannot use --local and --memory at once/],
  [['call', 'add', '--memory', '--timeout', '5'], /Cannot use --timeout without --wait/],
  [['run'], /Cannot run this without <file>/],
  [['run', 'a.json', 'b.json'], /Cannot use "b.json" as an argument/],
  [['run', 'none.json', '--memory'], /Cannot read none.json: there is no such file/],
  [['run', '-', '--memory'], /Cannot read a canvas from stdin: it is empty/],
  [['run', '-', '--args', '5'], /Cannot use --args as a list of arguments: current value is 5; .* --args '\[5\]'/],
  [['result', 'no id'], /Cannot use "no id" as an id: take the taskId/],
  [['dlq', 'lsit', '--memory'], /Cannot do "lsit" with dead letters: did you mean list\?/],
  [['dlq', 'list', '--days', '16'], /Cannot use --days as a number from 0 to 15: current value is "16"/],
  [['dlq', 'purge', 'abc', '--memory'], /Cannot find a dead letter of abc in the last 15 days/],
  [['doctor', 'a b'], /Cannot use "a b" as an id/],
  [['doctor', '--pause', 'x'], /Cannot use --pause as a number from 0 to 3600: current value is "x"/],
  [['doctor', '--memory'], /Cannot use --memory as there is no such option/],
  [['doctor'], /Cannot reach the cloud as CHORDAL_TABLE is not set/],
  [['dev', '--sqs-port', '99999'], /Cannot use --sqs-port as a whole number from 0 to 65535: current value is "99999"/],
  [['dev', '--handlers', 'none'], /Cannot find handlers: there is no folder none/],
  [['call', 'add', '1', '--memory', '--handlers', 'none'], /Cannot find handlers: there is no folder none/],
  [['call', 'add', '1', '2'], /Cannot reach the cloud as CHORDAL_TABLE is not set: .* or use --local/],
])('chordal %j is refused with exit code 2, on stderr alone', async (args, message) => {
  const { code, stdout, stderr } = await chordal(args);

  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('cost prints a line of calls and dollars for each canvas, and needs no cloud', async () => {
  const input = '{"task": "add", "args": [1, 2]}\n{"task": "celery.chain"}\n';
  const { code, answers, stderr } = await chordal(['cost', '-'], { input });

  expect(answers).toEqual([
    {
      tasks: 1,
      messages: 1,
      sqsRequests: { least: 3, most: 3 },
      lambdaRequests: { least: 1, most: 1 },
      dynamodbWrites: 1,
      dynamodbReads: 0,
      s3Puts: 0,
      s3Gets: 0,
      dollars: { least: 0.00000203, most: 0.00000203 },
    },
    { error: { errorType: 'InvalidCanvas', message: expect.any(String), line: 2 } },
  ]);
  expect(stderr).toMatch(/^chordal: stdin, line 2: Cannot .*\n1 of 2 canvases were not counted\./);
  expect(stderr).toContain('list prices of us-east-1');
  expect(code).toBe(1);
});

test('a stack is shown where it is asked for', async () => {
  const { code, stderr } = await chordal(['result', 'abc', '--verbose']);

  expect(code).toBe(2);
  expect(stderr).toMatch(/CHORDAL_TABLE is not set.*\n\s+at /);
});

test('routes must be known before anything is sent', async () => {
  const dir = await temporaryFolder({ 'routes.json': '{"add": 1}' });
  const env = {
    AWS_REGION: 'us-east-1',
    CHORDAL_TABLE: 't',
    CHORDAL_BUCKET: 'b',
    CHORDAL_QUEUE_PREFIX: 'p-',
  };
  const call = ['call', 'add', '1', '2', '--handlers', `${dir}/none`];
  const [noRoutes, badRoutes, noFile] = await Promise.all([
    chordal(call, { env }),
    chordal(call, { env: { ...env, CHORDAL_ROUTES: `${dir}/routes.json` } }),
    chordal(call, { env: { ...env, CHORDAL_ROUTES: `${dir}/none.json` } }),
  ]);

  expect(noRoutes).toMatchObject({ code: 2, stdout: '' });
  expect(noRoutes.stderr).toMatch(/Cannot tell which queue a task is sent to: .* set CHORDAL_ROUTES/);
  expect(badRoutes).toMatchObject({ code: 2, stdout: '' });
  expect(badRoutes.stderr).toMatch(/Cannot read .*routes.json as the routes of tasks: current value is \{"add": 1\}/);
  expect(noFile).toMatchObject({ code: 2, stdout: '' });
  expect(noFile.stderr).toMatch(
    /Cannot read the routes of tasks from CHORDAL_ROUTES: current value is .*none.json, .*chordal dev/,
  );
});

test('a port that is in use is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;

  const { code, stdout, stderr } = await chordal(['dev', '--sqs-port', String(port)]);

  expect(stderr).toContain(`port ${port} is in use; choose another`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
