import { isPlainObject } from '../values/json.ts';
import type { FailureNotice, Frame, Input } from './message.ts';
import { areWireOptions } from './options.ts';
import type { Value } from './outcome.ts';
import { MAX_ITEMS } from './plan.ts';
import type { Items, Link, Plan } from './plan.ts';
import { isCount, isFlag, isIdText, isText, optional } from './primitives.ts';
import { SENT_PRIORITY } from './priority.ts';

/** Returns whether a value read from a message is a plan. */
export function isPlan(value: unknown): value is Plan {
  if (!isPlainObject(value)) return false;
  const { links } = value;
  if (!optional(isLinks)(links)) return false;
  if (typeof value['task'] === 'string') return isTask(value);
  if (value['seq'] !== undefined) return isItems(value['seq']) && !isEmpty(value['seq']);
  return isItems(value['par']) && isGroup(value);
}

/** Returns whether a value is a list of callbacks. */
export function isLinks(value: unknown): value is readonly Link[] {
  return Array.isArray(value) && value.every(isLink);
}

/** Returns whether a value is a frame. */
export function isFrame(value: unknown): value is Frame {
  if (!isPlainObject(value)) return false;
  const { links } = value;
  if (!optional(isLinks)(links)) return false;
  return value['join'] === undefined ? isChainFrame(value) : isJoinFrame(value);
}

/** Returns whether a value is an input. */
export function isInput(value: unknown): value is Input {
  if (!isPlainObject(value)) return false;
  if ('val' in value) return true;
  if ('ref' in value) return isText(value['ref']);
  if ('failure' in value) return isFailureNotice(value['failure']);
  return isIdText(value['join']) && isWidth(value['n']) && isFlag(value['collect']);
}

// --- internal ---

function isJoinFrame({ join, x, n, ...group }: Readonly<Record<string, unknown>>): boolean {
  return isIdText(join) && isCount(x) && isWidth(n) && x < n && isGroup(group);
}

/** Returns whether the fields that a group has in a plan and in a frame are right. */
function isGroup({ collect, tolerate, splice, own, celeryId }: Readonly<Record<string, unknown>>): boolean {
  const isNamed = optional(isText)(celeryId);
  return isFlag(collect) && optional(isCount)(tolerate) && isFlag(splice) && optional(isValue)(own) && isNamed;
}

function isChainFrame({ steps, i, base, try: attempt }: Readonly<Record<string, unknown>>): boolean {
  if (!isItems(steps) || !isCount(i) || !isIdText(base)) return false;
  const isThere = 'stored' in steps ? i < steps.n : steps.length > 0;
  return isThere && optional(isCount)(attempt);
}

function isTask(value: Readonly<Record<string, unknown>>): boolean {
  const { args, kwargs, stored, immutable, untyped, options, task } = value;
  return (
    task !== '' &&
    optional(Array.isArray)(args) &&
    optional(isPlainObject)(kwargs) &&
    optional(isBlockKey)(stored) &&
    isFlag(immutable) &&
    isFlag(untyped) &&
    isBatch(value) &&
    optional(areWireOptions)(options)
  );
}

function isBatch({ each, collect, concurrency, progress }: Readonly<Record<string, unknown>>): boolean {
  const isKind = each === undefined || each === 'map' || each === 'starmap';
  return isKind && isFlag(collect) && optional(isCount)(concurrency) && concurrency !== 0 && isFlag(progress);
}

function isItems(value: unknown): value is Items {
  if (Array.isArray(value)) return value.every(isPlan);
  if (!isPlainObject(value)) return false;
  const { stored, n, per, first, queue, priority } = value;
  const isNamed = isText(first) && optional(isText)(queue) && optional(SENT_PRIORITY.is)(priority);
  return isBlockKey(stored) && isWidth(n) && isCount(per) && per > 0 && isNamed;
}

const BLOCK_KEY = /^(?:table|bucket):[\w:.~!^-]{1,1000}(?:\/\d{1,9}){1,2}$/;

/** Returns whether a value is the key of a block, as the core makes them. */
function isBlockKey(value: unknown): boolean {
  return typeof value === 'string' && BLOCK_KEY.test(value);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isLink(value: unknown): value is Link {
  if (!isPlainObject(value)) return false;
  const { on, plan } = value;
  return (on === 'success' || on === 'failure' || on === 'failureOnce') && isPlan(plan);
}

function isFailureNotice(value: unknown): value is FailureNotice {
  if (!isPlainObject(value)) return false;
  const { taskId, failedTaskId, rootId, error, call } = value;
  return (
    [taskId, failedTaskId, rootId].every((id) => isText(id)) &&
    isValue(error) &&
    (call === undefined || (isPlainObject(call) && isPlan(call['sig']) && optional(isInput)(call['in'])))
  );
}

function isValue(value: unknown): value is Value {
  if (!isPlainObject(value)) return false;
  if ('inline' in value) return true;
  if ('ref' in value) return isText(value['ref']);
  const { join, n, splice, collect } = value;
  return isIdText(join) && isWidth(n) && isFlag(splice) && isFlag(collect);
}

/** Returns whether a width is one that can be sent: a larger group or chain would take up all memory. */
function isWidth(value: unknown): value is number {
  return isCount(value) && value <= MAX_ITEMS;
}
