/**
 * The deployed stack on each emulator, and the handlers on the embedded cloud: how long a deployment takes, and workflows beside a handler
 * that does nothing. Each runs in a process of its own, since an app finds its cloud once.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startLocal } from '../../src/local/local-cloud.ts';
import { EMULATORS, isEmulator, openEmulator } from '../deploy/support/emulator.ts';
import { bareHandler, timeBareMessages, timeWorkflows } from '../deploy/support/figures.ts';
import { copyProject } from '../deploy/support/project-folder.ts';
import { DeployedStack, WITHOUT_ALARMS } from '../deploy/support/stack.ts';
import { comparedTo } from './support/figure.ts';
import type { Figure } from './support/figure.ts';
import { answer, progress } from './support/section.ts';
import type { Answer } from './support/section.ts';

const EMBEDDED = 'embedded';
const [, file = '', place] = process.argv;

if (place === undefined) answer(await measureAll());
else answer(isEmulator(place) ? await measureEmulator(place) : await measureEmbedded());

// --- internal ---

async function measureAll(): Promise<readonly Figure[]> {
  const all: Figure[] = [];
  for (const name of [EMBEDDED, ...EMULATORS]) {
    progress(`emulators: ${name}`);
    const figures = await figuresOf(name).catch((error: unknown) => {
      // The others have their figures all the same.
      progress(`emulators: ${name} has failed: ${String(error).slice(-500)}`);
      return [];
    });
    if (figures.length === 0) progress(`emulators: ${name} has no figures`);
    all.push(...figures);
  }
  return all;
}

async function figuresOf(name: string): Promise<readonly Figure[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, file, name]);
  // The line that answer() has printed.
  return (JSON.parse(stdout) as Answer).figures;
}

async function measureEmulator(name: (typeof EMULATORS)[number]): Promise<readonly Figure[]> {
  // The first time installs it, which is no part of the start.
  const prepared = await openEmulator(name, undefined, () => {});
  if ('missing' in prepared) return [];
  await prepared.stop();
  const startedAt = performance.now();
  const emulator = await openEmulator(name, undefined, () => {});
  if ('missing' in emulator) return [];
  const started = (performance.now() - startedAt) / 1000;
  const project = await copyProject();
  try {
    await project.add(bareHandler);
    const stack = new DeployedStack(project.dir, emulator.env, 'dev', { timeout: '10', ...WITHOUT_ALARMS });
    const deployed = await stack.deploy();
    Object.assign(process.env, await stack.callerEnv());
    const runs = await measureRuns(name);
    const again = await stack.deploy();
    const removed = await stack.remove();
    const steps = { start: started, deploy: deployed.seconds, 'deploy again': again.seconds, remove: removed.seconds };
    return [...Object.entries(steps).map(([step, value]) => ({ name: `${name}: ${step}`, value, unit: 's' })), ...runs];
  } finally {
    await project.remove();
    await emulator.stop();
  }
}

async function measureEmbedded(): Promise<readonly Figure[]> {
  const project = await copyProject();
  await project.add(bareHandler);
  const startedAt = performance.now();
  const local = await startLocal({
    handlersDir: `${project.dir}/handlers`,
    service: 'chordal',
    stage: 'dev',
    onEvent: () => {},
  });
  const start = { name: `${EMBEDDED}: start`, value: (performance.now() - startedAt) / 1000, unit: 's' };
  try {
    Object.assign(process.env, local.env);
    const reloadedAt = performance.now();
    await local.reload();
    const again = { name: `${EMBEDDED}: deploy again`, value: (performance.now() - reloadedAt) / 1000, unit: 's' };
    return [{ ...start, note: 'with building the handlers' }, again, ...(await measureRuns(EMBEDDED))];
  } finally {
    await local.stop();
    await project.remove();
  }
}

async function measureRuns(name: string): Promise<readonly Figure[]> {
  // Once to warm up: sandboxes start, and queues are looked up.
  await timeBareMessages('dev', 100);
  const { tasks1000, chord500, step } = await timeWorkflows();
  const bare = {
    name: `${name}: 1,000 messages to a bare handler`,
    value: await timeBareMessages('dev'),
    unit: 's',
    note: 'the limit of the emulator',
  };
  return [
    bare,
    comparedTo({ name: `${name}: 1,000 tasks`, value: tasks1000, unit: 's' }, bare),
    { name: `${name}: chord of 500`, value: chord500, unit: 's' },
    { name: `${name}: chain of 50`, value: step * 1000, unit: 'ms a step' },
  ];
}
