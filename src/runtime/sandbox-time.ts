let endsAt = Number.POSITIVE_INFINITY;

/** Does the work of one invocation; its calls of AWS must end before its sandbox does. */
export async function inSandbox<T>(remainingMs: number, work: () => Promise<T>): Promise<T> {
  endsAt = performance.now() + remainingMs;
  try {
    return await work();
  } finally {
    endsAt = Number.POSITIVE_INFINITY;
  }
}

/** Returns the time that this sandbox has left, in ms; `Infinity` in any other program, and between invocations. */
export function sandboxLeftMs(): number {
  return endsAt - performance.now();
}
