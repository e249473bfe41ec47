import type { GraphNode, GroupNode, NodeState, TaskNode } from './canvas-graph.ts';

/** The forms in which a graph is printed. */
export type GraphForm = 'text' | 'mermaid' | 'dot';

/** Prints a graph: as an indented text, or in the language of Mermaid or of Graphviz. */
export function printGraph(root: GraphNode, form: GraphForm): string {
  if (form === 'text') return textLines(root, '').join('\n');
  const boxes: Box[] = [];
  const { edges } = drawn(root, boxes);
  return form === 'mermaid' ? mermaid(boxes, edges) : dot(boxes, edges);
}

// --- internal ---

const MARKS: Readonly<Record<NodeState, string>> = {
  OPEN: '○',
  STARTED: '◐',
  RETRY: '↻',
  SUCCESS: '✓',
  FAILURE: '✗',
  REVOKED: '⊘',
  SKIPPED: '·',
};

const COLOURS: Readonly<Record<NodeState, string>> = {
  OPEN: '#2557c9',
  STARTED: '#2557c9',
  RETRY: '#9a5b00',
  SUCCESS: '#1a7f4b',
  FAILURE: '#c22b2b',
  REVOKED: '#6a7480',
  SKIPPED: '#b9c0c7',
};

interface Box {
  readonly name: string;
  readonly label: string;
  readonly state: NodeState;
}

type Edge = readonly [from: string, to: string];

/** A part of a drawing: its lines, and the boxes that it begins and ends with. */
interface Drawn {
  readonly edges: readonly Edge[];
  readonly first: readonly string[];
  readonly last: readonly string[];
}

function textLines(node: GraphNode, indent: string): readonly string[] {
  if (node.kind === 'seq') return node.steps.flatMap((step) => textLines(step, indent));
  const line = `${indent}${MARKS[node.state]} ${labelOf(node)}  ${node.id}`;
  if (node.kind === 'task') return [line];
  return [line, ...(node.members ?? []).flatMap((member) => textLines(member, `${indent}  `))];
}

function labelOf(node: TaskNode | GroupNode): string {
  if (node.kind === 'group') {
    const failed = node.failed === 0 ? '' : `, ${node.failed} failed`;
    return `group of ${node.total} (${node.label}): ${node.done} done${failed}`;
  }
  const { name = '…', state, startedAt, endedAt } = node;
  const ran = startedAt === undefined || endedAt === undefined ? '' : ` ${endedAt - startedAt} ms`;
  return `${name} ${state}${ran}`;
}

function drawn(node: GraphNode, boxes: Box[]): Drawn {
  if (node.kind === 'seq') return inRow(node.steps.map((step) => drawn(step, boxes)));
  if (node.kind === 'group' && node.members !== undefined && node.members.length > 0) {
    const members = node.members.map((member) => drawn(member, boxes));
    return {
      edges: members.flatMap(({ edges }) => edges),
      first: members.flatMap(({ first }) => first),
      last: members.flatMap(({ last }) => last),
    };
  }
  const name = `n${boxes.length}`;
  boxes.push({ name, label: labelOf(node), state: node.state });
  return { edges: [], first: [name], last: [name] };
}

function inRow(steps: readonly Drawn[]): Drawn {
  const edges = steps.flatMap((step, index) => {
    const before = steps[index - 1]?.last ?? [];
    return [...before.flatMap((from) => step.first.map((to): Edge => [from, to])), ...step.edges];
  });
  return { edges, first: steps[0]?.first ?? [], last: steps.at(-1)?.last ?? [] };
}

function mermaid(boxes: readonly Box[], edges: readonly Edge[]): string {
  return [
    'flowchart LR',
    ...boxes.map(
      ({ name, label, state }) => `  ${name}["${label.replaceAll('"', '#quot;')}"]:::${state.toLowerCase()}`,
    ),
    ...edges.map(([from, to]) => `  ${from} --> ${to}`),
    ...[...new Set(boxes.map(({ state }) => state))].map(
      (state) => `  classDef ${state.toLowerCase()} stroke:${COLOURS[state]},stroke-width:2px`,
    ),
  ].join('\n');
}

function dot(boxes: readonly Box[], edges: readonly Edge[]): string {
  return [
    'digraph workflow {',
    '  rankdir=LR; node [shape=box];',
    ...boxes.map(
      ({ name, label, state }) =>
        `  ${name} [label=${JSON.stringify(label)}, color=${JSON.stringify(COLOURS[state])}];`,
    ),
    ...edges.map(([from, to]) => `  ${from} -> ${to};`),
    '}',
  ].join('\n');
}
