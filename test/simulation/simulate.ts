import { sendRevocation } from '../../src/client/revoke.ts';
import { workflowOf } from '../../src/core/protocol/ids.ts';
import { isPlainObject } from '../../src/core/values/json.ts';
import { loadValue } from '../../src/engine/inputs.ts';
import type { AnySignature, App } from '../../src/index.ts';
import { everKept } from '../../src/testing/ever-kept.ts';
import type { FaultKind } from '../../src/testing/fault-injector.ts';
import type { Faults } from '../../src/testing/faults.ts';
import { brokenInvariants } from '../../src/testing/invariants.ts';
import type { Ended } from '../../src/testing/invariants.ts';
import { Recorder } from '../../src/testing/recorder.ts';
import { SimulatedCloud } from '../../src/testing/simulated-cloud.ts';
import { evaluate, flatMembers, normal } from './evaluate.ts';
import { watchPriorities } from './priorities.ts';
import { seededRandom } from './seeded-random.ts';
import type { SeededRandom } from './seeded-random.ts';
import { SpecDrawer } from './specs.ts';
import type { Features, Spec } from './specs.ts';
import { withMadeUpStacks } from './stacks.ts';
import { startBySchedule } from './start.ts';
import type { SimulatedHandle } from './start.ts';
import { makeSimulatedApp } from './tasks.ts';
import type { Trace } from './tasks.ts';

/** One workflow, drawn and run from a seed. */
export interface Simulation {
  readonly seed: number;
  readonly faults: Faults;
  readonly features: Features;
  /** How deep a drawn canvas may nest. Default {@link DEPTH}. */
  readonly depth?: number;
  /** Instead of a drawn one. */
  readonly spec?: Spec;
  readonly maxDeliveries?: number;
}

/** How deep a drawn canvas may nest where nothing else is said: some sixty tasks on average. */
export const DEPTH = 3;

/** The result of a simulation. */
export interface Report {
  readonly spec: Spec;
  /** The violations; empty if there are none. */
  readonly problems: readonly string[];
  readonly state: string;
  readonly executions: number;
  readonly attempts: number;
  readonly deliveries: number;
  readonly largestMessage: number;
  readonly struck: ReadonlyMap<FaultKind, number>;
}

/** Runs one workflow under faults and checks all that must hold of it. */
export function simulate(simulation: Simulation): Promise<Report> {
  return withMadeUpStacks(() => run(simulation));
}

// --- internal ---

async function run(simulation: Simulation): Promise<Report> {
  const { seed, faults, features, depth = DEPTH, spec: given, maxDeliveries = 20_000 } = simulation;
  const luck = seededRandom(seed);
  const trace: Trace = {
    runs: new Map(),
    begun: new Map(),
    begunAt: new Map(),
    earlyRuns: new Map(),
    launched: new Map(),
    inputs: new Set(),
    foreign: new Set(),
    callbacks: new Map(),
    placed: new Map(),
    crowded: new Set(),
    strayed: new Set(),
    late: 0,
    isDeployed: !features.has('version'),
    luck: seededRandom(seed + 1),
  };
  const { app, handlers, build, callback } = makeSimulatedApp(trace);
  const witness = new Recorder();
  const cloud = new SimulatedCloud(handlers, {
    seed,
    faults,
    maxDeliveries,
    // Small ranges, so that small groups are expanded.
    fanOut: { inlineMembers: 3, rangeMembers: 4 },
    observe: (ports) => watchPriorities(witness.watch(ports), trace.strayed),
    read: witness.begun,
  });
  const spec = given ?? new SpecDrawer(luck, features).draw(depth);
  const plain = build(spec) as unknown as Submittable;
  const called = features.has('callbacks') ? plain.link(callback('linked')).linkError(callback('failed')) : plain;
  const isScheduled = features.has('scheduled') && luck.chance(0.5);
  const handle = isScheduled
    ? await startBySchedule(cloud, handlers, called, faults.repeatedSchedule > 0 ? ['first', 'second'] : ['first'])
    : await called.applyAsync({ taskId: 'W' });
  for (const id of idsOf(handle)) witness.begun.add(id);
  const scope = features.has('revoke') && luck.chance(0.8) ? drawScope(luck.below(4)) : undefined;
  const revoked = scope === undefined ? undefined : revokeLater(cloud, handle, scope, luck.below(300));
  const purged = features.has('purge') && luck.chance(0.8) ? purgeLater(cloud, app, drawPurge(luck)) : undefined;
  await Promise.all([cloud.run(), revoked, purged]);
  // The revocation may have come when nothing else was left.
  const ended = await cloud.run();
  for (const id of trace.begun.keys()) witness.begun.add(id);
  const check = {
    spec,
    cloud,
    witness,
    trace,
    scope,
    purgedAt: isScheduled ? undefined : await purged,
    isLivelock: ended.isLivelock,
    faults,
    callbacks: features.has('callbacks'),
    maxRuns: maxRunsOf(faults),
  };
  const executions = [...trace.runs.values()].reduce((sum, count) => sum + count, 0);
  return {
    spec,
    problems: [...witness.problems, ...(await problemsOf(check))],
    state: witness.outcomes.get('W')?.state ?? 'PENDING',
    executions,
    attempts: trace.runs.size,
    deliveries: ended.deliveries,
    largestMessage: witness.largest,
    struck: ended.struck,
  };
}

