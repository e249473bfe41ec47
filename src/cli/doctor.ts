import { inParallel } from '../adapters/parallel.ts';
import { WorkerLostError } from '../core/errors/task.ts';
import { addressOf } from '../core/protocol/address.ts';
import { diagnose } from '../core/protocol/diagnose.ts';
import type { Missing } from '../core/protocol/diagnose.ts';
import { mergedFootprint } from '../core/protocol/footprint.ts';
import type { Footprint } from '../core/protocol/footprint.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import { keptFor, LIFETIME_MS } from '../core/protocol/lifetime.ts';
import { ANY_ATTEMPT } from '../core/protocol/outcome.ts';
import { compact } from '../core/values/compact.ts';
import { toFailure } from '../core/values/failure-record.ts';
import type { Engine } from '../engine/engine.ts';
import type { InFlight, Survey } from '../ports/survey.ts';
import type { Output } from './output.ts';

/** The ports that the doctor uses. */
export interface DoctorPorts {
  readonly engine: Engine;
  readonly survey: Survey;
  readonly output: Output;
}

/** The options of {@link examine}. */
export interface DoctorOptions {
  /** Only this workflow. Default: all. */
  readonly workflow?: string | undefined;
  /** Whether to settle lost workflows as failed. */
  readonly isRepairing: boolean;
  /** Seconds between the two checks of messages in flight. */
  readonly pauseSeconds: number;
}

/**
 * Prints a line for each workflow without an outcome, and returns the exit code: 1 if a workflow is lost and was not repaired. A workflow is
 * lost if it waits although no message was in flight at two checks: one before the table is read, one a pause later.
 * Dead letters that nobody has buried in between hold up none but their own workflows.
 */
export async function examine(ports: DoctorPorts, options: DoctorOptions): Promise<number> {
  const { engine, survey, output } = ports;
  const { workflow, pauseSeconds } = options;
  const endsAt = engine.clock.now() + pauseSeconds * 1000;
  const before = await survey.inFlight();
  const open = await openWorkflows(ports, workflow);
  if (open.length === 0) {
    output.note(
      workflow === undefined ? 'There are no open workflows.' : `${workflow} is not open: it has an outcome.`,
    );
    return 0;
  }
  if (movingIn(before) > 0) return allWait(open, before, output);
  output.note(
    `${many(open.length, 'workflow')} open, and no message is in flight. Checking again ${pauseSeconds} s after the first check …`,
  );
  await engine.clock.sleep(Math.max(0, endsAt - engine.clock.now()));
  const after = await survey.inFlight();
  // Dead letters that become fewer are being buried, and that settles their workflows.
  if (movingIn(after) > 0 || after.dead < before.dead) return allWait(open, after, output);
  if (after.dead === 0) return tellLost(ports, open, options);
  output.note(
    `${after.dead === 1 ? '1 dead letter was' : `${after.dead} dead letters were`} not buried between the checks, and can belong to one of these workflows. The log of the function \`bury\` says why.`,
  );
  // A dead letter may still continue its workflow, so only one that the user names is settled beside it.
  return tellLost(ports, open, { ...options, isRepairing: options.isRepairing && workflow !== undefined });
}

// --- internal ---

/** How many ids a line names. */
const NAMED = 100;
const TOLD_EVERY = 1000;
const PARALLEL_WORKFLOWS = 8;
/**
 * Items that are written after a workflow's end, as by other members of a failed group, expire up to this long after its outcome. So items
 * with less time to live prove nothing, unless the user asks for their workflow.
 */
const LAST_MS = 86_400_000;

interface OpenWorkflow {
  readonly workflow: string;
  readonly missing: readonly Missing[];
  /** Absent if the table has nothing of the workflow. */
  readonly until?: number;
}

/** A workflow that the user asks for counts as open if the table has nothing of it: perhaps no worker has started it. */
async function openWorkflows(
  { engine, survey, output }: DoctorPorts,
  workflow: string | undefined,
): Promise<readonly OpenWorkflow[]> {
  const all = new Map<string, Map<string, Footprint>>(workflow === undefined ? [] : [[workflow, new Map()]]);
  let count = 0;
  for await (const trace of survey.footprints({ workflow })) {
    count += 1;
    if (count % TOLD_EVERY === 0) output.progress(count);
    // Callbacks run after the outcome, and no caller waits for them.
    if (trace.id.includes('^')) continue;
    const key = workflowOf(trace.id);
    const kept = all.get(key) ?? new Map<string, Footprint>();
    kept.set(trace.id, mergedFootprint(kept.get(trace.id), trace));
    all.set(key, kept);
  }
  const tellsFrom = workflow === undefined ? engine.clock.now() + LAST_MS : 0;
  return [...all].flatMap(([key, kept]) => {
    const until = [...kept.values()].reduce((latest, trace) => Math.max(latest, trace.until), 0);
    if (kept.get(key)?.isEnded === true || until < tellsFrom) return [];
    return [{ workflow: key, missing: diagnose(key, kept), ...(kept.size > 0 && { until }) }];
  });
}

