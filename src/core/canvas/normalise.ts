import { CanvasTooDeep } from '../errors/caller.ts';
import type { Link, ParallelPlan, Plan, PlanOptions, TaskPlan } from '../protocol/plan.ts';
import { compact, mapRecord, unlessEmpty } from '../values/compact.ts';
import type { Json } from '../values/json.ts';
import { checkLimits } from '../values/option-checks.ts';
import { toJson } from '../values/serializer.ts';
import { batchPlan } from './batch.ts';
import type { CallOptions, ChordData, ChunksData, GroupData, MapData, SignatureData, TaskData } from './signature.ts';
import { depthOf, fillOptions, mergeOptions, spreadChain, withOptions } from './signature.ts';
import { toleratedOf } from './tolerance.ts';

/** How deep groups and chains, or callbacks, may nest in a canvas. Each level is a frame of the messages inside it. */
const MAX_CANVAS_DEPTH = 64;

/**
 * Returns the normal form of a signature: chords become a group and a step, chunks a group of starmaps, single-step
 * chains their step; options are handed down to the tasks they are for, values become marked JSON.
 *
 * @throws CanvasTooDeep if canvases nest deeper than 64, tails not counted, or callbacks of callbacks do.
 * @throws SerializationError if an argument cannot be sent.
 * @throws InvalidOptions if a task gets a soft time limit that is not below its hard one.
 */
export function planOf(data: SignatureData, context: PlanContext = {}): Plan {
  const { labels = {}, calledAt, keepsCeleryIds = false, encode = toJson } = context;
  checkDepth(data);
  return plan(data, { override: {}, fallback: labels, callbacks: 0, calledAt, keepsCeleryIds, encode });
}

/** Where and when a plan is made. */
export interface PlanContext {
  /** Headers and tenant of the tasks, and of their callbacks, that do not say otherwise. Default: none. */
  readonly labels?: CallBaggage;
  /**
   * Epoch ms from which the `expires` of a chain, a group or a chord counts. Those of its callbacks count from their own
   * start. Default: each task counts from when it is sent.
   */
  readonly calledAt?: number;
  /** Whether tasks keep the ids that a Celery application gave them, to report to it. Default false. */
  readonly keepsCeleryIds?: boolean;
  /** Makes JSON of an argument or a header. Default: the serializer. A plan that is not sent keeps them as they are. */
  readonly encode?: Encode;
}

type Encode = (value: unknown, what: string) => Json;

/** The options that a signature also passes to its callbacks. */
export type CallBaggage = Pick<CallOptions, 'headers' | 'stamps' | 'tenant'>;

/**
 * Refuses canvases that nest too deep, before anything recurs over them.
 *
 * @throws CanvasTooDeep if they nest deeper than 64, tails not counted.
 */
export function checkDepth(data: SignatureData, callbacks = 0): void {
  const depth = Math.max(depthOf(data), callbacks);
  if (depth <= MAX_CANVAS_DEPTH) return;
  const what = depth === callbacks ? 'callbacks' : 'groups and chains';
  throw new CanvasTooDeep(
    `Cannot send a canvas: its ${what} nest ${depth} deep, and ${MAX_CANVAS_DEPTH} is the most. Use a chain instead.`,
  );
}

// --- internal ---

/** Options on their way from a canvas to its tasks: some win over a task's own, others only fill in missing ones. */
interface HandedDown {
  readonly override: CallOptions;
  readonly fallback: CallOptions;
  /** How many callbacks this is inside of. */
  readonly callbacks: number;
  /** Epoch ms of the call, if the canvas starts with it. */
  readonly calledAt?: number | undefined;
  /** Whether tasks keep the ids that a Celery application gave them. */
  readonly keepsCeleryIds: boolean;
  readonly encode: Encode;
}

function plan(data: SignatureData, down: HandedDown): Plan {
  switch (data.kind) {
    case 'task':
      return taskPlan(data, data.options, down);
    case 'map':
    case 'starmap':
      return mapPlan(data, data.items, down);
    case 'chunks':
      return { par: chunkPlans(data, down), ...linksOf(data.options, down) };
    case 'group':
      return groupPlan(data, down);
    case 'chain':
    case 'chord':
      return sequencePlan(data, down);
  }
}

