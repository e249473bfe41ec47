import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';

/**
 * A change at a place of the source, which a comment marks: `// @defect name`, on the line above a statement, a property,
 * an operand or an element. So neither a new name, nor a new file, nor the formatter moves a defect away from its place.
 */
export interface Edit {
  readonly anchor: string;
  readonly change: Change;
}

/** Removes what is marked: a statement, a property, an element, or an operand of `&&` and `||`. */
export function drop(anchor: string): Edit {
  return { anchor, change: (node) => ({ node, text: nothingInPlaceOf(node) }) };
}

/** Makes the marked condition true. */
export function always(anchor: string): Edit {
  return becomes(anchor, () => 'true');
}

/** Makes the marked condition false. */
export function never(anchor: string): Edit {
  return becomes(anchor, () => 'false');
}

/** Replaces the marked value: of `if` its condition, of `return` and `const` what follows, of a property its value. */
export function becomes(anchor: string, code: (value: string) => string): Edit {
  return {
    anchor,
    change(node) {
      const value = valueOf(node);
      return { node: value, text: code(value.getText()) };
    },
  };
}

/** Leaves out an operand of the marked `a && b && c` or `a || b || c`; of nested ones, further indices. */
export function dropOperand(anchor: string, ...indices: readonly number[]): Edit {
  return {
    anchor,
    change(node) {
      const operand = indices.reduce(
        (value: ts.Node | undefined, index) => value && operandsOf(value)[index],
        valueOf(node),
      );
      if (operand === undefined) throw new Error(`it has no operand ${indices.join('.')}`);
      return { node: operand, text: nothingInPlaceOf(operand) };
    },
  };
}

/** Makes the marked `condition ? a : b` always `a`. */
export function thenOf(anchor: string): Edit {
  return branch(anchor, ({ whenTrue }) => whenTrue);
}

/** Makes the marked `condition ? a : b` always `b`. */
export function elseOf(anchor: string): Edit {
  return branch(anchor, ({ whenFalse }) => whenFalse);
}

/** Puts code before the marked statement. It can use the `arguments` of the function around it, for any names of the parameters. */
export function before(anchor: string, code: string): Edit {
  return { anchor, change: (node) => ({ node, text: `${code}\n${node.getText()}` }) };
}

/** Replaces a part of what is marked, found by its shape. */
export function rewrite(anchor: string, shape: RegExp, code: string): Edit {
  return { anchor, change: (node) => ({ node, text: node.getText().replace(shape, code) }) };
}

/** Replaces the argument `index` of the marked call. */
export function argument(anchor: string, index: number, code: string): Edit {
  return {
    anchor,
    change(node) {
      const call = valueOf(node);
      const given = ts.isCallExpression(call) ? call.arguments[index] : undefined;
      if (given === undefined) throw new Error(`it has no argument ${index}`);
      return { node: given, text: code };
    },
  };
}

/** Replaces what the marked assignment assigns; `code` is given the target and the value. */
export function assigns(anchor: string, code: (target: string, value: string) => string): Edit {
  return {
    anchor,
    change(node) {
      const value = valueOf(node);
      if (!ts.isBinaryExpression(value)) throw new Error('it is no assignment');
      return { node: value.right, text: code(value.left.getText(), value.right.getText()) };
    },
  };
}

/**
 * Makes the edits, and returns the new text of each file by its path.
 *
 * @throws Error if an edit fits no more, or changes nothing: then no test could see the defect.
 */
export function edited(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const places = edits.map((edit) => ({ edit, file: fileOf(edit.anchor) }));
  return new Map([...Map.groupBy(places, ({ file }) => file)].map(([file, here]) => [file, editFile(file, here)]));
}

/** The anchors in the source. */
export function anchorsInSource(): ReadonlyMap<string, readonly string[]> {
  const found = sources().flatMap(({ file, text }) =>
    [...text.matchAll(ANCHOR)].flatMap((match) => namesIn(match).map((name) => ({ name, file }))),
  );
  return new Map([...Map.groupBy(found, ({ name }) => name)].map(([name, all]) => [name, all.map(({ file }) => file)]));
}

// --- internal ---

type Change = (node: ts.Node) => { readonly node: ts.Node; readonly text: string };

