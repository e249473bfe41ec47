import { packPlan } from '../core/protocol/blocks.ts';
import type { Block } from '../core/protocol/blocks.ts';
import { LEAF_MEMBERS, NODE_CHILDREN, SHARD_MEMBERS } from '../core/protocol/join-tree.ts';
import { isListed } from '../core/protocol/journal.ts';
import { FAN_OUT } from '../core/protocol/limits.ts';
import { inlineItems } from '../core/protocol/plan.ts';
import type { Plan } from '../core/protocol/plan.ts';
import { APP_DEFAULTS } from '../core/task/defaults.ts';
import type { EngineSettings } from '../core/types/app.ts';

/** The work of AWS for a canvas if every task succeeds at its first try. */
export interface Estimate {
  readonly tasks: number;
  readonly messages: number;
  /** Those of the messages that no function receives, but a Python worker. Default 0. */
  readonly foreign?: number;
  /** Write and read units. */
  readonly writes: number;
  readonly reads: number;
  /** S3 requests, for arrays of signatures or arguments above 8 KB. */
  readonly puts: number;
  readonly gets: number;
}

/** A range. Least: ten messages in each request and batch. Most: one message in each. */
export interface Span {
  readonly least: number;
  readonly most: number;
}

/** The requests of an estimate, and their price. */
export interface Bill {
  readonly tasks: number;
  readonly messages: number;
  readonly sqsRequests: Span;
  readonly lambdaRequests: Span;
  readonly dynamodbWrites: number;
  readonly dynamodbReads: number;
  readonly s3Puts: number;
  readonly s3Gets: number;
  readonly dollars: Span;
}

/** The settings that decide which steps run inline, and which tasks a Python worker runs. */
export interface Inline extends Pick<EngineSettings, 'inline' | 'inlineSteps'> {
  /** The names of tasks of `app.external`. Default none. */
  readonly external?: readonly string[];
}

/**
 * Estimates a plan. `test/contract/billed-calls.test.ts` and `test/integration/estimate.test.ts` compare it with real calls.
 *
 * @param given the settings that differ from an app's defaults. Default: none.
 */
export function estimate(plan: Plan, given: Partial<Inline> = {}): Estimate {
  const settings = { ...APP_DEFAULTS, ...given };
  const { blocks } = packPlan(plan, 'w');
  const stored = sum(blocks.map(blockCost));
  const whole = sum([costOf(plan, true, settings), stored]);
  // If more than one batch is to be sent, one message goes to a worker, which sends them.
  const isWhole = firstMessages(plan) > FAN_OUT.inlineMembers;
  const listed = isListed('workflows', plan) ? 1 : 0;
  return { ...whole, messages: whole.messages + (isWhole ? 1 : 0), writes: whole.writes + listed };
}

/** Computes the price of an estimate by the list prices of us-east-1, without Lambda duration. */
export function billOf({ tasks, messages, foreign = 0, writes, reads, puts, gets }: Estimate): Bill {
  const batchesOf = (count: number): Span => ({ least: Math.ceil(count / 10), most: count });
  const batches = batchesOf(messages - foreign);
  const sent = batchesOf(messages);
  const calls = { least: SQS_CALLS * sent.least, most: SQS_CALLS * sent.most };
  const fixed = writes * DOLLARS.write + reads * DOLLARS.read + puts * DOLLARS.put + gets * DOLLARS.get;
  const dollars = (end: 'least' | 'most'): number =>
    // Rounded to a millionth of a cent.
    Number((fixed + calls[end] * DOLLARS.sqs + batches[end] * DOLLARS.invoke).toFixed(8));
  return {
    tasks,
    messages,
    sqsRequests: calls,
    lambdaRequests: batches,
    dynamodbWrites: writes,
    dynamodbReads: reads,
    s3Puts: puts,
    s3Gets: gets,
    dollars: { least: dollars('least'), most: dollars('most') },
  };
}

/** Returns the writes of a climb: each full leaf, and each full node, is marked in the node above it. */
export function climbWrites(n: number): number {
  let writes = 0;
  for (let width = Math.ceil(n / LEAF_MEMBERS); width > 1; width = Math.ceil(width / NODE_CHILDREN)) writes += width;
  return writes;
}

/** Returns the messages that a caller would send first. An empty group has none: only a worker can settle it. */
export function firstMessages(plan: Plan): number {
  if ('task' in plan) return 1;
  if ('seq' in plan) return sumOf(inlineItems(plan.seq).slice(0, 1), (step) => firstMessages(step));
  const members = inlineItems(plan.par);
  if (members.length === 0) return Number.POSITIVE_INFINITY;
  if (members.length > FAN_OUT.inlineMembers) return Math.ceil(members.length / FAN_OUT.rangeMembers);
  return sumOf(members, (member) => firstMessages(member));
}

// --- internal ---

/** Send, receive and delete. */
const SQS_CALLS = 3;

/** List prices of us-east-1 for a request or unit. */
const DOLLARS = {
  sqs: 0.4e-6,
  invoke: 0.2e-6,
  write: 0.625e-6,
  read: 0.125e-6,
  put: 5e-6,
  get: 0.4e-6,
} as const;

