import { isPlainObject } from '../values/json.ts';
import { TENANT_NAME, TEXT } from '../values/option-checks.ts';
import { isId } from './ids.ts';
import type { FailureNotice, Frame, Input } from './message.ts';
import type { Value } from './outcome.ts';
import { MAX_ITEMS } from './plan.ts';
import type { Items, Link, Plan } from './plan.ts';

/** Whether a value read from a message is a plan. */
export function isPlan(value: unknown): value is Plan {
  if (!isPlainObject(value)) return false;
  const { links } = value;
  if (links !== undefined && !isLinks(links)) return false;
  if (typeof value['task'] === 'string') return isTask(value);
  if (value['seq'] !== undefined) return isItems(value['seq']) && !isEmpty(value['seq']);
  return isItems(value['par']) && isFlag(value['collect']) && isFlag(value['splice']) && isOwn(value['own']);
}

/** Whether a value is a list of callbacks. */
export function isLinks(value: unknown): value is readonly Link[] {
  return Array.isArray(value) && value.every(isLink);
}

/** Whether a value is a frame. */
export function isFrame(value: unknown): value is Frame {
  if (!isPlainObject(value)) return false;
  const { links } = value;
  if (links !== undefined && !isLinks(links)) return false;
  if (value['join'] !== undefined) {
    const { join, x, n } = value;
    const { collect, splice, own } = value;
    return isBase(join) && isCount(x) && isWidth(n) && x < n && isFlag(collect) && isFlag(splice) && isOwn(own);
  }
  const { steps, i, base } = value;
  if (!isItems(steps) || !isCount(i) || !isBase(base)) return false;
  const isThere = 'stored' in steps ? i < steps.n : steps.length > 0;
  return isThere && (value['try'] === undefined || isCount(value['try']));
}

/** Whether a value is an input. */
export function isInput(value: unknown): value is Input {
  if (!isPlainObject(value)) return false;
  if ('val' in value) return true;
  if ('ref' in value) return typeof value['ref'] === 'string';
  if ('failure' in value) return isFailureNotice(value['failure']);
  return isBase(value['join']) && isWidth(value['n']) && isFlag(value['collect']);
}

// --- internal ---

function isTask(value: Readonly<Record<string, unknown>>): boolean {
  const { args, kwargs, stored, immutable, untyped, each, options, task } = value;
  return (
    task !== '' &&
    (args === undefined || Array.isArray(args)) &&
    (kwargs === undefined || isPlainObject(kwargs)) &&
    (stored === undefined || isBlockKey(stored)) &&
    isFlag(immutable) &&
    isFlag(untyped) &&
    (each === undefined || each === 'map' || each === 'starmap') &&
    (options === undefined || isOptions(options))
  );
}

const NUMBERS = ['countdown', 'eta', 'expires', 'expiresAt', 'timeLimit', 'softTimeLimit'];

function isOptions(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const { queue, tenant, headers, ignoreResult, maxRetries } = value;
  return (
    NUMBERS.every(
      (name) => value[name] === undefined || (typeof value[name] === 'number' && Number.isFinite(value[name])),
    ) &&
    (queue === undefined || TEXT.is(queue)) &&
    (tenant === undefined || TENANT_NAME.is(tenant)) &&
    (headers === undefined || isPlainObject(headers)) &&
    (ignoreResult === undefined || typeof ignoreResult === 'boolean') &&
    (maxRetries === undefined || maxRetries === null || isCount(maxRetries))
  );
}

function isItems(value: unknown): value is Items {
  if (Array.isArray(value)) return value.every(isPlan);
  if (!isPlainObject(value)) return false;
  const { stored, n, per, first, queue } = value;
  const isNamed = typeof first === 'string' && (queue === undefined || typeof queue === 'string');
  return isBlockKey(stored) && isWidth(n) && isCount(per) && per > 0 && isNamed;
}

const BLOCK_KEY = /^(?:table|bucket):[\w:.~!^-]{1,1000}(?:\/\d{1,9}){1,2}$/;

/** Whether a value is the key of a block, as the core makes them. */
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
    [taskId, failedTaskId, rootId].every((id) => typeof id === 'string') &&
    isValue(error) &&
    (call === undefined ||
      (isPlainObject(call) && isPlan(call['sig']) && (call['in'] === undefined || isInput(call['in']))))
  );
}

function isValue(value: unknown): value is Value {
  if (!isPlainObject(value)) return false;
  if ('inline' in value) return true;
  if ('ref' in value) return typeof value['ref'] === 'string';
  return isBase(value['join']) && isWidth(value['n']);
}

function isOwn(value: unknown): boolean {
  return value === undefined || isValue(value);
}

function isBase(value: unknown): value is string {
  return typeof value === 'string' && isId(value);
}

/** A group or a chain that nobody could have sent would take up all memory. */
function isWidth(value: unknown): value is number {
  return isCount(value) && value <= MAX_ITEMS;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isFlag(value: unknown): boolean {
  return value === undefined || value === true;
}
