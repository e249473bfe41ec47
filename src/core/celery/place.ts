import { fromCelery } from '../canvas/celery-json.ts';
import { planOf } from '../canvas/normalise.ts';
import { chainOf, chordOf, taskOf } from '../canvas/signature.ts';
import type { SignatureData } from '../canvas/signature.ts';
import { InvalidMessage } from '../errors/caller.ts';
import { packPlan } from '../protocol/blocks.ts';
import type { Block } from '../protocol/blocks.ts';
import type { Position } from '../protocol/effect.ts';
import { chainFrame, groupFrame, plainPosition } from '../protocol/frames.ts';
import { isWorkflowId, memberId, stepId } from '../protocol/ids.ts';
import type { ChainFrame, Frame, JoinFrame } from '../protocol/message.ts';
import { isStoredItems } from '../protocol/plan.ts';
import type { Plan, SequencePlan } from '../protocol/plan.ts';
import type { JsonObject } from '../values/json.ts';
import { seatOf, wholeIdOf, withoutPlace } from './signatures.ts';
import type { Seat } from './signatures.ts';

/** The members of saved groups, by the id of the group. */
export type SavedGroups = ReadonlyMap<string, readonly string[]>;

/** A canvas of a Celery application as this engine runs it. */
export interface Placed {
  readonly at: Position;
  readonly plan: Plan;
  readonly frames: readonly Frame[];
  /** The blocks to keep before the plan starts. */
  readonly blocks: readonly Block[];
}

/**
 * Returns a canvas that a Celery application has begun, at its place in a workflow of this engine. Every message of one
 * chord gives the same workflow, so their join is one of this engine's own.
 *
 * @throws InvalidMessage if a group that it belongs to was not saved.
 * @throws InvalidCanvas, InvalidOptions if a signature cannot be read.
 */
export function placed(steps: readonly JsonObject[], groups: SavedGroups): Placed {
  const { at, frames, blocks } = placeOf(steps, groups);
  const whole = planOf(chainOf(steps.map(signatureOf)), { keepsCeleryIds: true });
  const packed = packPlan(whole, at.base, JSON.stringify(frames).length);
  return { at, plan: packed.plan, frames, blocks: [...blocks, ...packed.blocks] };
}

/** Returns the groups that a canvas is a member of, innermost first. */
export function groupsOf(steps: readonly JsonObject[]): readonly string[] {
  const groups: string[] = [];
  for (let seat = seatOf(steps); seat !== undefined; seat = seatOf(seat.body)) groups.push(seat.group);
  return groups;
}

// --- internal ---

type Place = Omit<Placed, 'plan'>;

function placeOf(steps: readonly JsonObject[], groups: SavedGroups): Place {
  const seat = seatOf(steps);
  return seat === undefined ? ownPlace(steps) : placeIn(seat, groups);
}

function ownPlace(steps: readonly JsonObject[]): Place {
  const id = wholeIdOf(steps);
  if (id === undefined) throw new InvalidMessage('Cannot place a canvas of Celery: its last step has no task_id.');
  return { at: plainPosition(workflowIdOf(id)), frames: [], blocks: [] };
}

/** Returns the place of a header's member: in front of the body, which is the rest of a chain. */
function placeIn(seat: Seat, groups: SavedGroups): Place {
  const { at, frames, blocks } = placeOf(seat.body, groups);
  const { x, n } = memberIn(seat, groups);
  const [body, ...behind] = seat.body.map(signatureOf);
  if (body === undefined) throw new InvalidMessage('Cannot place a chord: it has no body.');
  // The error callbacks of the body's first step are told of a header that fails, as in Celery.
  const whole = planOf(chainOf([chordOf([taskOf(HEADER)], body), ...behind]), { keepsCeleryIds: true });
  if (!('seq' in whole) || isStoredItems(whole.seq)) throw new InvalidMessage('Cannot place a chord: it has no body.');
  const [header] = whole.seq;
  if (header === undefined || !('par' in header)) throw new InvalidMessage('Cannot place a chord: it has no header.');
  const packed = packPlan(whole, at.base, JSON.stringify(frames).length);
  const links = header.links ?? [];
  const join: JoinFrame = { ...groupFrame({ ...plainPosition(stepId(at.base, 0)), links }, header), x, n };
  return {
    at: plainPosition(memberId(join.join, x)),
    // The plan is that of a chord; packing changes no kind.
    frames: [join, behindHeader(at, packed.plan as SequencePlan), ...frames],
    blocks: [...blocks, ...packed.blocks],
  };
}

/** The name of the task that stands for the header, which Celery has sent itself. It never runs. */
const HEADER = 'celery.header';

function behindHeader(at: Position, { seq }: SequencePlan): ChainFrame {
  const frame = chainFrame(at, seq);
  return { ...frame, i: 1, steps: isStoredItems(seq) ? seq : seq.slice(1) };
}

function memberIn({ group, index, memberId: id }: Seat, groups: SavedGroups): { x: number; n: number } {
  const members = groups.get(group);
  if (members === undefined)
    throw new InvalidMessage(
      `Cannot place task ${id}: its chord, group ${group}, is not in Celery's result table. Use the dynamodb:// result backend of Celery 5.4 or later, with the table that this app reads.`,
    );
  const listed = members.indexOf(id);
  const x = listed < 0 ? index : listed;
  if (typeof x === 'number' && Number.isInteger(x) && x >= 0 && x < members.length) return { x, n: members.length };
  throw new InvalidMessage(
    `Cannot place task ${id}: group ${group} has ${members.length} members, and it is none of them.`,
  );
}

function signatureOf(step: JsonObject, index: number): SignatureData {
  return fromCelery(withoutPlace(step), `step ${index + 1} of Celery's canvas`);
}

/** Returns the id of a workflow for an id of Celery, which may be any text: nearly always a UUID, which stays as it is. */
function workflowIdOf(id: string): string {
  const safe = id.replaceAll(/[^A-Za-z0-9:-]/g, (character) => `_${character.codePointAt(0)?.toString(16) ?? ''}_`);
  const own = isWorkflowId(id) ? id : safe;
  if (isWorkflowId(own)) return own;
  throw new InvalidMessage(`Cannot run the task with the id ${id.slice(0, 100)}: its id is too long. Use a UUID.`);
}
