import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal, cli } from './cli-support.ts';

const commands = [
  'dev',
  'init',
  'deploy-local',
  'call',
  'run',
  'result',
  'inspect',
  'graph',
  'revoke',
  'forget',
  'schedule',
  'control',
  'dlq',
  'doctor',
  'cost',
];

test('the process prints its version on stdout, its errors on stderr, and ends with the exit code', async () => {
  const [version, wrong] = await Promise.all([chordal(['--version']), chordal(['calll'])]);

  expect(version).toMatchObject({ code: 0, stdout: '0.1.0\n', stderr: '' });
  expect(wrong).toMatchObject({ code: 2, stdout: '' });
  expect(wrong.stderr).toBe(
    "chordal: Cannot read the command line: unknown command 'calll'. Did you mean call?\nRun `chordal --help` for the arguments and options.\n",
  );
});

test.each([['call'], ['dlq'], ['dlq', 'redrive']])(
  'chordal help %s %s prints the help of that command',
  async (...path) => {
    const [help, own] = [await cli(['help', ...path]), await cli([...path, '--help'])];

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toBe(own.stdout);
  },
);

test('chordal --help names every command and the exit codes', async () => {
  const help = await cli(['--help']);

  expect(help).toMatchObject({ code: 0, stderr: '' });
  for (const command of commands) expect(help.stdout).toMatch(new RegExp(`^ +${command}  +\\S`, 'm'));
  expect(help.stdout).toContain('Exit codes: 0 success, 1 ');
});

test.each([
  ...commands,
  'schedule list',
  'schedule run',
  'schedule pause',
  'schedule resume',
  'control pause',
  'dlq list',
  'dlq redrive',
  'dlq purge',
])('chordal %s has a help of its own', async (command) => {
  const { code, stdout, stderr } = await cli([...command.split(' '), '--help']);

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(new RegExp(`^Usage: chordal ${command} `));
  expect(stdout).toMatch(/^ +-h, --help +print this help$/m);
  if (!['dlq', 'schedule', 'control'].includes(command))
    expect(stdout).toMatch(/^ +--verbose +show the stack trace of an error$/m);
});

