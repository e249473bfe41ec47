import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { keepParsed } from '../../../src/local/dynalite-parsers.ts';
import type { Context, Parser } from '../../../src/local/dynalite-parsers.ts';

const load = createRequire(import.meta.resolve('dynalite'));
// A parser of dynalite's.
const parserOf = (name: string): Parser => ({ ...(load(`./db/${name}.js`) as Parser) });

const NAMES = { '#a': 'alpha', '#b': 'beta' };
const valuesOf = (text: string): Record<string, object> => ({
  ':s': { S: text },
  ':n': { N: String(text.length) },
  ':set': { NS: [String(text.length)] },
  ':t': { S: 'S' },
});

const CONDITIONS = [
  'attribute_not_exists(o3) AND (attribute_not_exists(r3) OR r3 <= :n) AND (attribute_not_exists(x) OR x > :n)',
  '(attribute_not_exists(d) OR NOT contains(d, :n))',
  '#a = :s AND begins_with(#b.c[1], :s) OR #b IN (:s, :n)',
  'size(#a) > :n',
  'attribute_type(#a, :t)',
  '#a BETWEEN :n AND :n',
  'o = :none',
  '#none = :s',
  'begins_with(o, :n)',
  'size(o)',
  '((o = :s))',
  'date = :s',
  'o = ',
];
const UPDATES = [
  'SET o3 = :s, d3 = :s, l = :s, x = :n',
  'SET q = :s REMOVE k, q2, c ADD d :set',
  'SET #a = if_not_exists(#a, :n) + :n, #b[0] = list_append(:s, :s)',
  'SET o = :s, o = :s',
  'ADD k :s',
  'SET o = :none',
  'DELETE d :set',
];

describe.each([
  ['conditionParser', CONDITIONS],
  ['updateParser', UPDATES],
])('%s of dynalite, when what it has read is kept', (name, expressions) => {
  const plain = parserOf(name);
  const keeping = parserOf(name);
  keepParsed(keeping);

  it.each(expressions)('reads "%s" as it does without, whatever was read before', (expression) => {
    for (const text of ['a', 'bcd', 'e']) {
      const kept = outcomeOf(keeping, expression, text);
      expect(kept).toEqual(outcomeOf(plain, expression, text));
      // A change that one request makes in its copy does not reach another request.
      overwrite(kept.tree);
    }
  });
});

// --- internal ---

interface Read {
  readonly tree?: unknown;
  readonly error?: string;
  readonly unused: readonly string[];
}

function outcomeOf(parser: Parser, expression: string, text: string): Read {
  const attrVals = valuesOf(text);
  const context = {
    attrNames: NAMES,
    attrVals,
    unusedAttrNames: trueFor(NAMES),
    // As if another expression of this request had used one.
    unusedAttrVals: trueFor({ ...attrVals, ...(text === 'a' ? {} : { ':later': true }) }),
    isReserved: (word: string) => word.toLowerCase() === 'date',
    compare: () => false,
  } satisfies Context & Record<string, unknown>;
  let read: Omit<Read, 'unused'>;
  try {
    read = { tree: parser.parse(expression, { context }) };
  } catch (error) {
    read = { error: String(error) };
  }
  return { ...read, unused: [...Object.keys(context.unusedAttrNames), ...Object.keys(context.unusedAttrVals)] };
}

function trueFor(given: object): Record<string, true> {
  return Object.fromEntries(Object.keys(given).map((key) => [key, true]));
}

function overwrite(tree: unknown): void {
  if (typeof tree !== 'object' || tree === null) return;
  for (const value of Object.values(tree)) overwrite(value);
  for (const key of Object.keys(tree)) Object.assign(tree, { [key]: 'overwritten' });
}
