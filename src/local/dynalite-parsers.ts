import { createRequire } from 'node:module';

/** An inner module of dynalite that reads expressions, as far as it is used here. */
export interface Parser {
  parse: (expression: string, options: { readonly context: Context }) => unknown;
}

/** The context of a parse. The parser removes the names and values that it finds used from the maps of unused ones. */
export interface Context {
  readonly attrNames?: Readonly<Record<string, string>> | undefined;
  readonly attrVals?: Readonly<Record<string, object>> | undefined;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

/**
 * Has dynalite read each expression once, and not with every request: its parsers take a third of the time that it
 * spends on a conditional write. Their result depends on the expression's text, the names and the types of the values;
 * where the values themselves matter, it is read each time.
 */
export function keepParsedExpressions(): void {
  // Not exported by dynalite, whose version is therefore pinned exactly.
  const load = createRequire(import.meta.resolve('dynalite'));
  for (const name of ['conditionParser', 'updateParser']) keepParsed(load(`./db/${name}.js`) as Parser);
}

/** Has a parser read each expression once. */
export function keepParsed(parser: Parser): void {
  const kept = new Map<string, Template>();
  const original = parser.parse;
  parser.parse = (expression, { context }) => {
    if (VALUES_MATTER.test(expression)) return original(expression, { context });
    const key = keyOf(expression, context);
    let template = kept.get(key);
    if (template === undefined) {
      // An error in an expression is thrown here, each time.
      template = templateOf(expression, context, original);
      if (kept.size === MOST_KEPT) kept.clear();
      kept.set(key, template);
    }
    for (const name of template.names) delete context.unusedAttrNames[name];
    for (const name of template.values) delete context.unusedAttrVals[name];
    return filled(template.tree, context.attrVals ?? {});
  };
}

// --- internal ---

/** The expressions whose parser checks the types, and the order, of their values. */
const VALUES_MATTER = /between|attribute_type/i;
const MOST_KEPT = 1000;

/** The parsed form of an expression, with the names of values in their places. */
interface Template {
  readonly tree: unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** The key of the name that marks a value's place. */
const VALUE: unique symbol = Symbol('value');

function keyOf(expression: string, { attrNames = {}, attrVals = {}, ...rest }: Context): string {
  const types = Object.entries(attrVals).map(([name, value]) => [name, Object.keys(value)]);
  return JSON.stringify([expression, attrNames, types, 'isKeyCondition' in rest]);
}

function templateOf(expression: string, context: Context, parse: Parser['parse']): Template {
  const { attrNames = {}, attrVals = {} } = context;
  // All of them, as another expression of the first request may have used some before.
  const unused = { unusedAttrNames: allOf(attrNames), unusedAttrVals: allOf(attrVals) };
  const tree = parse(expression, { context: { ...context, ...unused } });
  const names = new Map(Object.entries(attrVals).map(([name, value]) => [value, name]));
  return {
    tree: mapped(tree, (value) => {
      const name = names.get(value);
      return name === undefined ? undefined : { [VALUE]: name };
    }),
    names: Object.keys(attrNames).filter((name) => !(name in unused.unusedAttrNames)),
    values: Object.keys(attrVals).filter((name) => !(name in unused.unusedAttrVals)),
  };
}

/** Returns a copy with the values of a request, as dynalite writes into the parsed expression. */
function filled(tree: unknown, attrVals: Readonly<Record<string, object>>): unknown {
  return mapped(tree, (value) => (VALUE in value ? attrVals[String(value[VALUE])] : undefined));
}

function mapped(tree: unknown, replace: (value: object) => object | undefined): unknown {
  if (typeof tree !== 'object' || tree === null) return tree;
  const replaced = replace(tree);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(tree)) return tree.map((item) => mapped(item, replace));
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, mapped(value, replace)]));
}

function allOf(given: object): Record<string, true> {
  return Object.fromEntries(Object.keys(given).map((key) => [key, true]));
}