/** A fresh run, three counted starts, and what duplicates add: without them it is four. */
function maxRunsOf({ duplicateSend, repeatedSchedule, forgottenReceive, lateWrite }: Faults): number {
  return duplicateSend + repeatedSchedule + forgottenReceive + lateWrite === 0 ? 4 : 40;
}

interface Submittable extends AnySignature {
  link(callback: unknown): Submittable;
  linkError(callback: unknown): Submittable;
  applyAsync(options: object): Promise<SimulatedHandle>;
}

/** The ids that a client can ask for: each must end. A group before another step has no outcome but its members'. */
function idsOf({ taskId, parent, results }: SimulatedHandle): readonly string[] {
  const before = parent === null || parent === undefined ? [] : [parent];
  const inner = [...(results ?? []), ...before].flatMap(idsOf);
  return taskId === undefined || results !== undefined ? inner : [taskId, ...inner];
}

interface Checked extends Ended {
  readonly spec: Spec;
  readonly trace: Trace;
  readonly scope: string | undefined;
  /** Epoch ms before which all messages are purged that were sent. */
  readonly purgedAt: number | undefined;
  readonly callbacks: boolean;
  /** How often one attempt may be begun. */
  readonly maxRuns: number;
}

function drawScope(which: number): string {
  return ['W', 'W', 'W.0', 'W~0'][which] ?? 'W';
}

async function revokeLater(
  cloud: SimulatedCloud,
  handle: { revoke(): Promise<void> },
  scope: string,
  ms: number,
): Promise<void> {
  await cloud.clock.sleep(ms);
  if (scope === 'W') return handle.revoke();
  const ports = { ...cloud.ports, anyQueue: () => 'one' };
  // Of an engine, a revocation needs the ports and a queue.
  await sendRevocation(ports as unknown as Parameters<typeof sendRevocation>[0], scope);
}

/** Soon, or while delayed messages wait. */
function drawPurge(luck: SeededRandom): number {
  return luck.chance(0.5) ? luck.below(300) : luck.below(900_000);
}

async function purgeLater(cloud: SimulatedCloud, { control }: App, ms: number): Promise<number> {
  await cloud.clock.sleep(ms);
  const purges = await Promise.all(['one', 'two'].map((queue) => control.purge(queue)));
  return Math.max(...purges.map(({ before }) => before.getTime()));
}

async function problemsOf(check: Checked): Promise<readonly string[]> {
  const { trace, witness, maxRuns, cloud, scope } = check;
  const problems = [...(await brokenInvariants(check))];
  for (const [key, count] of trace.earlyRuns)
    if (count > 1) problems.push(`${key} may run once and ran ${count} times`);
  for (const [key, count] of trace.runs) if (count > maxRuns) problems.push(`${key} was begun ${count} times`);
  for (const id of [...[...trace.launched.values()].flatMap((ids) => [...ids]), 'W']) {
    if (!witness.outcomes.has(id)) problems.push(`the workflow ${id} hangs`);
  }
  for (const [key, ids] of trace.launched)
    if (ids.size > 1) problems.push(`${key} launched ${ids.size} workflows instead of one`);
  if (
    scope !== undefined &&
    scope !== 'W' &&
    !(await cloud.ports.records.revoked({ workflows: ['W'] })).includes(scope)
  )
    problems.push(`the revocation of ${scope} was lost`);
  problems.push(...purgeProblems(check));
  problems.push(...trace.crowded, ...trace.strayed);
  for (const value of trace.foreign) problems.push(`the callback of a group was given ${value}`);
  if (trace.late > 0) problems.push(`${trace.late} effects of abandoned tasks`);
  if (problems.length > 0) return problems;
  return [
    ...(await valueProblems(check)),
    ...(await inputProblems(check)),
    ...callbackProblems(check),
    ...linkProblems(check),
  ];
}

