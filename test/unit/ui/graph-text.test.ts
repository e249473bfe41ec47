import { describe, expect, it } from 'vitest';
import type { GraphNode } from '../../../src/ui/canvas-graph.ts';
import { printGraph } from '../../../src/ui/graph-text.ts';

const CHORD: GraphNode = {
  kind: 'seq',
  id: 'W',
  steps: [
    {
      kind: 'group',
      id: 'W.0',
      base: 'W.0',
      total: 2,
      done: 1,
      failed: 0,
      state: 'OPEN',
      label: '2 × add',
      members: [
        { kind: 'task', id: 'W.0~0', name: 'add', state: 'SUCCESS', startedAt: 5, endedAt: 25 },
        { kind: 'task', id: 'W.0~1', name: 'a"b', state: 'OPEN' },
      ],
    },
    { kind: 'task', id: 'W', name: 'tsum', state: 'OPEN' },
  ],
};

describe('printGraph()', () => {
  it('prints a text with a mark for each state', () => {
    expect(printGraph(CHORD, 'text').split('\n')).toEqual([
      '○ group of 2 (2 × add): 1 done  W.0',
      '  ✓ add SUCCESS 20 ms  W.0~0',
      '  ○ a"b OPEN  W.0~1',
      '○ tsum OPEN  W',
    ]);
  });

  it('prints Mermaid, with names that cannot end a label', () => {
    expect(printGraph(CHORD, 'mermaid').split('\n')).toEqual([
      'flowchart LR',
      '  n0["add SUCCESS 20 ms"]:::success',
      '  n1["a#quot;b OPEN"]:::open',
      '  n2["tsum OPEN"]:::open',
      '  n0 --> n2',
      '  n1 --> n2',
      '  classDef success stroke:#1a7f4b,stroke-width:2px',
      '  classDef open stroke:#2557c9,stroke-width:2px',
    ]);
  });

  it('prints Graphviz', () => {
    const lines = printGraph(CHORD, 'dot').split('\n');
    expect(lines).toContain('  n1 [label="a\\"b OPEN", color="#2557c9"];');
    expect(lines).toContain('  n0 -> n2;');
  });
});
