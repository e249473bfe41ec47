/** Messages, by how often they have been received. Parts of messages stand for what chance would do. */
export type Counts = number[];

/** Returns how many messages there are. */
export function sumOf(counts: Counts): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Adds to the first of two. */
export function add(counts: Counts, more: Counts): void {
  more.forEach((count, receives) => (counts[receives] = (counts[receives] ?? 0) + count));
}

/** Takes up to so many out, of each kind alike, and returns them. */
export function take(counts: Counts, most: number): Counts {
  const all = sumOf(counts);
  const part = all === 0 ? 0 : Math.min(1, most / all);
  return counts.map((count, receives) => {
    const taken = count * part;
    counts[receives] = count - taken;
    return taken;
  });
}