/** How long a batch may run that was received before its worker saw the purge, in ms. */
const SEEN_LATE_MS = 120_000;

/** Tasks that the client's call has sent, itself or by the workers that started its canvas, are not begun once they are purged. */
function purgeProblems({ spec, trace, purgedAt }: Checked): readonly string[] {
  if (purgedAt === undefined) return [];
  return sentByTheCall(spec).flatMap((id) => {
    const lateMs = (trace.begunAt.get(id) ?? 0) - purgedAt;
    return lateMs > SEEN_LATE_MS ? [`${id} was begun ${Math.round(lateMs / 1000)} s after it was purged`] : [];
  });
}

/** The ids of the tasks of a canvas that wait for no other, as far as they are not replaced. */
function sentByTheCall(spec: Spec): readonly string[] {
  const itself = (id: string, one: Spec | undefined): readonly string[] =>
    one?.t === 'task' && one.replace === null ? [id] : [];
  switch (spec.t) {
    case 'task':
      return itself('W', spec);
    case 'chain':
      return itself('W.0', spec.steps[0]);
    case 'group':
      return flatMembers(spec.members).flatMap((one, index) => itself(`W~${index}`, one));
    case 'chord':
      return flatMembers(spec.header).flatMap((one, index) => itself(`W.0~${index}`, one));
  }
}

/** The possible ends of a task under faults, and of tasks that never return. */
const EXPLAINED: ReadonlySet<unknown> = new Set(['WorkerLostError', 'TimeLimitExceeded', 'NotRegistered']);

/** The task that an id stood for last. */
function taskAt({ sent }: Recorder, { begun }: Trace, id: string): number | undefined {
  const inline = begun.get(id);
  if (inline !== undefined) return inline.n;
  const last = sent
    .get(id)
    ?.toSorted((a, b) => a.attempt - b.attempt)
    .at(-1);
  if (last === undefined) return undefined;
  const spec = last.args.at(-1);
  return isPlainObject(spec) && typeof spec['n'] === 'number' ? spec['n'] : -1;
}

/** The value, or the failure, is what an evaluation without the engine comes to. */
async function valueProblems({ spec, cloud, witness, trace, scope, purgedAt }: Checked): Promise<readonly string[]> {
  const outcome = witness.outcomes.get('W');
  if (outcome === undefined || outcome.state === 'REVOKED') return [];
  const lost = new Set<number>();
  for (const [id, own] of witness.outcomes) {
    if (own.state === 'SUCCESS' || own.failedId !== undefined || workflowOf(id) !== 'W') continue;
    const record = await loadValue(everKept(cloud.ports, witness), own.value);
    const type = isPlainObject(record) ? record['errorType'] : undefined;
    if (type === 'Expected') continue;
    const n = taskAt(witness, trace, id);
    // A range of a group, or a group itself, was lost: which tasks were in it, the canvas does not say.
    if (n === undefined || n < 0) return [];
    if (own.state === 'FAILURE' && !EXPLAINED.has(type))
      return [
        `${id} failed with ${JSON.stringify(type)}, which nothing explains: ${JSON.stringify(record).slice(0, 300)}`,
      ];
    lost.add(n);
  }
  const committed = new Set(marksIn(witness.replacements));
  const expected = evaluate(spec, [], { lost, committed });
  const isSuccess = outcome.state === 'SUCCESS';
  if (isSuccess !== expected.ok) {
    // A revocation, or what was lost in a canvas that had failed already, fails more than the evaluation knows of.
    if (!isSuccess && (scope !== undefined || purgedAt !== undefined || lost.size > 0)) return [];
    return [`W is ${outcome.state} and should ${expected.ok ? 'succeed' : 'fail'}`];
  }
  if (!expected.ok) return [];
  const value = await loadValue(everKept(cloud.ports, witness), outcome.value);
  const same = JSON.stringify(normal(value)) === JSON.stringify(normal(expected.value));
  return same ? [] : [`the value is ${JSON.stringify(value)} and should be ${JSON.stringify(expected.value)}`];
}

