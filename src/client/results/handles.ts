import { memberId, replacementBase, stepBefore, stepId } from '../../core/protocol/ids.ts';
import { keptFor } from '../../core/protocol/lifetime.ts';
import type { Outcome, Result } from '../../core/protocol/outcome.ts';
import { isStoredItems, elementsOf } from '../../core/protocol/plan.ts';
import type { Plan } from '../../core/protocol/plan.ts';
import type { AsyncResult, GetOptions, GroupResult } from '../../core/types/results.ts';
import { lazily } from '../../core/values/lazily.ts';
import type { Engine } from '../../engine/engine.ts';
import { loadChildren } from '../../engine/inputs.ts';
import { commonHandle, groupState, opened } from './common-handle.ts';
import type { MemberStates } from './common-handle.ts';
import { readGetOptions } from './get-options.ts';
import { collect, endedOf, iterate } from './iterate.ts';
import { readParts } from './parts.ts';
import { readVisible, waitFor } from './read-result.ts';

/** A handle at run time. */
export type Handle = AsyncResult<unknown>;
/** A group's handle at run time. */
export type GroupHandle = GroupResult<readonly unknown[]>;

/** The position of a plan, and the steps before it. */
export interface Place {
  readonly id: string;
  readonly base: string;
  readonly parent: () => Handle | null;
  /** Whether nothing follows: then a group's values are also the values of its id. */
  readonly isLast: boolean;
}

/** Returns the handle of a plan: a chain's is that of its last step, a group's has one for each member. */
export function handleOf(engine: Engine, plan: Plan, place: Place): Handle {
  if ('task' in plan)
    return taskHandle(
      engine,
      place,
      plan.options?.ignoreResult ?? engine.tasks.get(plan.task)?.options.ignoreResult ?? false,
    );
  const items = elementsOf(plan);
  if (isStoredItems(items)) return taskHandle(engine, place, false);
  if ('seq' in plan) return chainHandle(engine, items, place);
  const members = items.map((member, index) => {
    const id = memberId(place.base, index);
    return () => handleOf(engine, member, { id, base: id, parent: () => null, isLast: true });
  });
  return groupHandle(engine, place, members);
}

/** Returns the handle of an id when nothing else is known about it. */
export function handleOfId(engine: Engine, id: string): Handle {
  const before = stepBefore(id);
  const parent = (): Handle | null => (before === undefined ? null : handleOfId(engine, before));
  const place = { id, base: id, parent, isLast: true };
  return isStep(id) ? stepHandle(engine, place) : wholeHandle(engine, place);
}

/** Returns the handle of a group when only the number of its members is known. */
export function groupHandleOfId(engine: Engine, { id, base, n, isLast }: SavedGroup): GroupHandle {
  return groupHandle(engine, { id, base, parent: () => null, isLast }, membersOf(engine, base, n));
}

/** The data of a group that `save()` keeps. */
export interface SavedGroup {
  readonly id: string;
  readonly base: string;
  readonly n: number;
  readonly isLast: boolean;
}

// --- internal ---

function chainHandle(engine: Engine, steps: readonly Plan[], place: Place): Handle {
  const handleAt = (index: number): Handle | null => {
    const plan = steps[index];
    if (plan === undefined) return place.parent();
    const isLast = index === steps.length - 1;
    const id = stepId(place.base, index);
    const parent = (): Handle | null => handleAt(index - 1);
    return handleOf(engine, plan, isLast ? { ...place, parent } : { id, base: id, parent, isLast: false });
  };
  return handleAt(steps.length - 1) ?? handleOfId(engine, place.id);
}

function membersOf(engine: Engine, base: string, n: number): readonly (() => Handle)[] {
  return Array.from({ length: n }, (_, index) => () => handleOfId(engine, memberId(base, index)));
}

/** The handle of an id that may be the last step of a chain: its items say how many come before. */
function wholeHandle(engine: Engine, place: Place): Handle {
  const { id } = place;
  const handle: Handle = {
    ...taskParts(engine, place, false),
    parent: null,
    collect: (given) => collect(handle, given),
    predecessor: async () => {
      const { length = 0 } = await readParts(engine, id, {});
      return length < 2 ? null : handleOfId(engine, stepId(id, length - 2));
    },
  };
  return handle;
}

/** The handle of a step that may be a group: one that a step follows has no outcome of its own, its members have. */
function stepHandle(engine: Engine, place: Place): Handle {
  const { id, parent } = place;
  const task = taskParts(engine, place, false);
  const outcomeOrGroup = async (): Promise<Outcome | GroupHandle | undefined> => {
    const { outcome } = await readVisible(engine, id);
    if (outcome !== undefined) return outcome;
    const group = await engine.outcomes.tally({ join: id });
    return group && groupHandle(engine, { ...place, isLast: false }, membersOf(engine, id, group.size.members));
  };
  const itself = async (): Promise<Omit<Handle, 'collect' | 'parent'>> => {
    const found = await outcomeOrGroup();
    return found !== undefined && 'results' in found ? found : task;
  };
  const state = async (): ReturnType<Handle['state']> => (await itself()).state();
  const handle: Handle = {
    ...task,
    get parent() {
      return parent();
    },
    state,
    status: state,
    ready: async () => (await itself()).ready(),
    successful: async () => (await itself()).successful(),
    failed: async () => (await itself()).failed(),
    collect: (given) => collect(handle, given),
    get: async (given: GetOptions = {}) => {
      const options = readGetOptions(given);
      const startedAt = engine.clock.now();
      const found = await waitFor(engine, id, options, outcomeOrGroup);
      // Awaited, so that the stack of an error has the caller's line.
      if (!('results' in found)) return await opened(engine, id, found, options);
      return await found.get(leftOf(options, (engine.clock.now() - startedAt) / 1000));
    },
  };
  return handle;
}

