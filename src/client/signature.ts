import { toCelery } from '../core/canvas/celery-json.ts';
import { withArguments } from '../core/canvas/later-arguments.ts';
import type { LaterArguments } from '../core/canvas/later-arguments.ts';
import { checkDepth } from '../core/canvas/normalise.ts';
import { ownTaskId } from '../core/canvas/own-task-id.ts';
import { printSignature } from '../core/canvas/print.ts';
import { chainOf, withOptions } from '../core/canvas/signature.ts';
import type { CallOptions, SignatureData } from '../core/canvas/signature.ts';
import type { AnySignature } from '../core/types/signature.ts';
import type { SkewOptions } from '../core/types/skew.ts';
import { compact } from '../core/values/compact.ts';
import { checkLimits } from '../core/values/option-checks.ts';
import { makesId } from './call-once.ts';
import type { OnceGiven } from './call-once.ts';
import { dataOf, mustNotBeNamed, partOf } from './caller.ts';
import type { Caller, RuntimeSignature } from './caller.ts';
import { groupOfChunks } from './chunks.ts';
import { givenArguments } from './kwargs.ts';
import { readApplyOptions, readOptions } from './options.ts';
import { skewed } from './skew.ts';
import { stampedBy } from './stamp.ts';

/** Makes a signature of its data: an immutable value that can be called. */
export function makeSignature(caller: Caller, mutable: SignatureData): RuntimeSignature {
  const data = frozen(mutable);
  const name = data.kind === 'task' ? data.task : data.kind;
  const given = (later: LaterArguments): SignatureData => {
    checkDepth(data);
    return withArguments(data, later);
  };
  const call = async (...later: readonly unknown[]): Promise<unknown> =>
    caller.runHere(given(givenArguments(name, later)));
  const again = (changed: SignatureData): RuntimeSignature => makeSignature(caller, changed);
  const methods = {
    name,
    data,
    caller,
    delay: async (...later: readonly unknown[]) => sendWith(caller, given(givenArguments(name, later))),
    applyAsync: async (asked: object = {}) => {
      const { args, kwargs, options, once } = readApplyOptions(asked);
      return sendWith(caller, given({ args, kwargs }), options, once);
    },
    set: (options: object) => {
      const changed = withOptions(data, readOptions(options));
      checkLimits(changed.options.softTimeLimit, changed.options.timeLimit);
      return again(changed);
    },
    link: (callback: AnySignature) => again(withOptions(data, { link: [partOf(callback, 'a link')] })),
    linkError: (callback: AnySignature) =>
      again(withOptions(data, { linkError: [partOf(callback, 'an error callback')] })),
    clone: () => again(data),
    stamp: (stamps: unknown, options: unknown = {}) =>
      again(stampedBy(data, stamps, options, (part) => makeSignature(caller, part))),
    skew: (options?: SkewOptions) => again(skewed(data, options)),
    group: () => again(groupOfChunks(data)),
    pipe: (next: AnySignature) => {
      mustNotBeNamed(data, 'the first part of a chain');
      return again(chainOf([data, dataOf(next, 'the next step of a chain')]));
    },
    toJSON: () => toCelery(data),
    toString: () => printSignature(data),
    [INSPECT]: () => printSignature(data),
  };
  const properties = Object.entries(methods).map(([key, value]) => [key, { value }]);
  // The function has every property above; the symbol is not among the entries and is defined apart.
  const described = Object.defineProperties(call, Object.fromEntries(properties) as PropertyDescriptorMap);
  const value = methods[INSPECT];
  return Object.defineProperty(described, INSPECT, { value }) as unknown as RuntimeSignature;
}

// --- internal ---

/** The symbol of `inspect.custom`: to import `node:util` loads worker threads too, which a cold start pays for. */
const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * Freezes the data and returns it. A value that a caller gave as an argument still belongs to the caller. Each step of
 * a canvas is frozen by itself. Their list, new for every canvas, is not frozen: that would take as long as making it.
 */
function frozen(data: SignatureData): SignatureData {
  Object.freeze(data.options);
  if (data.kind === 'task') {
    Object.freeze(data.args);
    Object.freeze(data.kwargs);
  }
  return Object.freeze(data);
}

function sendWith(
  caller: Caller,
  data: SignatureData,
  options: CallOptions = {},
  once: OnceGiven = {},
): Promise<unknown> {
  const { taskId = makesId(once) ? undefined : ownTaskId(data), ...others } = options;
  return caller.send(withOptions(data, others), { ...once, ...compact({ taskId }) });
}
