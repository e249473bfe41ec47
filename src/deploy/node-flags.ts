/**
 * Returns the flags of Node that a further process of this program needs, such as `--conditions`. A debugger's port is
 * taken, and code that was given as `--eval` would run again.
 */
export function nodeFlags(given: readonly string[] = process.execArgv): string[] {
  return given.filter((word, index) => !isOfThisProcess(word) && !isValueOf(given[index - 1]));
}

// --- internal ---

const CODE = /^(-e|-p|-pe|--eval|--print|--input-type)(=|$)/;

function isOfThisProcess(word: string): boolean {
  return CODE.test(word) || word.startsWith('--inspect');
}

/** Returns whether the word behind a flag is its value, and goes with it. */
function isValueOf(flag: string | undefined): boolean {
  return flag !== undefined && CODE.test(flag) && !flag.includes('=');
}