function sequencePlan(data: SignatureData, down: HandedDown): Plan {
  const steps = stepPlans(data, down);
  const [only] = steps;
  const links = data.kind === 'chain' ? linksOf(data.options, down) : {};
  if (steps.length > 1 || only === undefined) return { seq: steps, ...links };
  if (links.links === undefined) return only;
  return { ...only, links: [...(only.links ?? []), ...links.links] };
}

/**
 * Returns the flat steps of a chain or a chord. A chord whose body is a chord is one long sequence: no recursion there.
 */
function stepPlans(data: SignatureData, down: HandedDown): readonly Plan[] {
  if (data.kind === 'chain') {
    return flatPlans(data.steps, down, (step, index) => stepPlans(step, chainOptions(data.options, down, index)));
  }
  if (data.kind !== 'chord') return [plan(data, down)];
  const steps: Plan[] = [];
  let current: SignatureData = data;
  let handed = down;
  while (current.kind === 'chord') {
    const {
      link,
      linkError,
      taskId: _,
      countdown: _c,
      eta: _e,
      ...rest
    } = mergeOptions(timed(current.options, down), handed.override);
    const links = compact({ link, linkError });
    const body: SignatureData = withOptions(current.body, links);
    const header = headerPlan(current, handed);
    handed = { ...handed, override: rest, fallback: withoutStart(handed.fallback) };
    steps.push(...withBody([header], body, handed));
    current = body;
  }
  return [...steps, ...flatPlans(spreadChain(current), down, (step) => stepPlans(step, handed))];
}

function headerPlan(data: ChordData, down: HandedDown): Plan {
  const { link: _link, linkError: _linkError, taskId: _id, ...options } = timed(data.options, down);
  const collects = data.onMemberFailure === 'collect';
  const members = memberPlans(data.header, { ...down, override: mergeOptions(options, down.override) }, collects);
  return compact({
    par: members,
    collect: collects ? true : undefined,
    tolerate: data.tolerate === undefined ? undefined : toleratedOf(data.tolerate, members.length),
  });
}

function flatPlans(
  steps: readonly SignatureData[],
  down: HandedDown,
  plansOf: (step: SignatureData, index: number) => readonly Plan[],
): readonly Plan[] {
  return steps.flatMap((step, index) => withBody(plansOf(step, index), steps[index + 1], down));
}

/** Adds the body to a group. The error callbacks of the body are also told, once, that the group has failed. */
function withBody(steps: readonly Plan[], body: SignatureData | undefined, down: HandedDown): readonly Plan[] {
  const header = steps.at(-1);
  const { linkError = [] } = body?.options ?? {};
  if (header === undefined || !('par' in header) || linkError.length === 0) return steps;
  const labels = labelsOf(body?.options ?? {}, down);
  const links = linkError.map((callback) => linkOf('failureOnce', callback, labels, down));
  return [...steps.slice(0, -1), { ...header, links: [...(header.links ?? []), ...links] }];
}

function groupPlan(data: GroupData, down: HandedDown, collects = false): ParallelPlan {
  const { link: _link, linkError: _linkError, taskId: _id, ...options } = timed(data.options, down);
  const members = memberPlans(data.members, { ...down, override: mergeOptions(options, down.override) }, collects);
  return { par: members, ...linksOf(data.options, down) };
}

/**
 * A group that could not be taken apart, because it has a `link`, still puts its values among its neighbours': where they
 * are collected, also the failures among them.
 */
function memberPlans(members: readonly SignatureData[], down: HandedDown, collects: boolean): readonly Plan[] {
  return members.map((member) => {
    if (member.kind !== 'group') return plan(member, down);
    const made = groupPlan(member, down, collects);
    return { ...made, splice: true as const, ...(collects ? { collect: true as const } : {}) };
  });
}

function chainOptions(own: CallOptions, down: HandedDown, index: number): HandedDown {
  const { override, fallback } = down;
  const { link: _link, linkError: _linkError, taskId: _id, ...options } = timed(own, down);
  const rest = { ...down, override: withoutStart(override), fallback: withoutStart(fillOptions(fallback, options)) };
  if (index > 0) return rest;
  const { countdown, eta } = { ...options, ...override };
  const start = compact({ countdown, eta });
  return { ...rest, override: { ...rest.override, ...start } };
}

