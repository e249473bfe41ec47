/** The command line itself is wrong: which part, and what to write instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
