import { inspect } from 'node:util';
import { toCelery } from '../core/celery-json.ts';
import { checkDepth } from '../core/plan-of.ts';
import { printSignature } from '../core/print.ts';
import type { AnySignature } from '../core/signature-types.ts';
import { chainOf, withArguments, withOptions } from '../core/signature.ts';
import type { CallOptions, LaterArguments, SignatureData } from '../core/signature.ts';
import { givenArguments } from './kwargs.ts';
import { readApplyOptions, readOptions } from './options.ts';
import { dataOf } from './runtime-signature.ts';
import type { Caller, RuntimeSignature } from './runtime-signature.ts';

/** Makes a signature of its data: an immutable value that can be called. */
export function makeSignature(caller: Caller, data: SignatureData): RuntimeSignature {
  const given = (later: LaterArguments): SignatureData => {
    checkDepth(data);
    return withArguments(data, later);
  };
  const call = async (...later: readonly unknown[]): Promise<unknown> => caller.runHere(given(givenArguments(later)));
  const again = (changed: SignatureData): RuntimeSignature => makeSignature(caller, changed);
  const methods = {
    name: data.kind === 'task' ? data.task : data.kind,
    data,
    caller,
    delay: async (...later: readonly unknown[]) => sendWith(caller, given(givenArguments(later)), {}),
    applyAsync: async (options: object = {}) => {
      const { args, kwargs, ...rest } = readApplyOptions(options);
      return sendWith(caller, given({ args, kwargs }), rest);
    },
    set: (options: object) => again(withOptions(data, readOptions(options))),
    link: (callback: AnySignature) => again(withOptions(data, { link: [dataOf(callback, 'a link')] })),
    linkError: (callback: AnySignature) =>
      again(withOptions(data, { linkError: [dataOf(callback, 'an error callback')] })),
    clone: () => again(data),
    pipe: (next: AnySignature) => again(chainOf([data, dataOf(next, 'what follows a step')])),
    toJSON: () => toCelery(data),
    toString: () => printSignature(data),
    [inspect.custom]: () => printSignature(data),
  };
  const properties = Object.entries(methods).map(([key, value]) => [key, { value }]);
  // The function has every property above; the symbol is not among the entries and is defined apart.
  const described = Object.defineProperties(call, Object.fromEntries(properties) as PropertyDescriptorMap);
  const value = methods[inspect.custom];
  return Object.defineProperty(described, inspect.custom, { value }) as unknown as RuntimeSignature;
}

// --- internal ---

function sendWith(
  caller: Caller,
  data: SignatureData,
  options: CallOptions & { readonly dedupKey?: string },
): Promise<unknown> {
  const { taskId = data.options.taskId, dedupKey, ...rest } = options;
  return caller.send(withOptions(data, rest), {
    ...(taskId === undefined ? {} : { taskId }),
    ...(dedupKey === undefined ? {} : { dedupKey }),
  });
}