/** A place is taken and given back; messages of one batch share the first write, and those that wait read. */
const PLACE_WRITES = 2;

/** The size of a leaf of eight members with small values, in KB. */
const LEAF_KB = 0.6;

const NOTHING: Estimate = { tasks: 0, messages: 0, writes: 0, reads: 0, puts: 0, gets: 0 };

/**
 * A task that a Python worker runs: its message, the call in Python's queue, the message that waits, and the answer. Whichever of the last
 * two comes second reads what the other has decided.
 */
const PYTHON = { messages: 4, foreign: 1, writes: 1, reads: 1 } as const;

/** @param isLast whether nothing follows: then a group's list of values is an outcome of its own. */
function costOf(plan: Plan, isLast: boolean, settings: Inline): Estimate {
  const links = (plan.links ?? []).filter(({ on }) => on === 'success');
  const callbacks = links.map((link) => costOf(link.plan, true, settings));
  if ('task' in plan) {
    const one = settings.external?.includes(plan.task) === true ? PYTHON : { messages: 1, writes: 1 };
    const places = plan.options?.concurrencyLimit === undefined ? 0 : PLACE_WRITES;
    return sum([{ ...NOTHING, tasks: 1, ...one }, { ...NOTHING, writes: places }, ...callbacks]);
  }
  if ('seq' in plan) {
    const steps = inlineItems(plan.seq);
    const saved = { ...NOTHING, messages: -inlineSteps(steps, settings) };
    const costs = steps.map((step, i) => costOf(step, isLast && i === steps.length - 1, settings));
    return sum([...costs, saved, ...callbacks]);
  }
  const members = inlineItems(plan.par);
  const n = members.length;
  const ranges = n > FAN_OUT.inlineMembers ? Math.ceil(n / FAN_OUT.rangeMembers) : 0;
  const join = {
    ...NOTHING,
    messages: ranges,
    writes: climbWrites(n) + (isLast ? 1 : 0),
    reads: isLast ? 0 : gatherReads(n),
  };
  return sum([join, ...members.map((member) => costOf(member, true, settings)), ...callbacks]);
}

/** Counts the steps that run in the delivery of the step before, as if one function had all tasks and enough time. */
function inlineSteps(steps: readonly Plan[], settings: Inline): number {
  let count = 0;
  let inDelivery = 1;
  for (const [index, step] of steps.entries()) {
    const before = steps[index - 1];
    const isInline = before !== undefined && !hasCallbacks(before) && startsInline(step, settings);
    inDelivery = isInline && inDelivery < settings.inlineSteps ? inDelivery + 1 : 1;
    if (inDelivery > 1) count += 1;
  }
  return count;
}

/** Returns whether a step is begun by one message, of a task that asks to run inline and may. */
function startsInline(step: Plan, settings: Inline): boolean {
  if ('task' in step) {
    const { inline = settings.inline, countdown, eta, queue, concurrencyLimit } = step.options ?? {};
    return inline && [countdown, eta, queue, concurrencyLimit].every((option) => option === undefined);
  }
  const [first, ...others] = inlineItems('seq' in step ? step.seq : step.par);
  return first !== undefined && ('seq' in step || others.length === 0) && startsInline(first, settings);
}

/** Returns whether callbacks are started where a plan ends: what follows is then more than one message. */
function hasCallbacks(plan: Plan): boolean {
  if ((plan.links ?? []).some(({ on }) => on === 'success')) return true;
  if ('task' in plan) return false;
  return 'seq' in plan ? inlineItems(plan.seq).slice(-1).some(hasCallbacks) : inlineItems(plan.par).some(hasCallbacks);
}

/** Counts one strongly consistent Query for each partition: a unit for 4 KB. */
function gatherReads(n: number): number {
  let reads = 0;
  for (let at = 0; at < n; at += SHARD_MEMBERS) {
    reads += Math.ceil((Math.ceil(Math.min(SHARD_MEMBERS, n - at) / LEAF_MEMBERS) * LEAF_KB) / 4);
  }
  return reads;
}

/** A block is written once and read at least once. */
function blockCost({ key, text }: Block): Estimate {
  if (key.startsWith('bucket:')) return { ...NOTHING, puts: 1, gets: 1 };
  const bytes = Buffer.byteLength(text);
  return { ...NOTHING, writes: Math.ceil(bytes / 1024), reads: Math.ceil(bytes / 4096) / 2 };
}

function sumOf<T>(all: readonly T[], numberOf: (one: T) => number): number {
  return all.reduce((so, one) => so + numberOf(one), 0);
}

function sum(all: readonly Estimate[]): Estimate {
  return all.reduce(
    (a, b) => ({
      tasks: a.tasks + b.tasks,
      messages: a.messages + b.messages,
      foreign: (a.foreign ?? 0) + (b.foreign ?? 0),
      writes: a.writes + b.writes,
      reads: a.reads + b.reads,
      puts: a.puts + b.puts,
      gets: a.gets + b.gets,
    }),
    NOTHING,
  );
}