function isStep(id: string): boolean {
  return /\.\d+$/.test(id);
}

function taskHandle(engine: Engine, place: Place, isIgnored: boolean): Handle {
  const handle: Handle = {
    ...taskParts(engine, place, isIgnored),
    collect: (given) => collect(handle, given),
    get parent() {
      return place.parent();
    },
  };
  return handle;
}

/**
 * Returns the parts of a task's handle that do not depend on the whole handle. The handle before it is not one of them: a copy of the
 * parts would make it, and so each one before it.
 */
function taskParts(engine: Engine, { id, parent }: Place, isIgnored: boolean): Omit<Handle, 'collect' | 'parent'> {
  return {
    ...commonHandle(engine, id, parent),
    get: async (given: GetOptions = {}) => {
      const options = readGetOptions(given);
      if (isIgnored) return undefined;
      const outcome = await waitFor(engine, id, options, async () => (await readVisible(engine, id)).outcome);
      // Awaited, so that the stack of an error has the caller's line.
      return await opened(engine, id, outcome, options);
    },
    children: async () => {
      const { outcome, cell } = await readVisible(engine, id);
      const launched = await loadChildren(engine, outcome?.children ?? []);
      const join = cell.next?.kind === 'replace' ? replacementBase(id, cell.next.attempt) : id;
      const group = await engine.outcomes.tally({ join });
      const members = Array.from({ length: group?.size.members ?? 0 }, (_, index) => memberId(join, index));
      return [...members, ...launched].map((child) => handleOfId(engine, child));
    },
  };
}

function groupHandle(engine: Engine, place: Place, members: readonly (() => Handle)[]): GroupHandle {
  const { id, base, parent, isLast } = place;
  const results = lazily(() => members.map((make) => make()));
  const states = memberStates(engine, base, members.length);
  /** The group's result, also of one that a step follows and nothing is written for; or that all members have theirs. */
  const ended = async (): Promise<Result | 'all' | undefined> => {
    const { outcome } = await readVisible(engine, id);
    if (outcome !== undefined || isLast) return outcome;
    const all = await states();
    if (all.includes(undefined)) return undefined;
    const isSuccess = all.every((state) => state === 'SUCCESS');
    return isSuccess ? { state: 'SUCCESS', value: { join: base, n: members.length } } : 'all';
  };
  const get = async (given: GetOptions = {}): Promise<readonly unknown[]> => {
    const options = readGetOptions(given);
    const startedAt = engine.clock.now();
    const outcome = await waitFor(engine, id, options, ended);
    const isListed = outcome === 'all' || (options.propagate === false && outcome.state !== 'SUCCESS');
    // The value of a group that has succeeded is a list.
    if (!isListed) return (await opened(engine, id, outcome, options)) as readonly unknown[];
    // Some members of a group that fails at once may go on: they get the time that is left.
    const left = leftOf(options, (engine.clock.now() - startedAt) / 1000);
    return await Promise.all(results().map((member) => member.get(left)));
  };
  const common = commonHandle(engine, id, parent);
  /** A group that is revoked has members without an outcome of their own: each is asked for it. */
  const membersEnded = async (waiting: readonly number[]): Promise<readonly number[]> => {
    const all = await states();
    const isRevoked = all.includes(undefined) && (await readVisible(engine, id)).outcome?.state === 'REVOKED';
    return isRevoked ? endedOf(results(), waiting) : waiting.filter((index) => all[index] !== undefined);
  };
  const handle: GroupHandle = {
    ...common,
    collect: (given) => collect(handle, given),
    iterate: (given) => iterate(engine, { id, results: results(), ended: membersEnded }, given),
    get parent() {
      return parent();
    },
    get results() {
      return results();
    },
    get,
    children: async () => results(),
    state: () => groupState(engine, id, isLast, states),
    status: () => groupState(engine, id, isLast, states),
    ready: async () => (await ended()) !== undefined,
    successful: async () => (await groupState(engine, id, isLast, states)) === 'SUCCESS',
    failed: async () => (await groupState(engine, id, isLast, states)) === 'FAILURE',
    completedCount: async () => (await states()).filter((state) => state === 'SUCCESS').length,
    waiting: async () => (await ended()) === undefined,
    save: () =>
      engine.records.saveResult({
        id,
        text: JSON.stringify({ id, base, n: members.length, isLast }),
        // As long as anything of its workflow.
        until: keptFor(engine.clock.now()),
      }),
    [Symbol.iterator]: () => results()[Symbol.iterator](),
  };
  return handle;
}

/** Returns a look at the states of the members that have ended. Those of the first ones that have all ended are not read again. */
function memberStates(engine: Engine, join: string, n: number): () => Promise<MemberStates> {
  let known: MemberStates = [];
  return async () => {
    const from = known.length;
    if (from >= n) return known;
    const cells = await engine.outcomes.gather({ join, n, from, mayLag: true });
    const all = [...known, ...cells.slice(from).map(({ outcome }) => outcome?.state)];
    const open = all.indexOf(undefined);
    const ended = open === -1 ? all : all.slice(0, open);
    // Another look may have come further meanwhile.
    if (ended.length > known.length) known = ended;
    return all;
  };
}

function leftOf(options: GetOptions, spentSeconds: number): GetOptions {
  return options.timeout === undefined ? options : { ...options, timeout: Math.max(0, options.timeout - spentSeconds) };
}
