import { workflowOf } from '../core/protocol/ids.ts';
import { addressesAround, outcomeSeen } from '../core/protocol/visible-outcome.ts';
import { isPlainObject } from '../core/values/json.ts';
import { loadValue } from '../engine/inputs.ts';
import type { Faults } from './faults.ts';
import type { SentTask, Recorder } from './recorder.ts';
import type { SimulatedCloud } from './simulated-cloud.ts';

/** A run that has ended, and what was seen of it. */
export interface Ended {
  readonly cloud: SimulatedCloud;
  readonly witness: Recorder;
  readonly isLivelock: boolean;
  readonly faults: Faults;
}

/**
 * What the engine promises of every workflow, whatever it consists of: it comes to rest and ends, nothing is left in
 * flight, every id has one outcome that does not change, one task alone sends each attempt, and no task is given up
 * that was not lost.
 *
 * @returns what does not hold; empty if all does.
 */
export async function brokenInvariants(ended: Ended): Promise<readonly string[]> {
  const { cloud, witness, isLivelock } = ended;
  if (isLivelock) return ['it never comes to rest'];
  const problems = [...witness.problems];
  const left = cloud.queues.messages.length;
  if (left > 0) problems.push(`${left} messages are left`);
  for (const id of witness.begun) if (!(await isFinal(ended, id))) problems.push(`${id} never ends`);
  for (const workflow of new Set([...witness.begun].map(workflowOf)))
    if (!(await isFinal(ended, workflow))) problems.push(`the workflow ${workflow} hangs`);
  return [...problems, ...senderProblems(ended), ...(await innocentProblems(ended))];
}

// --- internal ---

/** Whether an id has an outcome, or will be seen as failed or revoked with something around it. */
async function isFinal({ cloud }: Ended, id: string): Promise<boolean> {
  const cells = await cloud.ports.outcomes.readMany({ addresses: addressesAround(id) });
  return outcomeSeen(id, cells) !== undefined;
}

/** Whoever decided sends what follows, and nobody else; where nothing goes wrong, once. */
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

/** Without duplicates a sandbox has each message once, and sends once what follows from it. */
function sentTwiceFromOne(sent: readonly SentTask[]): boolean {
  const from = sent.filter((one) => !one.isForward && one.from !== undefined).map((one) => one.from);
  return new Set(from).size < from.length;
}

/** Nothing is given up as lost unless its message died, or enough of its starts came to nothing. */
async function innocentProblems({ cloud, witness, faults }: Ended): Promise<readonly string[]> {
  const problems: string[] = [];
  const { crash, throttle, lostAnswer, lateWrite, refusedEntry } = faults;
  const canBeLost = crash + throttle + lostAnswer + lateWrite + refusedEntry > 0 || cloud.deaths.size > 0;
  for (const [id, { state, failedId, value }] of witness.outcomes) {
    if (state !== 'FAILURE' || failedId !== undefined) continue;
    const record = await loadValue(cloud.ports, value);
    if (!isPlainObject(record) || record['errorType'] !== 'WorkerLostError') continue;
    if (cloud.queues.dead.some(({ body }) => body.includes(`"id":${JSON.stringify(id)},`))) continue;
    const starts = witness.starts.get(`${id}|${witness.attempts.get(id) ?? 0}`)?.size ?? 0;
    // It says how many starts were lost before the last one, which found that they were too many.
    const lost = /: (\d+) starts have ended without/.exec(JSON.stringify(record['message']))?.[1];
    if (!canBeLost || (lost !== undefined && starts <= Number(lost)))
      problems.push(`${id} was given up after ${starts} starts, and was not lost`);
  }
  return problems;
}