test.each([
  [[], /^Usage: chordal <command> \[options\]/],
  [['dlq'], /^Usage: chordal dlq <command> \[options\]/],
  [['calll'], /unknown command 'calll'\. Did you mean call\?/],
  [['constructor'], /unknown command 'constructor'/],
  [['--wait', 'call'], /unknown option '--wait'/],
  [['call'], /missing required argument 'task'/],
  [['call', 'add', '--wiat'], /unknown option '--wiat'\. Did you mean --wait\?/],
  [['call', 'add', '-w'], /unknown option '-w'\nRun `chordal call --help`/],
  [['call', 'add', '--wait=yes'], /unknown option '--wait=yes'/],
  [['call', 'add', '--kwargs'], /option '--kwargs <json>' argument missing/],
  [
    ['call', 'add', '--kwargs', '[1]'],
    /Cannot use --kwargs: expected a JSON object of keyword arguments, got \[1\]\. Write it as in /,
  ],
  [['call', 'add', '--countdown', 'soon'], /Cannot use --countdown: expected a number of seconds, .*, got soon/],
  [['call', 'add', '--eta', 'tomorrow'], /Cannot use --eta: expected a valid Date up to the year 9999, got tomorrow/],
  [['call', 'add', '--inline', 'yes'], /Cannot use --inline: expected true or false, got yes/],
  [['call', 'add', '--debounce', 'k'], /Cannot use --debounce: expected \{ key, seconds, maxSeconds\? \}, got k/],
  [['call', 'add', '--debounce', '{"key": "k"}'], /Cannot use debounce\.seconds: expected a number of seconds above 0/],
  [['run', 'a.json', '--throttle', '{"key": "k", "secs": 1}'], /Cannot use throttle\.secs: there is no such part/],
  [
    ['call', 'add', '--throttle', '{"key": "k", "seconds": 1}', '--dedup-key', '17'],
    /Cannot use a dedupKey and a throttle together/,
  ],
  [['call', 'add', '--local', '--memory'], /Cannot use both --local and --memory: .* Choose one\./],
  [['call', 'add', '--memory', '--timeout', '5'], /Cannot use --timeout without --wait/],
  [['call', 'add', '--wait', '--timeout', '-1'], /Cannot use --timeout: expected a number of at least 0, got "-1"/],
  [['call', 'add', '--memory', '--data', 'x'], /Cannot use --data without --local/],
  [['run'], /missing required argument 'file'/],
  [['run', 'a.json', 'b.json'], /too many arguments for 'run'\. Expected 1 argument but got 2/],
  [['run', 'none.json', '--memory'], /Cannot read none.json: there is no such file/],
  [['run', '-', '--memory'], /Cannot read a canvas from stdin: it is empty/],
  [['run', '-', '--args', '5'], /Cannot use --args: expected a JSON list of arguments, got 5\. .* --args '\[5\]'/],
  [['result', 'no id'], /Cannot use an id: expected the taskId .*, got "no id"/],
  [['revoke'], /Cannot revoke nothing: give the id of a canvas, or --stamp name=value/],
  [['revoke', 'a', '--stamp', 'b=1'], /Cannot revoke an id and a stamp at once/],
  [['revoke', 'a', '--for', '60'], /Cannot use --for without --stamp/],
  [['revoke', '--stamp', 'b'], /Cannot use --stamp "b": write it as --stamp customer=42/],
  [['revoke', '--memory', '--stamp', 'b={}'], /Cannot revoke by the stamp "b": expected a text, a number/],
  [['inspect', 'stats', '--memory'], /Cannot use --memory with inspect stats/],
  [['control', 'pause'], /missing required argument 'name'/],
  [['control', 'pause', 'add', '--local'], /unknown option '--local'/],
  [['control', 'rate-limit', 'add'], /missing required argument 'limit'/],
  [['control', 'rate-limit', 'add', '1/m'], /Cannot reach the cloud.* CHORDAL_TABLE is not set/],
  [['schedule', 'pause'], /missing required argument 'name'/],
  [['schedule', 'pause', 'nightly', '--memory'], /unknown option '--memory'/],
  [['help', 'dlqq'], /unknown command 'dlqq'. Did you mean dlq\?/],
  [['help', 'dlq', 'lsit'], /unknown command 'lsit'. Did you mean list\?\nRun `chordal dlq --help`/],
  [['dlq', 'lsit', '--memory'], /unknown command 'lsit'. Did you mean list\?\nRun `chordal dlq --help`/],
  [['dlq', 'list', '--dasy', '1'], /unknown option '--dasy'. Did you mean --days\?\nRun `chordal dlq list --help`/],
  [['dlq', 'list', '--days', '16'], /Cannot use --days: expected a number from 0 to 15, got "16"/],
  [
    ['dlq', 'purge', 'abc', '--memory', '--handlers', 'test/none'],
    /Cannot find handlers: there is no folder test\/none/,
  ],
  [['doctor', 'a b'], /Cannot use an id: .* got "a b"/],
  [['doctor', '--pause', 'x'], /Cannot use --pause: expected a number from 0 to 3600, got "x"/],
  [['doctor', '--memory'], /unknown option '--memory'/],
  [['doctor'], /Cannot reach the cloud.* CHORDAL_TABLE is not set/],
  [['dev', '--port', '65532'], /Cannot use --port: expected a whole number from 0 to 65531, got "65532"/],
  [['ui', '--port', '99999'], /Cannot use --port: expected a whole number from 0 to 65535, got "99999"/],
  [['dev', '--cloud', 'aws'], /argument 'aws' is invalid\. Allowed choices are embedded, localstack/],
  [['dev', '--localstack-port', '4566'], /Cannot use --localstack-port: .* Add --cloud localstack/],
  [['dev', '--cloud', 'localstack', '--data', 'x'], /Cannot use --data with --cloud localstack/],
  [['dev', '--cloud', 'localstack', '--aws', 'embedded'], /Cannot use --aws with --cloud localstack/],
  [['dev', '--cloud', 'localstack', '--service', 'x'], /Cannot use --service with --cloud localstack/],
  [['dev', '--handlers', 'none'], /Cannot find handlers: there is no folder none/],
  [['call', 'add', '1', '--memory', '--handlers', 'none'], /Cannot find handlers: there is no folder none/],
  [['call', 'add', '1', '2'], /Cannot reach the cloud.* CHORDAL_TABLE is not set\. .* or use --local/],
])('chordal %j is refused with exit code 2, on stderr alone', async (args, message) => {
  const { code, stdout, stderr } = await cli(args);

  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
});

