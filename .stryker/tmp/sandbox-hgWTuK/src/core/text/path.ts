/**
 * Says where something is, as code would reach it. A key that is undefined is left out.
 *
 * @example
 * pathOf('value', ['items', 0, 'a b']); // 'value.items[0]["a b"]'
 */
export function pathOf(root: string, keys: readonly (PropertyKey | undefined)[]): string {
  return `${root}${keys.map(keyText).join('')}`;
}

// --- internal ---

function keyText(key: PropertyKey | undefined): string {
  if (key === undefined) return '';
  if (typeof key === 'number' || typeof key === 'symbol') return `[${String(key)}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