/** Returns the options of a canvas with its `expires` as a time, so that it is the same for all its tasks. */
function timed(options: CallOptions, { calledAt }: HandedDown): CallOptions {
  const { expires } = options;
  if (calledAt === undefined || typeof expires !== 'number') return options;
  return { ...options, expires: new Date(calledAt + expires * 1000) };
}

function withoutStart({ countdown: _countdown, eta: _eta, ...options }: CallOptions): CallOptions {
  return options;
}

function taskPlan(data: TaskData, own: CallOptions, down: HandedDown): TaskPlan {
  return {
    task: data.task,
    ...compact({
      args: unlessEmpty(data.args.map((arg, i) => down.encode(arg, `argument ${i + 1} of ${data.task}`))),
      kwargs: unlessEmpty(jsonRecord(down, data.kwargs, (key) => `keyword argument ${key} of ${data.task}`)),
      immutable: data.immutable ? true : undefined,
      untyped: data.untyped,
      options: unlessEmpty(wireOptions(own, down, data.task)),
    }),
    ...linksOf(own, down),
  };
}

function mapPlan(
  { kind, task, options, ...how }: Omit<MapData, 'items'>,
  items: readonly unknown[],
  down: HandedDown,
): TaskPlan {
  const inner = { ...task, args: [items], immutable: true, options: {} };
  return { ...taskPlan(inner, mergeOptions(task.options, options), down), each: kind, ...batchPlan(how) };
}

function chunkPlans(data: ChunksData, down: HandedDown): readonly Plan[] {
  const { task, items, size, options } = data;
  const { link: _link, linkError: _linkError, taskId: _id, ...rest } = timed(options, down);
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, k) =>
    mapPlan({ ...data, kind: 'starmap', task, options: rest }, items.slice(k * size, (k + 1) * size), down),
  );
}

function linksOf(own: CallOptions, down: HandedDown): { readonly links?: readonly Link[] } {
  const { link = [], linkError = [] } = own;
  if (link.length === 0 && linkError.length === 0) return {};
  const labels = labelsOf(own, down);
  return {
    links: [
      ...link.map((callback) => linkOf('success', callback, labels, down)),
      ...linkError.map((callback) => linkOf('failure', callback, labels, down)),
    ],
  };
}

function linkOf(on: Link['on'], callback: SignatureData, labels: CallBaggage, down: HandedDown): Link {
  const callbacks = down.callbacks + 1;
  checkDepth(callback, callbacks);
  const handed = { ...down, override: {}, fallback: labels, callbacks, calledAt: undefined };
  return { on, plan: plan(callback, handed) };
}

function labelsOf(own: CallOptions, down: HandedDown): CallBaggage {
  const { headers, stamps, tenant } = optionsOf(own, down);
  return compact({ headers, stamps, tenant });
}

/**
 * Returns the options of a signature after handing down: some handed-down options win over its own, others fill in
 * missing ones.
 */
function optionsOf(own: CallOptions, { fallback, override }: HandedDown): CallOptions {
  return mergeOptions(fillOptions(fallback, own), override);
}

function wireOptions(own: CallOptions, down: HandedDown, task: string): PlanOptions {
  const { eta, expires, headers, stamps, link: _l, linkError: _e, taskId, ...plain } = optionsOf(own, down);
  checkLimits(plain.softTimeLimit, plain.timeLimit);
  return compact({
    ...plain,
    eta: eta?.getTime(),
    celeryId: down.keepsCeleryIds ? taskId : undefined,
    expires: typeof expires === 'number' ? expires : undefined,
    expiresAt: expires instanceof Date ? expires.getTime() : undefined,
    headers: headers === undefined ? undefined : jsonRecord(down, headers, (key) => `header ${key} of ${task}`),
    stamps: stamps === undefined ? undefined : jsonRecord(down, stamps, (key) => `stamp ${key} of ${task}`),
  });
}

function jsonRecord(
  { encode }: HandedDown,
  record: Readonly<Record<string, unknown>>,
  what: (key: string) => string,
): Readonly<Record<string, Json>> {
  return mapRecord(record, (value, key) => encode(value, what(key)));
}
