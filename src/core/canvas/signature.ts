import { InvalidCanvas } from '../errors/caller.ts';
import { compact, unlessEmpty } from '../values/compact.ts';

/**
 * A signature as a caller writes it: a task with arguments, or a canvas of tasks. Immutable data, with values as the
 * caller gave them.
 */
export type SignatureData = TaskData | ChainData | GroupData | ChordData | MapData | ChunksData;

/** A task, perhaps with some of its arguments. */
export interface TaskData {
  /** Tells it from canvases. */
  readonly kind: 'task';
  /** The name of the task. */
  readonly task: string;
  /** Its positional arguments. */
  readonly args: readonly unknown[];
  /** Its keyword arguments. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Whether it ignores arguments given later. */
  readonly immutable: boolean;
  /** It was made by name or from JSON, where no types have checked its arguments. */
  readonly untyped?: true;
  /** Its options. */
  readonly options: CallOptions;
}

/** Steps, each called with the value of the one before it. */
export interface ChainData {
  /** Tells it from other canvases. */
  readonly kind: 'chain';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  /** Its steps, at least one. */
  readonly steps: readonly SignatureData[];
  /** Its options. */
  readonly options: CallOptions;
}

/** Members that run at once. */
export interface GroupData {
  /** Tells it from other canvases. */
  readonly kind: 'group';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  /** Its members, in order. */
  readonly members: readonly SignatureData[];
  /** Its options. */
  readonly options: CallOptions;
}

/** How many members of a header may fail: a number of them, or a part of all, as in `5%`. */
export type Tolerance = number | `${number}%`;

/** A header and a body that is called with the values of the header as one array. */
export interface ChordData {
  /** Tells it from other canvases. */
  readonly kind: 'chord';
  /** How many canvases lie inside each other at the deepest, tails not counted. */
  readonly depth: number;
  /** The members of its header, in order. */
  readonly header: readonly SignatureData[];
  /** The signature that is called with their values. */
  readonly body: SignatureData;
  /** Whether the first failure fails it, or its body gets all outcomes. */
  readonly onMemberFailure: 'failFast' | 'collect';
  /** How many members may fail, or what part of them, of a chord whose body gets all outcomes. Absent: any number. */
  readonly tolerate?: Tolerance;
  /** Its options. */
  readonly options: CallOptions;
}

/** How a task is called for its items. */
export interface BatchData {
  /** Whether its value has what became of each item, even of one that failed. */
  readonly onMemberFailure?: 'failFast' | 'collect';
  /** How many items it works on at once. */
  readonly concurrency?: number;
  /** Whether it shows how many items are done. */
  readonly progress?: boolean;
}

/** One task whose function is called for every item. */
export interface MapData extends BatchData {
  /** `starmap` calls the task with the elements of an item, `map` with the item. */
  readonly kind: 'map' | 'starmap';
  /** The task that is called. */
  readonly task: TaskData;
  /** The items that it is called with. */
  readonly items: readonly unknown[];
  /** Its options. */
  readonly options: CallOptions;
}

/** Starmaps over slices of `size` items. */
export interface ChunksData extends BatchData {
  /** Tells it from other canvases. */
  readonly kind: 'chunks';
  /** The task that is called. */
  readonly task: TaskData;
  /** The lists of arguments that it is called with. */
  readonly items: readonly unknown[];
  /** The number of items in one starmap. */
  readonly size: number;
  /** Its options. */
  readonly options: CallOptions;
}

/** The options of a signature; times in seconds. */
export interface CallOptions {
  /** The seconds until it may start. */
  readonly countdown?: number;
  /** The time before which it does not start. */
  readonly eta?: Date;
  /** The time, or the seconds, after which it no longer starts. */
  readonly expires?: number | Date;
  /** The id of its result. */
  readonly taskId?: string;
  /** The queue of its message, in place of the task's own. */
  readonly queue?: string;
  /** The tenant that shares the queue fairly with others. */
  readonly tenant?: string;
  /** Values that travel with it. */
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The stamps that it carries, by their names. */
  readonly stamps?: Readonly<Record<string, unknown>>;
  /** The callbacks of its success. */
  readonly link?: readonly SignatureData[];
  /** The callbacks of its failure. */
  readonly linkError?: readonly SignatureData[];
  /** Whether callers cannot read its value. */
  readonly ignoreResult?: boolean;
  /** The retries that it has; null for any number. */
  readonly maxRetries?: number | null;
  /** The seconds after which a run fails. */
  readonly timeLimit?: number;
  /** The seconds after which a run is warned. */
  readonly softTimeLimit?: number;
  /** Whether it runs where the step before it has run, if it can. */
  readonly inline?: boolean;
  /** How many runs of its key there may be at once. */
  readonly concurrencyLimit?: number;
  /** The key that its run takes a place of. */
  readonly concurrencyKey?: string;
}

/** Returns one task with its arguments. */
export function taskOf(task: string, given: Partial<Omit<TaskData, 'kind' | 'task'>> = {}): TaskData {
  return { kind: 'task', task, args: [], kwargs: {}, immutable: false, options: {}, ...given };
}

/**
 * Returns a chain of `steps`; chains among them are taken apart, so that a chain is always flat.
 *
 * @throws InvalidCanvas if there is no step.
 */
