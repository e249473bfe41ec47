import { InvalidCanvas } from '../errors/caller.ts';
import { compact, unlessEmpty } from '../values/compact.ts';

/**
 * What a caller writes: a task with arguments, or a canvas of such. Immutable data, values as the caller gave them.
 */
export type SignatureData = TaskData | ChainData | GroupData | ChordData | MapData | ChunksData;

/** A task, perhaps with some of its arguments. */
export interface TaskData {
  readonly kind: 'task';
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly immutable: boolean;
  /** It was made by name or from JSON, where no types have checked its arguments. */
  readonly untyped?: true;
  readonly options: CallOptions;
}

/** Steps, each called with what the one before returned. */
export interface ChainData {
  readonly kind: 'chain';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  readonly steps: readonly SignatureData[];
  readonly options: CallOptions;
}

/** Members that run at once. */
export interface GroupData {
  readonly kind: 'group';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  readonly members: readonly SignatureData[];
  readonly options: CallOptions;
}

/** A header whose values, as one array, are what the body is called with. */
export interface ChordData {
  readonly kind: 'chord';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  readonly header: readonly SignatureData[];
  readonly body: SignatureData;
  readonly onMemberFailure: 'failFast' | 'collect';
  readonly options: CallOptions;
}

/** One task whose function is called for every item. */
export interface MapData {
  readonly kind: 'map' | 'starmap';
  readonly task: TaskData;
  readonly items: readonly unknown[];
  readonly options: CallOptions;
}

/** Starmaps over slices of `size` items. */
export interface ChunksData {
  readonly kind: 'chunks';
  readonly task: TaskData;
  readonly items: readonly unknown[];
  readonly size: number;
  readonly options: CallOptions;
}

/** The options of a signature; times in seconds. */
export interface CallOptions {
  readonly countdown?: number;
  readonly eta?: Date;
  readonly expires?: number | Date;
  readonly taskId?: string;
  readonly queue?: string;
  readonly tenant?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly link?: readonly SignatureData[];
  readonly linkError?: readonly SignatureData[];
  readonly ignoreResult?: boolean;
  readonly maxRetries?: number | null;
  readonly timeLimit?: number;
  readonly softTimeLimit?: number;
}

/** Arguments given later: prepended; keyword arguments merge and the later wins. */
export interface LaterArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** One task with its arguments. */
export function taskOf(task: string, given: Partial<Omit<TaskData, 'kind' | 'task'>> = {}): TaskData {
  return { kind: 'task', task, args: [], kwargs: {}, immutable: false, options: {}, ...given };
}

/**
 * A chain of `steps`; chains among them are taken apart, so that a chain is always flat.
 *
 * @throws InvalidCanvas if there is no step.
 */
export function chainOf(steps: readonly SignatureData[]): ChainData {
  if (steps.length === 0)
    throw new InvalidCanvas('Cannot make a chain as it has no steps: give at least one signature');
  const flat = steps.flatMap(spreadChain);
  return {
    kind: 'chain',
    steps: flat,
    depth: Math.max(deepest(flat.slice(0, -1)) + 1, deepest(flat.slice(-1))),
    options: {},
  };
}

/** A group of `members`; groups among them are taken apart, so that its values are one flat array in this order. */
export function groupOf(members: readonly SignatureData[]): GroupData {
  const flat = members.flatMap(spreadGroup);
  return { kind: 'group', members: flat, depth: deepest(flat) + 1, options: {} };
}

/** A chord; a header that is a group is taken for its members. */
export function chordOf(
  header: readonly SignatureData[],
  body: SignatureData,
  onMemberFailure: ChordData['onMemberFailure'] = 'failFast',
): ChordData {
  const flat = header.flatMap(spreadGroup);
  return {
    kind: 'chord',
    header: flat,
    body,
    onMemberFailure,
    depth: Math.max(deepest(flat) + 2, depthOf(body)),
    options: {},
  };
}

/** How many canvases a signature is inside of at the deepest, tails not counted. */
export function depthOf(data: SignatureData): number {
  return 'depth' in data ? data.depth : 0;
}

/**
 * The same signature with arguments given later: a chain's reach its first step, a group's every member, a chord's its
 * header. Immutable signatures, maps and chunks take none.
 */
