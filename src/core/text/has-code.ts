/**
 * Returns whether an error has this code, as those of Node's system calls have one.
 *
 * @example
 * hasCode(Object.assign(new Error('no such file'), { code: 'ENOENT' }), 'ENOENT'); // true
 */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