/** The arguments of a task are the committed values, not those of another run. */
async function inputProblems({ cloud, witness, trace }: Checked): Promise<readonly string[]> {
  const committed = new Set<string>();
  for (const { state, value } of witness.outcomes.values()) {
    if (state !== 'SUCCESS' || 'join' in value) continue;
    const json = await loadValue(everKept(cloud.ports, witness), value);
    if (isPlainObject(json) && 'hash' in json)
      committed.add(`${JSON.stringify(json['n'])}:${JSON.stringify(json['run'])}`);
  }
  const foreign = [...trace.inputs].filter((input) => !committed.has(input));
  return foreign.map((input) => `a task was given the value ${input}, which was not committed`);
}

function callbackProblems({ witness, callbacks, spec, trace }: Checked): readonly string[] {
  const outcome = witness.outcomes.get('W');
  if (!callbacks || outcome === undefined) return [];
  // One whose message died has an outcome though it never ran.
  const ran = [...new Set([...trace.callbacks.keys(), ...witness.outcomes.keys()])].filter((id) => id.startsWith('W^'));
  const isLinked = ran.length > 0;
  // A failed header starts its body's callbacks too, and those have the id of the whole.
  const isAlone = !JSON.stringify(spec).includes('"linked":true');
  if (ran.length > 1 && isAlone && !endsInGroup(spec))
    return [`${ran.length} callbacks of W were started instead of one`];
  if (outcome.state === 'SUCCESS' && !isLinked) return ['the link of W was not started'];
  // The revocation of a member is reported like a failure if the member belongs to a header.
  if (outcome.state === 'REVOKED' && outcome.failedId === undefined && ran.length > 0)
    return ['a callback of W was started though it was revoked'];
  if (outcome.state === 'FAILURE' && (spec.t === 'task' || spec.t === 'chain') && !endsInGroup(spec) && !isLinked)
    return ['the error callback of W was not started'];
  return [];
}

/** Of every task that was decided by a message of its own: the callbacks that were due were started, and no others. */
function linkProblems({ witness, trace }: Checked): readonly string[] {
  // Below a revoked workflow nothing continues.
  if (witness.outcomes.get('W')?.state === 'REVOKED') return [];
  const started = new Map<string, Set<string>>();
  for (const id of [...witness.sent.keys(), ...witness.outcomes.keys()]) {
    const end = id.lastIndexOf('^');
    if (end < 0) continue;
    const callback = /^\^\d+/.exec(id.slice(end))?.[0] ?? '';
    const of = id.slice(0, end);
    started.set(of, (started.get(of) ?? new Set()).add(callback));
  }
  return [...witness.attempts].flatMap(([id, attempt]) => {
    const sent = witness.sent.get(id)?.find((one) => one.attempt === attempt);
    const state = witness.outcomes.get(id)?.state;
    if (state === undefined) return [];
    const task = trace.begun.get(id);
    if (sent === undefined && state !== 'REVOKED' && task?.linked === true && task.replace === null && !started.has(id))
      return [`no callback of ${id} was started for ${state}`];
    if (sent === undefined) return [];
    const due = state === 'SUCCESS' ? sent.links.success : state === 'FAILURE' ? sent.links.failure : 0;
    const count = started.get(id)?.size ?? 0;
    return count === due ? [] : [`${count} callbacks of ${id} were started for ${state}, and ${due} were due`];
  });
}

function endsInGroup(spec: Spec): boolean {
  if (spec.t === 'chain') return spec.steps.at(-1) === undefined || endsInGroup(spec.steps.at(-1) ?? spec);
  if (spec.t === 'task') return spec.replace !== null;
  return true;
}

function marksIn(plans: readonly string[]): readonly number[] {
  return plans.flatMap((plan) => {
    const first = /"n":(\d+)/.exec(plan)?.[1];
    return first === undefined ? [] : [Number(first)];
  });
}
