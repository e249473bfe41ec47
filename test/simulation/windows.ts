import { workflowOf } from '../../src/core/protocol/ids.ts';
import { chain, createApp, currentTask } from '../../src/index.ts';
import { FaultInjector } from '../../src/testing/fault-injector.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { brokenInvariants } from '../../src/testing/invariants.ts';
import { Recorder } from '../../src/testing/recorder.ts';
import { Sandbox } from '../../src/testing/sandbox.ts';
import { SimulatedCloud } from '../../src/testing/simulated-cloud.ts';
import { seededRandom } from './seeded-random.ts';

/** Calls with one key, drawn and made from a seed. */
export interface WindowSimulation {
  readonly option: 'debounce' | 'throttle';
  readonly seed: number;
  readonly faults: Faults;
}

/** The violations, and how many calls and windows there were. */
export interface WindowReport {
  readonly problems: readonly string[];
  readonly answered: number;
  readonly workflows: number;
}

/**
 * Makes calls with one key from sandboxes that fail as clouds do, and checks that of each window one call runs, and the right one, that no
 * answered call is lost, and that every handle ends.
 */
export async function simulateWindows({ option, seed, faults }: WindowSimulation): Promise<WindowReport> {
  const luck = seededRandom(seed);
  const ran: Run[] = [];
  const app = createApp('windows', { resultExpires: 864_000 });
  const note = app.task('note', (value: number, _padding: string) => {
    ran.push({ value, workflow: workflowOf(currentTask().request.id), at: cloud.clock.now() });
    return value;
  });
  const pass = app.task('pass', (value: number) => value);
  const witness = new Recorder();
  const cloud = new SimulatedCloud(
    { one: app.handler(note, pass) },
    {
      seed,
      faults,
      maxDeliveries: 3000,
      observe: (ports) => witness.watch(ports),
      read: witness.begun,
    },
  );
  const injector = new FaultInjector(
    faults,
    () => luck.below(1_000_000) / 1_000_000,
    (ms) => cloud.clock.sleep(ms),
  );
  const seconds = luck.chance(0.2) ? 1500 : 5;
  const hasMost = option === 'debounce' && luck.chance(0.3);
  const window = { key: 'k', seconds, ...(hasMost ? { maxSeconds: 2 * seconds } : {}) };
  const calls: Call[] = [];
  const makeCall = async (value: number): Promise<void> => {
    const padding = luck.chance(0.2) ? 'x'.repeat(3000) : '';
    const canvas = luck.chance(0.3) ? chain(note.s(value, padding), pass.s()) : note.s(value, padding);
    const call: Call = { value, from: cloud.clock.now() };
    calls.push(call);
    const sandbox = new Sandbox(cloud.ports, injector);
    const made = sandbox.run(async () => {
      const { taskId } = await canvas.applyAsync({ [option]: window });
      Object.assign(call, { workflow: taskId, to: cloud.clock.now() });
    });
    await Promise.race([made.catch(() => undefined), sandbox.died]);
  };
  const makeCalls = async (): Promise<void> => {
    const made: Promise<void>[] = [];
    const count = 2 + luck.below(7);
    for (let value = 0; value < count; value += 1) {
      made.push(makeCall(value));
      if (luck.chance(0.7)) await cloud.clock.sleep(luck.below(luck.chance(0.3) ? 2500 * seconds : 800 * seconds));
    }
    await Promise.all(made);
  };
  try {
    const progress = { isDone: false };
    const made = makeCalls().finally(() => (progress.isDone = true));
    // Between two calls nothing may be left to deliver.
    while (!progress.isDone) {
      await cloud.run();
      await cloud.clock.sleep(40 * seconds);
    }
    await made;
    const { isLivelock } = await cloud.run();
    const answered = calls.filter(isAnswered);
    for (const { workflow } of answered) witness.begun.add(workflow);
    const problems = [
      ...(await brokenInvariants({ cloud, witness, isLivelock, faults })),
      ...answered.flatMap(({ workflow, value }) =>
        witness.outcomes.has(workflow) ? [] : [`the call ${value} has a handle that never ends`],
      ),
      ...windowProblems(option, answered, { calls, ran, seconds, hasMost, faults, witness }),
    ];
    return { problems, answered: answered.length, workflows: new Set(answered.map(({ workflow }) => workflow)).size };
  } finally {
    cloud.close();
  }
}

