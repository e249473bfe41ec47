import { readFile, readdir } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import { copyProject } from './support/project-folder.ts';
import { run } from './support/run.ts';
import type { Run } from './support/run.ts';

const app = `import { createApp } from 'chordal';\nconst app = createApp('test');\n`;
const add = `const add = app.task('add', (x: number, y: number) => x + y);\n`;
const math = `${app}${add}export const handler = app.handler(add);\n`;
const yml = await readFile('serverless.yml', 'utf8');

interface Case {
  readonly files?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly message: RegExp;
}

const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

/** Nothing listens there: a run that gets so far fails in another way. */
const unreachable = { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };

/** `test/integration/build.test.ts`, `test/unit/deploy` and `test/unit/client` have the other refusals of a build, which come by the same way. */
test.each<[string, Case]>([
  [
    'credentials that are missing',
    { env: { AWS_ACCESS_KEY_ID: undefined }, message: /no credentials are found\. Set AWS_PROFILE, or/ },
  ],
  [
    'a region that is missing',
    { env: { AWS_REGION: undefined }, message: /Cannot choose a region: none is given\. Add --region/ },
  ],
  [
    'a stage with other characters',
    {
      args: ['--stage', 'a_b'],
      message: /Invalid stage name\. Stage names may contain only ASCII letters, numbers, and hyphens/,
    },
  ],
  [
    'a stage that begins with a digit',
    {
      args: ['--stage', '1a'],
      message: /Cannot use the stage: expected letters, digits and hyphens, and a letter first, got "1a"/,
    },
  ],
  [
    'a parameter with a wrong value',
    {
      args: ['--param=timeout=soon'],
      message: /Cannot use the parameter timeout: expected a whole number, got "soon"/,
    },
  ],
  [
    'a limit that AWS has',
    {
      args: ['--param=timeout=901'],
      message: /Cannot set timeout of chordal-dev-math: expected a whole number from 1 to 900, got 901/,
    },
  ],
  [
    'a setting of a function that there is none of',
    {
      files: {
        'handlers/math.ts': math,
        'serverless.yml': yml.replace('functions: {}', 'functions: { math: { timeouts: 600 } }'),
      },
      message:
        /Cannot use timeouts of custom\.functions\.math of serverless\.yml: there is no such setting\. Did you mean `timeout`\? Known settings: memory, timeout,/,
    },
  ],
  [
    'a setting of a function that there is not',
    {
      files: { 'handlers/math.ts': math, 'serverless.yml': yml.replace('functions: {}', 'functions: { maths: {} }') },
      message:
        /Cannot use maths of custom\.functions of serverless\.yml: there is no such setting\. Did you mean `math`\? Known settings: math/,
    },
  ],
  [
    'a function beside the handlers that is not in the package',
    {
      files: {
        'handlers/math.ts': math,
        'own/api.js': 'export const handler = async () => 1;',
        'serverless.yml': yml.replace('functions: ${', 'functions:\n  - api: { handler: own/api.handler }\n  - ${'),
      },
      message:
        /functions\.api\.handler of serverless\.yml is own\/api\.handler, and package\.patterns leaves out own\/api\.js\. Add 'own\/\*\*' to the patterns/,
    },
  ],
  [
    'an extension that replaces the variables of a function',
    {
      files: {
        'handlers/math.ts': math,
        'serverless.yml': yml.replace(
          'resources: ${',
          'resources:\n  - extensions: { MathLambdaFunction: { Properties: { Environment: { Variables: { A: b } } } } }\n  - ${',
        ),
      },
      message: /Cannot use resources\.extensions\.MathLambdaFunction\.Properties\.Environment of serverless\.yml/,
    },
  ],
  [
    'a list of tasks that is too long for a variable',
    {
      args: [`--param=submitAllow=${'report-a,'.repeat(500)}`],
      message:
        /Cannot deploy the function chordal-dev-submit: its variables take \d+ bytes, and Lambda takes 4096\. The largest is CHORDAL_SUBMIT_ALLOW/,
    },
  ],
  [
    'a handler that exports nothing',
    {
      files: { 'handlers/math.ts': 'export {};' },
      message: /Cannot use handlers\/math\.ts: it does not export a handler\. Write/,
    },
  ],
  [
    'a handler that exports two',
    {
      files: {
        'handlers/math.ts': `${math}const other = createApp('other');\nexport const second = other.handler(other.task('mul', (x: number) => x));\n`,
      },
      message: /Cannot use handlers\/math\.ts: it exports more than one handler \(handler, second\)/,
    },
  ],
  [
    "a task over the function's timeout",
    {
      files: { 'handlers/math.ts': math.replace("'add', ", "'add', { timeLimit: 60 }, ") },
      message:
        /Cannot run task "add" of handlers\/math\.ts: its timeLimit is 60 s, and its function ends after 60 s.*Give the function a timeout above 65 s/,
    },
  ],
  [
    'two files that have one name in a template',
    {
      files: { 'handlers/math.ts': math, 'handlers/Math.ts': math },
      message: /its name in a template would be Math, which \S+ has/,
    },
  ],
  [
    'a handler that does not build',
    {
      files: { 'handlers/math.ts': "import 'no-such-package';" },
      message: /handlers\/math\.ts:1:8: Could not resolve "no-such-package"/,
    },
  ],
])(
  'serverless deploy finds %s before anything is deployed',
  async (_, { files = { 'handlers/math.ts': math }, args = [], env = {}, message }) => {
    const ended = await deploy(files, args, env);

    // Once: the framework prints the error of each value of the stack.
    expect((ended.stdout + ended.stderr).match(new RegExp(message, 'g'))).toHaveLength(1);
    expect(ended.exitCode).toBe(1);
    // Neither a request, which would fail with its own message, nor a stack trace.
    expect(ended.stdout + ended.stderr).not.toMatch(/ECONNREFUSED|\n {4}at /);
  },
);

// --- internal ---

async function deploy(
  files: Readonly<Record<string, string>>,
  args: readonly string[],
  env: Case['env'],
): Promise<Run> {
  const { dir, remove } = await copyProject(files);
  onTestFinished(remove);
  const ended = await run('serverless', ['deploy', ...args], {
    cwd: dir,
    env: { AWS_REGION: 'us-east-1', ...credentials, ...unreachable, ...env },
  });
  expect(await readdir(dir)).not.toContain('.serverless');
  return ended;
}