function allWait(open: readonly OpenWorkflow[], inFlight: InFlight, output: Output): number {
  for (const one of open) output.answer({ ...lineOf(one, 'waiting'), inFlight: movingIn(inFlight) + inFlight.dead });
  const { visible, hidden, delayed, dead, scheduled } = inFlight;
  const counts = `${visible} visible, ${hidden} hidden, ${delayed} delayed, ${dead} dead, ${scheduled} scheduled`;
  output.note(
    `${many(open.length, 'workflow')} open. Messages in flight: ${counts}. They may belong to ${open.length === 1 ? 'this workflow' : 'these workflows'}; run doctor again once the queues are empty.`,
  );
  return 0;
}

async function tellLost(
  ports: DoctorPorts,
  open: readonly OpenWorkflow[],
  { isRepairing }: DoctorOptions,
): Promise<number> {
  const { output } = ports;
  const settle = isRepairing ? settleLost : isStillOpen;
  let done = 0;
  let lost = 0;
  const tell = async (one: OpenWorkflow): Promise<void> => {
    if (await settle(ports, one)) {
      lost += 1;
      output.answer({ ...lineOf(one, 'lost'), ...(isRepairing && { repaired: true }) });
    }
    output.progress((done += 1), open.length);
  };
  await inParallel(open, PARALLEL_WORKFLOWS, tell);
  const advice = isRepairing ? 'settled as failed, with WorkerLostError' : '`--repair` settles them as failed';
  output.note(lost === 0 ? 'All of them have ended in the meantime.' : `${many(lost, 'workflow')} lost: ${advice}.`);
  return lost > 0 && !isRepairing ? 1 : 0;
}

async function isStillOpen({ engine }: DoctorPorts, { workflow }: OpenWorkflow): Promise<boolean> {
  const { cell } = await engine.outcomes.read({ address: addressOf(workflow) });
  return cell.outcome === undefined;
}

/** Settles a workflow as failed at the missing id. Returns whether it was still open. */
async function settleLost({ engine }: DoctorPorts, { workflow, missing, until = 0 }: OpenWorkflow): Promise<boolean> {
  const { clock, nonces, outcomes } = engine;
  const [first = { id: workflow, lacks: 'outcome' }] = missing;
  const others = missing.length > 1 ? `, as do ${missing.length - 1} others` : '';
  const error = new WorkerLostError(
    `Cannot continue ${workflow}: ${first.id} lacks ${WORDS[first.lacks]}${others}, and no message is in flight. Its message was deleted, or was too old for its queue`,
  );
  // The stack of the doctor says nothing about the task.
  const { stack: _, ...record } = toFailure(error);
  const by = { mid: nonces.mid(), token: nonces.token() };
  const { cell } = await outcomes.commit({
    address: addressOf(workflow),
    attempt: ANY_ATTEMPT,
    decision: {
      state: 'FAILURE',
      value: { inline: { ...record } },
      failedId: first.id,
      run: { endedAt: Math.round(clock.now()) },
    },
    by,
    until: Math.max(until, keptFor(clock.now())),
  });
  const isMine = cell.outcome?.mid === by.mid;
  if (isMine && engine.journalMode !== 'off')
    await engine.journal.noteFailure({
      mark: { at: clock.now(), id: workflow },
      until: Math.max(until, keptFor(clock.now())),
    });
  return isMine;
}

const WORDS: Readonly<Record<Missing['lacks'], string>> = {
  outcome: 'an outcome',
  retry: 'its retry',
  replacement: 'its replacement',
  successor: 'a successor',
  'member or successor': 'another member or a successor',
};

function lineOf({ workflow, missing, until }: OpenWorkflow, state: 'waiting' | 'lost'): object {
  const further = missing.length - NAMED;
  return compact({
    workflow,
    state,
    missing: missing.slice(0, NAMED),
    further: further > 0 ? further : undefined,
    // The time of the last write, or of the latest start.
    at: until === undefined ? undefined : new Date(until - LIFETIME_MS).toISOString(),
  });
}

/** Returns how many messages may still be worked on: all but the dead letters. */
function movingIn({ visible, hidden, delayed, scheduled }: InFlight): number {
  return visible + hidden + delayed + scheduled;
}

function many(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count} ${what}s are`;
}
