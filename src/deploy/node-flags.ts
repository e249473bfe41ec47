/**
 * Returns the flags of Node that a further process of this program needs, such as `--conditions`. A debugger's port is
 * taken, and code that was given as `--eval` would run again.
 */
export function nodeFlags(given: readonly string[] = process.execArgv): string[] {
  return given.filter((word) => word.startsWith('--') && !OWN.test(word));
}

// --- internal ---

const OWN = /^--(inspect|eval|print|input-type)/;
