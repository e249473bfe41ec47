import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { count, ranFor, span, stateName } from './format.ts';
import { useNow } from './hooks.ts';
import { layoutOf } from './layout.ts';
import type { Box, Edge } from './layout.ts';
import type { GraphNode, GroupNode, TaskNode } from './model.ts';
import { useZoom } from './use-zoom.ts';
import type { Zoom } from './use-zoom.ts';

/** A workflow as a graph. */
export function Graph({
  root,
  chosen,
  onChoose,
}: {
  readonly root: GraphNode;
  readonly chosen: string | undefined;
  readonly onChoose: (node: TaskNode | GroupNode) => void;
}): JSX.Element {
  const layout = useMemo(() => layoutOf(root), [root]);
  const isTicking = layout.boxes.some(({ node }) => node.state === 'RETRY' || node.state === 'STARTED');
  const now = useNow(isTicking);
  const zoom = useZoom(layout);
  const { scale } = zoom;
  const room = { width: `${layout.width * scale}px`, height: `${layout.height * scale}px` };
  const sheet = { width: `${layout.width}px`, height: `${layout.height}px`, transform: `scale(${scale})` };
  return (
    <div onKeyDown={zoom.onKeyDown}>
      {layout.boxes.length > 1 && <ZoomBar zoom={zoom} />}
      <div
        class="graph"
        tabIndex={0}
        role="group"
        aria-label="Graph of the workflow"
        aria-keyshortcuts="Plus - 0"
        ref={zoom.view}
        onWheel={zoom.onWheel}
      >
        <div ref={sized(room)}>
          <div class="sheet" ref={sized(sheet)}>
            <svg width={layout.width} height={layout.height} aria-hidden="true">
              {layout.frames.map((frame) => (
                <rect
                  key={frame.id}
                  class="frame"
                  x={frame.x + 0.5}
                  y={frame.y + 0.5}
                  width={frame.width - 1}
                  height={frame.height - 1}
                  rx="8"
                />
              ))}
              {layout.edges.map((edge, index) => (
                <path key={index} class="edge" d={curve(edge)} />
              ))}
            </svg>
            {layout.boxes.map((box) => (
              <NodeBox
                key={box.node.id + box.node.kind}
                box={box}
                isChosen={box.node.id === chosen}
                now={now}
                onChoose={onChoose}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

// --- internal ---

function ZoomBar({ zoom: { scale, zoomIn, zoomOut, fit } }: { readonly zoom: Zoom }): JSX.Element {
  return (
    <div class="zoom" role="group" aria-label="Zoom">
      <output aria-label="Scale">{Math.round(scale * 100)} %</output>
      <button type="button" aria-label="Zoom out" title="Zoom out (-)" onClick={zoomOut}>
        −
      </button>
      <button type="button" aria-label="Zoom in" title="Zoom in (+)" onClick={zoomIn}>
        +
      </button>
      <button type="button" title="Show the whole graph (0)" onClick={fit}>
        Fit
      </button>
    </div>
  );
}

function NodeBox({
  box,
  isChosen,
  now,
  onChoose,
}: {
  readonly box: Box;
  readonly isChosen: boolean;
  readonly now: number;
  readonly onChoose: (node: TaskNode | GroupNode) => void;
}): JSX.Element {
  const { node } = box;
  const style = { left: `${box.x}px`, top: `${box.y}px`, width: `${box.width}px`, height: `${box.height}px` };
  return (
    <button
      type="button"
      class={`node node-${node.kind} is-${node.state.toLowerCase()}`}
      aria-pressed={isChosen}
      ref={sized(style)}
      data-id={node.id}
      onClick={() => onChoose(node)}
    >
      {node.kind === 'task' ? <TaskLabel node={node} now={now} /> : <GroupLabel node={node} />}
    </button>
  );
}

function TaskLabel({ node, now }: { readonly node: TaskNode; readonly now: number }): JSX.Element {
  const ran = node.state === 'RETRY' ? undefined : ranFor(node, now);
  return (
    <>
      <span class="name">{node.name ?? '…'}</span>
      <span class="sub">
        <span class="mark" aria-hidden="true" />
        {stateName(node.state)}
        {node.retryAt !== undefined && ` in ${span(Math.max(0, node.retryAt - now))}`}
        {ran !== undefined && ` · ${span(ran)}`}
        {node.attempt !== undefined && node.attempt > 0 && ` · try ${node.attempt + 1}`}
      </span>
    </>
  );
}

function GroupLabel({ node }: { readonly node: GroupNode }): JSX.Element {
  const { done, total, failed } = node;
  return (
    <>
      <span class="name">{node.label}</span>
      <span class="sub">
        <span class="mark" aria-hidden="true" />
        {count(done)} of {count(total)} done{failed > 0 && ` · ${count(failed)} failed`}
      </span>
      <progress max={Math.max(1, total)} value={done} aria-label={`${done} of ${total} done`} />
    </>
  );
}

function curve({ from, to }: Edge): string {
  const middle = (from.x + to.x) / 2;
  return `M${from.x},${from.y} C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}

/** Styles are set by script: the page's policy allows no inline ones. */
function sized(style: Readonly<Record<string, string>>): (element: HTMLElement | null) => void {
  return (element) => {
    if (element !== null) Object.assign(element.style, style);
  };
}