// --- internal ---

interface Run {
  readonly value: number;
  readonly workflow: string;
  readonly at: number;
}

/** A call: from when to when it was made, and the workflow that it was answered with. */
interface Call {
  readonly value: number;
  readonly from: number;
  readonly to?: number;
  readonly workflow?: string;
}

type Answered = Required<Call>;

interface Ran {
  readonly calls: readonly Call[];
  readonly ran: readonly Run[];
  readonly seconds: number;
  /** Whether a window ends some time after its first call. */
  readonly hasMost: boolean;
  readonly faults: Faults;
  readonly witness: Recorder;
}

/** Twice the time that a clock of a sandbox may be off, in ms. */
const SKEW_MS = 4000;

function isAnswered(call: Call): call is Answered {
  return call.workflow !== undefined;
}

function windowProblems(
  option: WindowSimulation['option'],
  answered: readonly Answered[],
  { calls: all, ran, seconds, hasMost, faults, witness }: Ran,
): readonly string[] {
  const problems: string[] = [];
  for (const [workflow, calls] of Map.groupBy(answered, (call) => call.workflow)) {
    const values = new Set(ran.filter((run) => run.workflow === workflow).map(({ value }) => value));
    if (values.size > 1) problems.push(`the calls ${[...values].join(' and ')} of one window have run`);
    if (values.size === 0 && witness.outcomes.get(workflow)?.state === 'SUCCESS')
      problems.push(`no call of ${workflow} has run`);
    const mine = calls.find(({ value }) => values.has(value));
    if (mine === undefined) continue;
    const better = calls.find((call) => (option === 'debounce' ? call.from > mine.to : call.to < mine.from));
    if (better !== undefined)
      problems.push(
        `the call ${mine.value} has run, and ${better.value} was the ${option === 'debounce' ? 'last' : 'first'}`,
      );
    // A dead letter ends its window at once.
    if (option === 'throttle' || faults.deadLetter > 0) continue;
    const at = Math.min(...ran.filter((run) => run.workflow === workflow).map((run) => run.at));
    if (calls.some(({ from }) => from > at + SKEW_MS))
      problems.push(`a call was answered with ${workflow}, which had run before it`);
    if (!hasMost && at < mine.from + seconds * 1000 - SKEW_MS)
      problems.push(`the call ${mine.value} has run ${mine.from + 1000 * seconds - at} ms early`);
  }
  return option === 'throttle' ? [...problems, ...overlapping(answered, { calls: all, ran, seconds })] : problems;
}

/** Of a throttle, two windows do not overlap. A window begins with the call that has run, whether it was answered or not. */
function overlapping(
  answered: readonly Answered[],
  { calls, ran, seconds }: Pick<Ran, 'calls' | 'ran' | 'seconds'>,
): readonly string[] {
  const windows = [...Map.groupBy(answered, ({ workflow }) => workflow)].map(([workflow, members]) => {
    const value = ran.find((run) => run.workflow === workflow)?.value;
    const first = calls.find((call) => call.value === value)?.from;
    return {
      from: first ?? Math.min(...members.map(({ from }) => from)),
      to: Math.min(...members.map(({ to }) => to)),
    };
  });
  const inOrder = windows.toSorted((a, b) => a.from - b.from);
  return inOrder.flatMap(({ to }, index) => {
    const before = inOrder[index - 1];
    if (before === undefined || to >= before.from + seconds * 1000 - SKEW_MS) return [];
    return [`a window began ${to - before.from} ms after the one before`];
  });
}
