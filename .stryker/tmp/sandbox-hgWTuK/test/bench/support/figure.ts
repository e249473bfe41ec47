/** One thing that was measured. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The value beside another of the same run: what carries over to another machine. */
  readonly ratio?: { readonly value: number; readonly to: string };
  /** The design's aim, and whether it is met. */
  readonly aim?: { readonly atMost: number; readonly met: boolean };
  readonly note?: string;
}

/** A figure that the design sets a limit to. */
export function aimedAt(figure: Figure, atMost: number): Figure {
  // Half of the last digit shown: 1.004 is 1.00.
  return { ...figure, aim: { atMost, met: figure.value <= atMost + 0.005 } };
}

/** A figure with what it is compared to. */
export function comparedTo(figure: Figure, other: Figure): Figure {
  return { ...figure, ratio: { value: figure.value / other.value, to: other.name } };
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** A number for people: three digits that count. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
