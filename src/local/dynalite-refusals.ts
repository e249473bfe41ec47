import { createRequire } from 'node:module';

/**
 * Has dynalite answer a conditional write that it refuses with the item that stands, if the request asks for it with
 * `ReturnValuesOnConditionCheckFailure`, as DynamoDB does.
 */
export function sayWhatStands(): void {
  // Not exported by dynalite, whose version is therefore pinned exactly. Its writes call the condition through its module.
  const load = createRequire(import.meta.resolve('dynalite'));
  const writes = load('./db/index.js') as Writes;
  const original = writes.checkConditional;
  writes.checkConditional = (request, item) => {
    const refusal = original(request, item);
    if (request[WANTED] === 'ALL_OLD' && refusal?.body !== undefined && item !== undefined) refusal.body.Item = item;
    return refusal;
  };
  for (const action of ['updateItem', 'putItem']) {
    const { types } = load(`./validations/${action}.js`) as Validation;
    // A field without a type is taken out of a request.
    types[WANTED] = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
  }
}

// --- internal ---

const WANTED = 'ReturnValuesOnConditionCheckFailure';

interface Writes {
  checkConditional: (
    request: { readonly [WANTED]?: string },
    item: object | undefined,
  ) => { readonly body?: { Item?: object } } | null | undefined;
}

interface Validation {
  readonly types: Record<string, object>;
}