test('dev refuses a port for a LocalStack that runs already', async () => {
  const args = ['dev', '--cloud', 'localstack', '--localstack-port', '4567'];
  const { code, stderr } = await cli(args, { env: { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' } });

  expect(code).toBe(2);
  expect(stderr).toContain('Cannot use --localstack-port with AWS_ENDPOINT_URL');
});

test('arguments that begin with a hyphen are read as numbers, or follow --', async () => {
  const { stderr } = await cli(['call', 'log', '-1', '-.5', '--', '--wait']);

  expect(stderr).toContain('CHORDAL_TABLE is not set');
});

test('cost --external names one task, can be repeated, and may stand before the file', async () => {
  const input = ['images.resize', 'images.crop', 'add'].map((task) => JSON.stringify({ task })).join('\n');
  const names = ['--external', 'images.resize', '--external', 'images.crop'];
  const { code, answers } = await cli(['cost', ...names, '-'], { input });

  expect(code).toBe(0);
  // The call of a Python worker is four messages.
  expect(answers).toMatchObject([{ messages: 4 }, { messages: 4 }, { messages: 1 }]);
});

test('cost --time adds when a canvas is done, with the settings that are given or several to compare', async () => {
  const input = JSON.stringify({
    task: 'celery.group',
    kwargs: { tasks: Array.from({ length: 60 }, () => ({ task: 'add' })) },
  });
  const compared = await cli(['cost', '-', '--time', '30'], { input });
  const chosen = await cli(['cost', '-', '--time', '30', '--pollers', '2,40', '--batch-size', '1'], { input });

  expect(compared.answers).toEqual([
    expect.objectContaining({
      tasks: 60,
      time: expect.arrayContaining([{ settings: {}, seconds: expect.any(Number), heldBy: 'tasks' }]),
    }),
  ]);
  expect(compared.stderr).toContain('Time: each canvas alone, one function, full batches');
  expect(chosen.answers).toEqual([
    expect.objectContaining({
      time: [
        {
          settings: { batchSize: 1, pollers: { min: 2, max: 40 } },
          seconds: expect.any(Number),
          heldBy: 'tasks',
          pollerDollarsAnHour: { least: 0.0185, most: 0.37 },
        },
      ],
    }),
  ]);
});

test.each<readonly [readonly string[], RegExp]>([
  [['--time', 'x'], /Cannot use --time: expected a number from 0 to 900, got "x"/],
  [['--batch-size', '1'], /Cannot use --batch-size without --time: it has no effect on the price\. Add --time/],
  [['--time', '1', '--pollers', '100,2'], /Cannot use --pollers: expected two whole numbers.*got "100,2"/],
  [
    ['--time', '1', '--pollers', '2,10', '--concurrency', '5'],
    /Cannot use --pollers with --concurrency: Lambda takes one of the two/,
  ],
])('cost refuses %j', async (options, message) => {
  const { code, stdout, stderr } = await cli(['cost', '-', ...options], { input: '{"task": "add"}' });

  expect(stderr).toMatch(message);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('cost prints a line of calls and dollars for each canvas, and needs no cloud', async () => {
  const input = '{"task": "add", "args": [1, 2]}\n{"task": "celery.chain"}\n';
  const { code, answers, stderr } = await cli(['cost', '-'], { input });

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
  expect(stderr).toContain('us-east-1 list prices');
  expect(code).toBe(1);
});

test('a stack is shown where it is asked for', async () => {
  const { code, stderr } = await cli(['result', 'abc', '--verbose']);

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
  const noRoutes = await cli(call, { env });
  const badRoutes = await cli(call, { env: { ...env, CHORDAL_ROUTES: `${dir}/routes.json` } });
  const noFile = await cli(call, { env: { ...env, CHORDAL_ROUTES: `${dir}/none.json` } });

  expect(noRoutes).toMatchObject({ code: 2, stdout: '' });
  expect(noRoutes.stderr).toMatch(/Cannot find the queues of the tasks: .* set CHORDAL_ROUTES/);
  expect(badRoutes).toMatchObject({ code: 2, stdout: '' });
  expect(badRoutes.stderr).toMatch(
    /Cannot read the routes of tasks from .*routes.json: expected a JSON object .*, got \{"add": 1\}/,
  );
  expect(noFile).toMatchObject({ code: 2, stdout: '' });
  expect(noFile.stderr).toMatch(
    /Cannot read the routes of tasks from CHORDAL_ROUTES: expected .*, got .*none.json\. .*chordal dev/,
  );
});

test('the ports of dev end at the last one', async () => {
  const server = createServer().listen(65_535, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve).once('error', resolve));

  const { code, stderr } = await cli(['dev', '--port', '65531']);

  expect(stderr).toContain('on the ports 65531 to 65535: port 65535 is in use. Choose others with --port');
  expect(code).toBe(2);
});

test('a port that is in use is named', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  // A server that listens on a port has such an address.
  const { port } = server.address() as AddressInfo;

  const { code, stdout, stderr } = await cli(['dev', '--port', String(port)]);

  expect(stderr).toContain(`on the ports ${port} to ${port + 4}: port ${port} is in use. Choose others with --port`);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
