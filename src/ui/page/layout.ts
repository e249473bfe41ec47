import type { GraphNode } from './model.ts';

/** A rectangle that stands for a task or a folded group. */
export interface Box {
  readonly node: Exclude<GraphNode, { readonly kind: 'seq' }>;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The frame around the members of a group. */
export interface Frame extends Omit<Box, 'node'> {
  readonly id: string;
}

export interface Edge {
  readonly from: Point;
  readonly to: Point;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A drawing: its size, and what is where. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly frames: readonly Frame[];
  readonly edges: readonly Edge[];
}

const TASK = { width: 176, height: 46 };
const GROUP = { width: 216, height: 76 };
const ACROSS = 44;
const DOWN = 10;
const PADDING = 12;

/** Lays a canvas out: chains from left to right, groups from top to bottom inside a frame. */
export function layoutOf(root: GraphNode): Layout {
  const laid = lay(root);
  return { ...laid, width: laid.width, height: laid.height };
}

// --- internal ---

/** A part at its own origin: where edges come in and go out. */
interface Laid extends Layout {
  readonly ins: readonly Point[];
  readonly outs: readonly Point[];
}

const EMPTY: Laid = { width: 0, height: 0, boxes: [], frames: [], edges: [], ins: [], outs: [] };

function lay(node: GraphNode): Laid {
  if (node.kind === 'seq') return laySteps(node.steps.map(lay));
  if (node.kind === 'group' && node.members !== undefined && node.members.length > 0)
    return layMembers(node.id, node.members.map(lay));
  const size = node.kind === 'group' ? GROUP : TASK;
  const middle = size.height / 2;
  return {
    ...EMPTY,
    ...size,
    boxes: [{ node, x: 0, y: 0, ...size }],
    ins: [{ x: 0, y: middle }],
    outs: [{ x: size.width, y: middle }],
  };
}

function laySteps(steps: readonly Laid[]): Laid {
  const height = highest(steps.map((step) => step.height));
  let x = 0;
  const placed = steps.map((step) => {
    const at = moved(step, x, (height - step.height) / 2);
    x += step.width + ACROSS;
    return at;
  });
  return {
    width: Math.max(0, x - ACROSS),
    height,
    boxes: placed.flatMap(({ boxes }) => boxes),
    frames: placed.flatMap(({ frames }) => frames),
    edges: placed.flatMap(({ ins, edges }, index) => [...joinAll(placed[index - 1]?.outs ?? [], ins), ...edges]),
    ins: placed[0]?.ins ?? [],
    outs: placed.at(-1)?.outs ?? [],
  };
}

function layMembers(id: string, members: readonly Laid[]): Laid {
  const inner = highest(members.map(({ width }) => width));
  let y = PADDING;
  const placed = members.map((member) => {
    const at = moved(member, PADDING + (inner - member.width) / 2, y);
    y += member.height + DOWN;
    return at;
  });
  const width = inner + 2 * PADDING;
  const height = y - DOWN + PADDING;
  return {
    width,
    height,
    boxes: placed.flatMap((one) => one.boxes),
    frames: [{ id, x: 0, y: 0, width, height }, ...placed.flatMap((one) => one.frames)],
    edges: placed.flatMap((one) => one.edges),
    // One line to the frame says the same as one to each member, and stays readable.
    ins: [{ x: 0, y: height / 2 }],
    outs: [{ x: width, y: height / 2 }],
  };
}

/** Not `Math.max(...)`, which takes no more numbers than the stack has room for. */
function highest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function joinAll(from: readonly Point[], to: readonly Point[]): readonly Edge[] {
  return from.flatMap((start) => to.map((end) => ({ from: start, to: end })));
}

function moved(laid: Laid, dx: number, dy: number): Laid {
  const point = ({ x, y }: Point): Point => ({ x: x + dx, y: y + dy });
  return {
    ...laid,
    boxes: laid.boxes.map((box) => ({ ...box, ...point(box) })),
    frames: laid.frames.map((frame) => ({ ...frame, ...point(frame) })),
    edges: laid.edges.map(({ from, to }) => ({ from: point(from), to: point(to) })),
    ins: laid.ins.map(point),
    outs: laid.outs.map(point),
  };
}
