/**
 * Runs with errors whose stacks are made up of their messages: half of them so long that a failure's record is kept
 * apart. Real ones name files, so that where the code lies, and what runs it, would change what a seed comes to.
 */
export async function withMadeUpStacks<T>(run: () => Promise<T>): Promise<T> {
  // Both settings are properties of Error, the second only where somebody has set it.
  const before = Object.assign({ prepareStackTrace: undefined }, Error);
  Error.stackTraceLimit = 0;
  Error.prepareStackTrace = (error) => `${error.name}: ${error.message}\n${FRAME.repeat(framesOf(error))}`;
  try {
    return await run();
  } finally {
    Object.assign(Error, before);
  }
}

// --- internal ---

const FRAME = '    at work (/var/task/handlers/some-folder/some-tasks.ts:12:34)\n';

function framesOf({ message }: Error): number {
  return message.length % 2 === 0 ? 2 : 20;
}
