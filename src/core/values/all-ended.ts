/**
 * Waits until all of some works have ended, and throws the first error among them. Behind the rejection of `Promise.all` the others
 * would go on: in a function that has answered, minutes later.
 */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  const ended = await Promise.allSettled(works);
  return ended.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}
