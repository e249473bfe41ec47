/** A parameter as it is written. */
export interface SourceParameter {
  readonly rest: boolean;
  /** The default without white space and comments, and with every string and regular expression as `""`; undefined if there is none. */
  readonly initial: string | undefined;
}

/**
 * Lists the parameters in the source of a function: a declaration, an arrow function or a method, as `Function.prototype.toString` gives it.
 * Undefined if it is the source of a class or of native code, or cannot be read.
 *
 * @example
 * listParameters('async (x, { y } = {}) => x'); // [{ rest: false, initial: undefined }, { rest: false, initial: '{}' }]
 */
export function listParameters(source: string): readonly SourceParameter[] | undefined {
  if (/\{\s*\[native code\]\s*\}\s*$/.test(source)) return undefined;
  const tokens = tokensOf({ source, index: 0 });
  let depth = 0;
  let previous = '';
  for (const token of tokens) {
    if (depth === 0 && previous === 'class' && token !== '(') return undefined;
    if (depth === 0 && token === '(') return readList(tokens);
    // An arrow function with one parameter and no parentheses.
    if (depth === 0 && token === '=>') return [{ rest: false, initial: undefined }];
    // The computed name of a method may hold anything.
    depth += nesting(token);
    previous = token;
  }
  return undefined;
}

// --- internal ---

/** Returns the list up to its closing parenthesis; the opening one has been read. */
function readList(tokens: Iterable<string>): readonly SourceParameter[] | undefined {
  const list: SourceParameter[] = [];
  let written: string[] = [];
  let initial: string[] | undefined;
  let depth = 0;
  for (const token of tokens) {
    const isEnd = depth === 0 && token === ')';
    depth += nesting(token);
    if (isEnd || (depth === 0 && token === ',')) {
      // Nothing is written behind a trailing comma.
      if (written.length > 0) list.push({ rest: written[0] === '...', initial: initial?.join('') });
      if (isEnd) return list;
      written = [];
      initial = undefined;
    } else {
      written.push(token);
      if (initial !== undefined) initial.push(token);
      else if (depth === 0 && token === '=') initial = [];
    }
  }
  return undefined;
}

function nesting(token: string): number {
  if (token === '(' || token === '[' || token === '{') return 1;
  return token === ')' || token === ']' || token === '}' ? -1 : 0;
}

interface Cursor {
  readonly source: string;
  index: number;
}

const BLANK = /(?:\s+|\/\/.*|\/\*[^]*?\*\/)+/y;
const STRING = /'(?:[^'\\]|\\[^])*'|"(?:[^"\\]|\\[^])*"/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/\w*/y;
const WORD = /[\p{ID_Continue}$#]+/uy;
const PUNCTUATOR = /=>|\.\.\.|\+\+|--|[^]/y;

/** The end of a value, which may stand before a division but not before a regular expression. */
const VALUE_END = /^(?:[)\]}]|""|[\p{ID_Continue}$#]+)$/u;
const BEFORE_VALUE = new Set([
  'return',
  'typeof',
  'in',
  'of',
  'instanceof',
  'new',
  'delete',
  'void',
  'await',
  'yield',
  'case',
]);

/**
 * Returns the tokens from the cursor on, without white space and comments; strings, templates and regular expressions
 * are `""`.
 */
function* tokensOf(cursor: Cursor): Generator<string, undefined> {
  let previous = '';
  for (;;) {
    take(BLANK, cursor);
    if (cursor.index >= cursor.source.length) return undefined;
    const token = nextToken(cursor, previous);
    // Behind a value, as in `x++ / 2`, the next character is still behind a value.
    if (token !== '++' && token !== '--') previous = token;
    yield token;
  }
}

function nextToken(cursor: Cursor, previous: string): string {
  if (cursor.source[cursor.index] === '`') return skipTemplate(cursor);
  if (take(STRING, cursor) !== undefined) return '""';
  const isAfterValue = VALUE_END.test(previous) && !BEFORE_VALUE.has(previous);
  if (!isAfterValue && take(REGEX, cursor) !== undefined) return '""';
  return take(WORD, cursor) ?? take(PUNCTUATOR, cursor) ?? '';
}

function skipTemplate(cursor: Cursor): string {
  for (cursor.index += 1; cursor.index < cursor.source.length; cursor.index += 1) {
    const character = cursor.source[cursor.index];
    if (character === '`') break;
    if (character === '\\') cursor.index += 1;
    else if (cursor.source.startsWith('${', cursor.index)) skipSubstitution(cursor);
  }
  cursor.index += 1;
  return '""';
}

/** Moves from `${` to its closing brace. */
function skipSubstitution(cursor: Cursor): void {
  cursor.index += 2;
  let depth = 1;
  for (const token of tokensOf(cursor)) {
    depth += nesting(token);
    if (depth === 0) break;
  }
  cursor.index -= 1;
}

function take(pattern: RegExp, cursor: Cursor): string | undefined {
  pattern.lastIndex = cursor.index;
  const taken = pattern.exec(cursor.source)?.[0];
  if (taken !== undefined) cursor.index += taken.length;
  return taken;
}
