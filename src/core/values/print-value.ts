import { describe } from '../text/describe.ts';
import { hasToJson } from './built-in.ts';
import { isPlainObject } from './json.ts';

/** How much of a value is shown before the rest is cut. */
const CHARACTERS_SHOWN = 80;
const LEVELS_SHOWN = 10;

/**
 * Returns a value as a person would write it, cut to a line. It never throws for any value, and reads no more
 * of it than it shows.
 *
 * @example
 * ```ts
 * printValue({ a: [1, 'b'] }); // '{"a": [1, "b"]}'
 * ```
 */
export function printValue(value: unknown): string {
  const line: Line = { text: '' };
  write(line, value, 0);
  return line.text.length > CHARACTERS_SHOWN ? `${line.text.slice(0, CHARACTERS_SHOWN)}…` : line.text;
}

// --- internal ---

interface Line {
  text: string;
}

function write(line: Line, value: unknown, level: number): void {
  if (typeof value === 'string') line.text += JSON.stringify(value.slice(0, CHARACTERS_SHOWN + 1));
  else if (typeof value === 'bigint') line.text += `${value}n`;
  else if ((typeof value === 'object' && value !== null) || typeof value === 'function') {
    try {
      writeObject(line, value, level);
    } catch {
      // A getter, a toJSON, or the trap of a proxy.
      line.text += 'an object that cannot be read';
    }
  } else line.text += String(value);
}

function writeObject(line: Line, value: object, level: number): void {
  if (level === LEVELS_SHOWN) line.text += '…';
  else if (Array.isArray(value)) writeItems(line, '[]', value, (item) => write(line, item, level + 1));
  else if (hasToJson(value)) write(line, value.toJSON(''), level + 1);
  else if (!isPlainObject(value)) line.text += describe(value);
  else {
    writeItems(line, '{}', Object.keys(value), (key) => {
      write(line, key, level);
      line.text += ': ';
      write(line, value[key], level + 1);
    });
  }
}

function writeItems<Item>(
  line: Line,
  brackets: '[]' | '{}',
  items: readonly Item[],
  writeItem: (item: Item) => void,
): void {
  line.text += brackets.charAt(0);
  for (let i = 0; i < items.length && line.text.length <= CHARACTERS_SHOWN; i += 1) {
    if (i > 0) line.text += ', ';
    // Of a sparse array a hole is undefined.
    writeItem(items[i] as Item);
  }
  line.text += brackets.charAt(1);
}
