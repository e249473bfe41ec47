/** A width and a height, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Returns the next scale up or down. The steps meet 100 %, from wherever they begin. */
export function stepped(scale: number, direction: 'in' | 'out'): number {
  const at = Math.log(scale) / Math.log(STEP);
  const next = direction === 'in' ? Math.floor(at + SLACK) + 1 : Math.ceil(at - SLACK) - 1;
  return bounded(STEP ** next);
}

/** Returns the scale after a turn of the wheel, or a pinch, by some pixels. */
export function wheeled(scale: number, pixels: number): number {
  return bounded(scale * Math.exp(-pixels / 500));
}

/** Returns the scale at which a graph fits into its room: at most 100 %. */
export function fitting(graph: Size, room: Size): number {
  return bounded(Math.min(1, room.width / graph.width, room.height / graph.height));
}

/**
 * Returns how far to scroll after a change of the scale by `ratio`, so that one point stays where it is: `at` pixels
 * behind the edge of the view.
 */
export function scrollAfter(
  ratio: number,
  { scroll, at, padding }: { readonly scroll: number; readonly at: number; readonly padding: number },
): number {
  return (scroll + at - padding) * ratio + padding - at;
}

// --- internal ---

const LEAST = 0.1;
const MOST = 2;
const STEP = 1.25;
/** A scale this near to a step, in steps, counts as on it: the next is then one that can be seen. */
const SLACK = 0.25;

function bounded(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale));
}
