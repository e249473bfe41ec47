/** `npm run deploy:local`: deploys this project to an emulator, tries everything there, says how long things take, and removes the stack. */
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { callers, runCaller } from './support/callers.ts';
import { EMULATORS, isEmulator, openEmulator } from './support/emulator.ts';
import { bareHandler, timeBareMessages, timeWorkflows } from './support/figures.ts';
import { submitAndWait } from './support/invoke.ts';
import { copyProject } from './support/project-folder.ts';
import type { ProjectFolder } from './support/project-folder.ts';
import { preparePython } from './support/python.ts';
import { chordal, DeployedStack, WITHOUT_ALARMS } from './support/stack.ts';
import { crashTrial, trials } from './support/trials.ts';
import type { Trial } from './support/trials.ts';
import { upgradeUnderLoad, waitsForUpgrade } from './support/upgrade.ts';
import { asLines, workflows } from './support/workflows.ts';

const HELP = `Deploys this project to an emulator, runs workflows there, and removes the stack.

  npm run deploy:local -- [--emulator ${EMULATORS.join('|')}]

  --emulator NAME   the emulator to start; default ${EMULATORS[0]}. It is installed once into .chordal/; LocalStack is its
                    official image where Docker runs. With AWS_ENDPOINT_URL set, the emulator at that address is used instead.`;

const { values: given } = parseArgs({
  options: { emulator: { type: 'string', default: EMULATORS[0] }, help: { type: 'boolean', default: false } },
});
if (given.help) say(HELP);
else if (isEmulator(given.emulator)) await main(given.emulator);
else {
  process.stderr.write(`Cannot start ${given.emulator}: choose one of ${EMULATORS.join(', ')}.\n`);
  process.exitCode = 2;
}

// --- internal ---

async function main(name: (typeof EMULATORS)[number]): Promise<void> {
  const startedAt = performance.now();
  const emulator = await openEmulator(name, process.env['AWS_ENDPOINT_URL'], say);
  if ('missing' in emulator) throw new Error(`Cannot start ${name}: ${emulator.missing}`);
  say(`${emulator.name} is ready after ${seconds((performance.now() - startedAt) / 1000)}`);
  const project = await copyProject();
  await project.add({ ...bareHandler, 'serverless.yml': await impatient('serverless.yml') });
  try {
    // A message whose run an upgrade interrupts comes back after six times the timeout.
    const params = { timeout: '10', ...(name === 'ministack' ? WITHOUT_ALARMS : {}) };
    await loop(new DeployedStack(project.dir, emulator.env, 'dev', params), project);
  } finally {
    await project.remove();
    await emulator.stop();
  }
}

/** The project's settings, with a shorter timeout for the function that crashes: its task comes back four times. */
async function impatient(file: string): Promise<string> {
  return (await readFile(file, 'utf8')).replace('\n  functions: {}\n', '\n  functions: { trouble: { timeout: 5 } }\n');
}

async function loop(stack: DeployedStack, project: ProjectFolder): Promise<void> {
  const deployed = await stack.deploy();
  say(`Deployed in ${seconds(deployed.seconds)}:\n${deployed.stdout}${deployed.stderr}`);
  const env = await stack.callerEnv();
  Object.assign(process.env, env);

  const crashed = crashTrial.run();
  await runAll(env);
  await submitAll();
  await callAll(env);
  for (const trial of trials) await checkTrial(trial, trial.run());
  await checkTrial(crashTrial, crashed);

  const { tasks1000, chord500, step } = await timeWorkflows();
  const bare = await timeBareMessages(stack.stage);
  say(
    `1,000 tasks in ${seconds(tasks1000)}, a chord of 500 in ${seconds(chord500)}, ${(step * 1000).toFixed(0)} ms a step of a chain of 50; ` +
      `1,000 messages to a function that does nothing: ${seconds(bare)}`,
  );
  await upgrade(stack, project);
  say(`Deployed again in ${seconds((await stack.deploy()).seconds)}`);
  const removed = await stack.remove();
  say(`Removed in ${seconds(removed.seconds)}:\n${removed.stdout}${removed.stderr}`);
}

async function runAll(env: Readonly<Record<string, string>>): Promise<void> {
  const { stdout, exitCode } = await chordal(['run', '-', '--wait'], env, asLines(workflows));
  const lines = stdout.trim().split('\n');
  workflows.forEach(({ signature, value }, index) => {
    const { value: actual }: { value?: unknown } = JSON.parse(lines[index] ?? '{}');
    check(isDeepStrictEqual(actual, value), `chordal run: ${short(signature)} → ${short(JSON.stringify(actual))}`);
  });
  check(exitCode === 0, `chordal run ends with ${exitCode}`);
}

async function submitAll(): Promise<void> {
  for (const { signature, value } of workflows) {
    const answer = Object(await submitAndWait(signature));
    check(
      isDeepStrictEqual(answer.value, value),
      `submit and result: ${short(signature)} → ${short(JSON.stringify(answer.value))}`,
    );
  }
}

/** The AWS CLI and boto3 are Python's; the caller in TypeScript needs nothing. */
async function callAll(env: Readonly<Record<string, string>>): Promise<void> {
  const python = await preparePython();
  for (const caller of callers) {
    if ('missing' in python && caller !== 'submit.ts') {
      say(`${caller} is skipped: ${python.missing}`);
      continue;
    }
    const answer = await runCaller(caller, 'bin' in python ? python.bin : '', env);
    check(isDeepStrictEqual(Object(answer).value, 6), `${caller}: ${JSON.stringify(answer)}`);
  }
}

async function checkTrial({ name, expected }: Trial, running: Promise<unknown>): Promise<void> {
  const actual = await running;
  check(isDeepStrictEqual(actual, expected), `${name} → ${short(String(actual))}`);
}

async function upgrade(stack: DeployedStack, project: ProjectFolder): Promise<void> {
  const { value, endedBefore, versions, said } = await upgradeUnderLoad(stack, project);
  const isWhole = value.length === 500 && value.every((member, i) => member === i) && !endedBefore;
  const isRight = [...versions].every(([i, version]) => version === (waitsForUpgrade(i) ? 2 : 1));
  check(
    isWhole && isRight && versions.size === 500,
    `an upgrade with messages in flight: ${versions.size} of 500 members have run`,
  );
  check(said.includes('no longer in the code: leaving.'), 'the user is told which task the upgrade has removed');
  const fresh = await submitAndWait({ task: 'fresh' });
  check(Object(fresh).value === 'new', `the function that the upgrade adds: ${JSON.stringify(fresh)}`);
}

function check(isRight: boolean, what: string): void {
  say(`${isRight ? '✔' : '✖'} ${what}`);
  if (!isRight) process.exitCode = 1;
}

function short(what: unknown): string {
  return String(what).slice(0, 100);
}

function seconds(count: number): string {
  return `${count.toFixed(1)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}