export function chainOf(steps: readonly SignatureData[]): ChainData {
  if (steps.length === 0) throw new InvalidCanvas('Cannot make a chain: it has no steps. Give at least one signature.');
  const flat = steps.flatMap(spreadChain);
  return {
    kind: 'chain',
    steps: flat,
    depth: Math.max(deepest(flat.slice(0, -1)) + 1, deepest(flat.slice(-1))),
    options: {},
  };
}

/**
 * Returns a group of `members`; groups among them are taken apart, so that its values are one flat array in this order.
 */
export function groupOf(members: readonly SignatureData[]): GroupData {
  const flat = members.flatMap(spreadGroup);
  return { kind: 'group', members: flat, depth: deepest(flat) + 1, options: {} };
}

/** Returns a chord; a header that is a group is replaced by its members. */
export function chordOf(
  header: readonly SignatureData[],
  body: SignatureData,
  { onMemberFailure = 'failFast', tolerate }: Partial<Pick<ChordData, 'onMemberFailure' | 'tolerate'>> = {},
): ChordData {
  const flat = header.flatMap(spreadGroup);
  return {
    kind: 'chord',
    header: flat,
    body,
    onMemberFailure: tolerate === undefined ? onMemberFailure : 'collect',
    ...(tolerate === undefined ? {} : { tolerate }),
    depth: Math.max(deepest(flat) + 2, depthOf(body)),
    options: {},
  };
}

/** Returns how many canvases a signature is inside of at the deepest, tails not counted. */
export function depthOf(data: SignatureData): number {
  return 'depth' in data ? data.depth : 0;
}

/** Returns the same signature with further options; the later win, callbacks add up. */
export function withOptions<Data extends SignatureData>(data: Data, options: CallOptions): Data {
  return { ...data, options: mergeOptions(data.options, options) };
}

/** Merges two sets of options: the later win, callbacks add up, headers merge, and stamps that stand stay. */
export function mergeOptions(options: CallOptions, later: CallOptions): CallOptions {
  const { link = [], linkError = [], headers, stamps, ...rest } = options;
  const { link: links = [], linkError: linkErrors = [], headers: laterHeaders, stamps: laterStamps, ...more } = later;
  return {
    ...rest,
    ...more,
    ...compact({
      link: unlessEmpty([...link, ...links]),
      linkError: unlessEmpty([...linkError, ...linkErrors]),
      headers: unlessEmpty({ ...headers, ...laterHeaders }),
      stamps: unlessEmpty({ ...laterStamps, ...stamps }),
    }),
  };
}

/** Merges the options of a signature into those that only fill in missing ones: its own win. */
export function fillOptions(fallback: CallOptions, own: CallOptions): CallOptions {
  const stamps = unlessEmpty({ ...fallback.stamps, ...own.stamps });
  return { ...mergeOptions(fallback, own), ...compact({ stamps }) };
}

/**
 * Returns the steps of a chain inside another: its `link`s wait for its last step, its error callbacks for each but a
 * group that a step follows, whose failure that step's callbacks are told.
 */
export function spreadChain(step: SignatureData): readonly SignatureData[] {
  if (step.kind !== 'chain') return [step];
  if (Object.keys(step.options).length === 0) return step.steps;
  const { link = [], linkError = [], countdown, eta, taskId, ...rest } = step.options;
  const start = compact({ countdown, eta });
  return step.steps.map((inner, index) => {
    const isLast = index === step.steps.length - 1;
    const isHeader = !isLast && (inner.kind === 'group' || inner.kind === 'chunks');
    return withOptions(withFallback(inner, rest), {
      ...(index === 0 ? start : {}),
      ...compact({
        link: isLast ? unlessEmpty(link) : undefined,
        linkError: isHeader ? undefined : linkError,
        taskId: isLast ? taskId : undefined,
      }),
    });
  });
}

/**
 * Changes each signature that a canvas is made of, its callbacks left out. `takesArguments` says whether arguments given to the canvas
 * reach the child: the first step of a chain, the members of a group, the header of a chord.
 */
export function mapChildren(
  data: SignatureData,
  change: (child: SignatureData, takesArguments: boolean) => SignatureData,
): SignatureData {
  switch (data.kind) {
    case 'task':
      return data;
    case 'chain':
      return { ...data, steps: data.steps.map((step, index) => change(step, index === 0)) };
    case 'group':
      return { ...data, members: data.members.map((member) => change(member, true)) };
    case 'chord':
      return { ...data, header: data.header.map((member) => change(member, true)), body: change(data.body, false) };
    case 'map':
    case 'starmap':
    case 'chunks':
      // A task changes to a task.
      return { ...data, task: change(data.task, false) as TaskData };
  }
}

// --- internal ---

/** Returns the same signature with options for those of its tasks that do not say otherwise. */
function withFallback(data: SignatureData, fallback: CallOptions): SignatureData {
  if (Object.keys(fallback).length === 0) return data;
  if (data.kind === 'task') return { ...data, options: fillOptions(fallback, data.options) };
  return mapChildren(data, (child) => withFallback(child, fallback));
}

function deepest(all: readonly SignatureData[]): number {
  return all.reduce((depth, data) => Math.max(depth, depthOf(data)), 0);
}

/**
 * Returns a group's members in an outer group. One with a `link` stays whole, so that its values can be handed to it.
 */
function spreadGroup(member: SignatureData): readonly SignatureData[] {
  if (member.kind !== 'group' || member.options.link !== undefined) return [member];
  if (Object.keys(member.options).length === 0) return member.members;
  const { taskId: _, ...options } = member.options;
  return member.members.map((inner) => withOptions(inner, options));
}
