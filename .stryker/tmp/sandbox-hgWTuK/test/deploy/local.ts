/**
 * `npm run deploy:local`: deploys this project to an emulator, runs the introduction's workflows there by `chordal run` and by Lambda's
 * Invoke, says how long things take, and removes the stack. With AWS_ENDPOINT_URL set it uses what is there (LocalStack), else it starts
 * MiniStack, installed into `.chordal/python`.
 */
import { isDeepStrictEqual } from 'node:util';
import { callers, runCaller } from './support/callers.ts';
import { environmentOf, startMiniStack } from './support/emulator.ts';
import type { RunningEmulator } from './support/emulator.ts';
import { bareHandler, timeBareMessages, timeWorkflows } from './support/figures.ts';
import { copyProject } from './support/project-folder.ts';
import { preparePython } from './support/python.ts';
import { chordal, DeployedStack } from './support/stack.ts';
import { asLines, workflows } from './support/workflows.ts';

const python = await preparePython();
if ('missing' in python)
  throw new Error(`Cannot start MiniStack, nor call with boto3 and the AWS CLI: ${python.missing}`);
const { bin } = python;
const emulator = await openEmulator(process.env['AWS_ENDPOINT_URL']);
const project = await copyProject();
await project.add(bareHandler);
try {
  await loop(new DeployedStack(project.dir, emulator.env));
} finally {
  await project.remove();
  await emulator.stop();
}

// --- internal ---

async function openEmulator(url: string | undefined): Promise<RunningEmulator> {
  if (url !== undefined && url !== '') return { env: environmentOf(url), stop: async () => {} };
  say('Starting MiniStack.');
  return startMiniStack(bin);
}

async function loop(stack: DeployedStack): Promise<void> {
  const deployed = await stack.deploy();
  say(`Deployed in ${seconds(deployed.seconds)}:\n${deployed.stdout}${deployed.stderr}`);
  const env = await stack.callerEnv();
  Object.assign(process.env, env);

  const { stdout, exitCode } = await chordal(['run', '-', '--wait'], env, asLines(workflows));
  const lines = stdout.trim().split('\n');
  workflows.forEach(({ signature, value }, index) => {
    const { value: actual }: { value?: unknown } = JSON.parse(lines[index] ?? '{}');
    check(
      isDeepStrictEqual(actual, value),
      `chordal run: ${String(signature).slice(0, 100)} → ${JSON.stringify(actual).slice(0, 100)}`,
    );
  });
  check(exitCode === 0, `chordal run ends with ${exitCode}`);
  for (const caller of callers) {
    const answer = await runCaller(caller, bin, env);
    check(isDeepStrictEqual(Object(answer).value, 6), `${caller}: ${JSON.stringify(answer)}`);
  }

  const { tasks1000, chord500 } = await timeWorkflows();
  const bare = await timeBareMessages(stack.stage);
  say(
    `1,000 tasks in ${seconds(tasks1000)}, a chord of 500 in ${seconds(chord500)}; 1,000 messages to a function that does nothing: ${seconds(bare)}`,
  );
  say(`Deployed again in ${seconds((await stack.deploy()).seconds)}`);
  const removed = await stack.remove();
  say(`Removed in ${seconds(removed.seconds)}:\n${removed.stdout}${removed.stderr}`);
}

function check(isRight: boolean, what: string): void {
  say(`${isRight ? '✔' : '✖'} ${what}`);
  if (!isRight) process.exitCode = 1;
}

function seconds(count: number): string {
  return `${count.toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}