export function withArguments(data: SignatureData, later: LaterArguments): SignatureData {
  if (later.args.length === 0 && Object.keys(later.kwargs).length === 0) return data;
  switch (data.kind) {
    case 'task':
      if (data.immutable) return data;
      return { ...data, args: [...later.args, ...data.args], kwargs: { ...data.kwargs, ...later.kwargs } };
    case 'chain':
      return { ...data, steps: data.steps.map((step, index) => (index === 0 ? withArguments(step, later) : step)) };
    case 'group':
      return { ...data, members: data.members.map((member) => withArguments(member, later)) };
    case 'chord':
      return { ...data, header: data.header.map((member) => withArguments(member, later)) };
    case 'map':
    case 'starmap':
    case 'chunks':
      return data;
  }
}

/** The same signature, to which arguments given later make no difference. */
export function asImmutable(data: SignatureData): SignatureData {
  switch (data.kind) {
    case 'task':
      return { ...data, immutable: true };
    case 'chain':
      return { ...data, steps: data.steps.map((step, index) => (index === 0 ? asImmutable(step) : step)) };
    case 'group':
      return { ...data, members: data.members.map(asImmutable) };
    case 'chord':
      return { ...data, header: data.header.map(asImmutable) };
    case 'map':
    case 'starmap':
    case 'chunks':
      return data;
  }
}

/** The same signature with further options; the later win, callbacks add up. */
export function withOptions<Data extends SignatureData>(data: Data, options: CallOptions): Data {
  return { ...data, options: mergeOptions(data.options, options) };
}

/** Two sets of options as one: the later win, callbacks add up, headers merge. */
export function mergeOptions(options: CallOptions, later: CallOptions): CallOptions {
  const link = [...(options.link ?? []), ...(later.link ?? [])];
  const linkError = [...(options.linkError ?? []), ...(later.linkError ?? [])];
  const headers = { ...options.headers, ...later.headers };
  const { link: _link, linkError: _linkError, headers: _headers, ...rest } = { ...options, ...later };
  return {
    ...rest,
    ...compact({ link: unlessEmpty(link), linkError: unlessEmpty(linkError), headers: unlessEmpty(headers) }),
  };
}

/**
 * The steps of a chain inside another: its `link`s wait for its last step, its error callbacks for each but a group that
 * a step follows, whose failure that step's callbacks are told.
 */
export function spreadChain(step: SignatureData): readonly SignatureData[] {
  if (step.kind !== 'chain') return [step];
  if (Object.keys(step.options).length === 0) return step.steps;
  const { link = [], linkError = [], countdown, eta, taskId: _, ...rest } = step.options;
  const start = compact({ countdown, eta });
  return step.steps.map((inner, index) => {
    const isLast = index === step.steps.length - 1;
    const isHeader = !isLast && (inner.kind === 'group' || inner.kind === 'chunks');
    return withOptions(withFallback(inner, rest), {
      ...(index === 0 ? start : {}),
      ...compact({ link: isLast ? unlessEmpty(link) : undefined, linkError: isHeader ? undefined : linkError }),
    });
  });
}

// --- internal ---

/** The same signature with options for those of its tasks that do not say otherwise. */
function withFallback<Data extends SignatureData>(data: Data, fallback: CallOptions): Data;
function withFallback(data: SignatureData, fallback: CallOptions): SignatureData {
  if (Object.keys(fallback).length === 0) return data;
  const inner = (one: SignatureData): SignatureData => withFallback(one, fallback);
  switch (data.kind) {
    case 'task':
      return { ...data, options: mergeOptions(fallback, data.options) };
    case 'chain':
      return { ...data, steps: data.steps.map(inner) };
    case 'group':
      return { ...data, members: data.members.map(inner) };
    case 'chord':
      return { ...data, header: data.header.map(inner), body: inner(data.body) };
    case 'map':
    case 'starmap':
    case 'chunks':
      return { ...data, task: withFallback(data.task, fallback) };
  }
}

function deepest(all: readonly SignatureData[]): number {
  return all.reduce((depth, data) => Math.max(depth, depthOf(data)), 0);
}

/** A group's members in an outer group. One with a `link` stays whole, so that its values can be handed to it. */
function spreadGroup(member: SignatureData): readonly SignatureData[] {
  if (member.kind !== 'group' || member.options.link !== undefined) return [member];
  if (Object.keys(member.options).length === 0) return member.members;
  const { taskId: _, ...options } = member.options;
  return member.members.map((inner) => withOptions(inner, options));
}
