import { readCelery } from '../core/celery/wire.ts';
import { addressOf } from '../core/protocol/address.ts';
import { workflowOf } from '../core/protocol/ids.ts';
import type { Value } from '../core/protocol/outcome.ts';
import { addressesAround, outcomeSeen } from '../core/protocol/visible-outcome.ts';
import { isPlainObject, parseJson } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import { everKept } from './ever-kept.ts';
import type { Faults } from './faults.ts';
import type { SentTask, Recorder } from './recorder.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';

/** A run that has ended, and its record. */
export interface Ended {
  readonly cloud: SimulatedCloud;
  readonly witness: Recorder;
  readonly isLivelock: boolean;
  readonly faults: Faults;
}

/**
 * Checks the promises of the engine for any workflow. It comes to rest and ends, and nothing
 * is left in flight. Every id has one outcome that does not change, also for a client that reads while it runs. One
 * task alone sends each attempt, and no task is given up that was not lost.
 *
 * @returns the violations; empty if there are none.
 */
export async function brokenInvariants(ended: Ended): Promise<readonly string[]> {
  const { cloud, witness, isLivelock } = ended;
  if (isLivelock) return ['it never comes to rest'];
  await cloud.reader.lookAtAll();
  const problems = [...witness.problems, ...cloud.reader.problems];
  const left = cloud.queues.messages.length;
  if (left > 0) problems.push(`${left} messages are left`);
  for (const id of witness.begun) if (!(await isFinal(ended, id))) problems.push(`${id} never ends`);
  for (const workflow of new Set([...witness.begun].map(workflowOf)))
    if (!(await isFinal(ended, workflow))) problems.push(`the workflow ${workflow} hangs`);
  return [...problems, ...(await unlisted(ended)), ...senderProblems(ended), ...innocentProblems(ended)];
}

// --- internal ---

/** Clocks of sandboxes may be ahead. */
const LONG_MS = 60_000;

/** Returns whether an id has an outcome, or will be seen as failed or revoked with something around it. */
async function isFinal({ cloud, witness }: Ended, id: string): Promise<boolean> {
  const cells = await everKept(cloud.ports, witness).outcomes.readMany({ addresses: addressesAround(id) });
  return outcomeSeen(id, cells) !== undefined;
}

/** Checks that every workflow that has failed is listed, as long as its outcome is kept. */
async function unlisted({ cloud, witness }: Ended): Promise<readonly string[]> {
  const { outcomes, clock } = cloud.ports;
  const failures = await cloud.journal.failures({
    since: 0,
    now: clock.now() + LONG_MS,
    limit: Number.MAX_SAFE_INTEGER,
  });
  const listed = new Set(failures.map(({ id }) => id));
  const failed = [...witness.outcomes].filter(([id, { state }]) => state === 'FAILURE' && id === workflowOf(id));
  const missing = failed.map(([id]) => id).filter((id) => !listed.has(id));
  const cells = await outcomes.readMany({ addresses: missing.map(addressOf) });
  return missing.flatMap((id, index) =>
    cells[index]?.outcome === undefined ? [] : [`the failure of ${id} is not listed`],
  );
}

/** Checks that only the sender that decided sends the next messages; without faults, once. */
function senderProblems({ cloud, witness, faults }: Ended): readonly string[] {
  const problems: string[] = [];
  const isSafe = Object.entries(faults).every(([kind, chance]) => kind === 'maxReceiveCount' || chance === 0);
  const { duplicateSend, duplicateDelivery, repeatedSchedule, lateWrite } = faults;
  const areSingle = duplicateSend + duplicateDelivery + repeatedSchedule + lateWrite === 0;
  const isCalm = isSafe && cloud.deaths.size === 0;
  for (const [id, all] of witness.sent) {
    for (const [attempt, sent] of Map.groupBy(all, (one) => one.attempt)) {
      const senders = new Set(sent.map(({ parent }) => parent));
      if (senders.size > 1)
        problems.push(
          `${id} was sent at attempt ${attempt} by ${[...senders].map((sender) => sender ?? 'the client').join(' and ')}`,
        );
      const messages = new Set(sent.map(({ mid }) => mid));
      if (isCalm && messages.size > 1) problems.push(`${id} was sent ${messages.size} times at attempt ${attempt}`);
      if (areSingle && sentTwiceFromOne(sent)) problems.push(`${id} was sent twice by one delivery`);
    }
  }
  return problems;
}

/** Returns whether a sandbox sent twice: without duplicates it has each message once, and sends the next messages once. */
function sentTwiceFromOne(sent: readonly SentTask[]): boolean {
  const from = sent.filter((one) => !one.isForward && one.from !== undefined).map((one) => one.from);
  return new Set(from).size < from.length;
}

/** Checks that nothing is given up as lost unless its message died, or enough of its starts came to nothing. */
function innocentProblems({ cloud, witness, faults }: Ended): readonly string[] {
  const problems: string[] = [];
  const { crash, throttle, lostAnswer, lateWrite, refusedEntry } = faults;
  const canBeLost = crash + throttle + lostAnswer + lateWrite + refusedEntry > 0 || cloud.deaths.size > 0;
  for (const [id, { state, failedId, value }] of witness.outcomes) {
    if (state !== 'FAILURE' || failedId !== undefined) continue;
    const lost = lostStarts(recordOf(witness, value));
    if (lost === undefined) continue;
    if (cloud.queues.dead.some(({ body }) => ownText(body).includes(`"id":${JSON.stringify(id)},`))) continue;
    const starts = witness.starts.get(`${id}|${witness.attempts.get(id) ?? 0}`)?.size ?? 0;
    if (!canBeLost || starts <= lost) problems.push(`${id} was given up after ${starts} starts, and was not lost`);
  }
  return problems;
}

/** Returns a message as this engine writes it: the answer of a Python worker brings one. */
function ownText(body: string): string {
  const read = body.startsWith('{') ? undefined : readCelery(body);
  const to = read !== undefined && 'kwargs' in read ? read.kwargs['to'] : undefined;
  return typeof to === 'string' ? to : body;
}

/** Returns the record of an error as it was written: at the end of a long run its item may have expired. */
function recordOf(witness: Recorder, value: Value): Json {
  if ('inline' in value) return value.inline;
  const ref = 'ref' in value ? value.ref : value.join;
  return parseJson(witness.kept(ref) ?? '', `the record of an error under ${ref}`);
}

/**
 * Returns how many starts a failure says were lost before the last one, which found that they were too many. Returns
 * -1 if it does not say, and undefined for other failures.
 */
function lostStarts(record: unknown): number | undefined {
  if (!isPlainObject(record) || record['errorType'] !== 'WorkerLostError') return undefined;
  const [, lost = '-1'] = /: (\d+) further starts have ended without/.exec(JSON.stringify(record['message'])) ?? [];
  return Number(lost);
}