function branch(anchor: string, pick: (conditional: ts.ConditionalExpression) => ts.Node): Edit {
  return {
    anchor,
    change(node) {
      const value = valueOf(node);
      if (!ts.isConditionalExpression(value)) throw new Error('it is no condition with two values');
      return { node: value, text: pick(value).getText() };
    },
  };
}

const ANCHOR = /^ *\/\/ @defect (.+)$/gm;

let read: readonly { readonly file: string; readonly text: string }[] | undefined;

function sources(): readonly { readonly file: string; readonly text: string }[] {
  read ??= globSync('src/**/*.ts').map((path) => ({ file: resolve(path), text: readFileSync(path, 'utf8') }));
  return read;
}

/** A comment may name several: `// @defect one, another`. */
function namesIn(match: RegExpExecArray): readonly string[] {
  return (match[1] ?? '').split(',').map((name) => name.trim());
}

function fileOf(anchor: string): string {
  const files = anchorsInSource().get(anchor) ?? [];
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new Error(
      `Cannot plant a defect: "@defect ${anchor}" is ${files.length} times in src. Mark one place with it.`,
    );
  return file;
}

function editFile(file: string, places: readonly { readonly edit: Edit }[]): string {
  const text = sources().find((source) => source.file === file)?.text ?? '';
  const parsed = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const changes = places.map(({ edit }) => replacementOf(parsed, edit)).toSorted((a, b) => b.start - a.start);
  return changes.reduce((so, { start, end, text: put }) => so.slice(0, start) + put + so.slice(end), text);
}

function replacementOf(
  file: ts.SourceFile,
  { anchor, change }: Edit,
): { readonly start: number; readonly end: number; readonly text: string } {
  const mark = [...file.text.matchAll(ANCHOR)].find((match) => namesIn(match).includes(anchor));
  const marked = mark === undefined ? undefined : nodeBehind(file, mark.index);
  if (marked === undefined)
    throw new Error(`Cannot plant "${anchor}" in ${file.fileName}: nothing stands behind its mark`);
  try {
    const { node, text } = change(marked);
    if (text === node.getText()) throw new Error('it changes nothing');
    return { start: node.getStart(), end: node.getEnd(), text };
  } catch (error) {
    throw new Error(`Cannot plant "${anchor}" in ${file.fileName}: ${String(error)}`, { cause: error });
  }
}

/** The outermost node whose comments include this position. */
function nodeBehind(parent: ts.Node, position: number): ts.Node | undefined {
  return ts.forEachChild(parent, (child) => {
    if (position < child.getFullStart() || position >= child.getEnd()) return undefined;
    return position < child.getStart() ? child : nodeBehind(child, position);
  });
}

function valueOf(node: ts.Node): ts.Node {
  if (ts.isVariableStatement(node)) {
    const initializer = node.declarationList.declarations[0]?.initializer;
    if (initializer !== undefined) return initializer;
  }
  if (ts.isPropertyAssignment(node)) return node.initializer;
  if (
    (ts.isIfStatement(node) ||
      ts.isReturnStatement(node) ||
      ts.isExpressionStatement(node) ||
      ts.isSpreadElement(node)) &&
    node.expression !== undefined
  )
    return node.expression;
  if (ts.isExpression(node)) return node;
  throw new Error('it has no value');
}

function operandsOf(value: ts.Node): readonly ts.Node[] {
  if (ts.isParenthesizedExpression(value)) return operandsOf(value.expression);
  if (!ts.isBinaryExpression(value)) return [value];
  const { kind } = value.operatorToken;
  const flat = (node: ts.Node): readonly ts.Node[] =>
    ts.isBinaryExpression(node) && node.operatorToken.kind === kind ? [...flat(node.left), node.right] : [node];
  return flat(value);
}

function nothingInPlaceOf(node: ts.Node): string {
  if (ts.isSpreadElement(node)) return '...[]';
  if (ts.isObjectLiteralElement(node)) return '...{}';
  const { parent } = node;
  if (ts.isBinaryExpression(parent)) {
    if (parent.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) return 'true';
    if (parent.operatorToken.kind === ts.SyntaxKind.BarBarToken) return 'false';
  }
  if (ts.isStatement(node)) return ';';
  throw new Error('it cannot be left out');
}
