import type { RefObject } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Point } from './layout.ts';
import { fitting, scrollAfter, stepped, wheeled } from './zoom.ts';
import type { Size } from './zoom.ts';

/** A graph that can be zoomed. */
export interface Zoom {
  readonly scale: number;
  /** The element that scrolls. */
  readonly view: RefObject<HTMLDivElement | null>;
  readonly zoomIn: () => void;
  readonly zoomOut: () => void;
  /** Shows the whole graph, as far as the least scale allows. */
  readonly fit: () => void;
  /** Takes the keys `+`, `-` and `0`. */
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Takes the wheel with Ctrl, which a pinch on a touchpad is too. */
  readonly onWheel: (event: WheelEvent) => void;
}

/** Zooms a graph of a size. The point in the middle, or under the pointer, stays there. */
export function useZoom(graph: Size): Zoom {
  const view = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>({ scale: 1, left: 0, top: 0 });
  // Events may come faster than drawings.
  const pending = useRef<Place | undefined>(undefined);
  useLayoutEffect(() => {
    if (pending.current !== undefined) view.current?.scrollTo(pending.current);
    pending.current = undefined;
  }, [place]);
  const zoom = (scaleAfter: (scale: number) => number, at?: Point): void => {
    const { current } = view;
    if (current === null) return;
    const before = pending.current ?? { scale: place.scale, left: current.scrollLeft, top: current.scrollTop };
    pending.current = placeAfter(current, before, scaleAfter(before.scale), at);
    setPlace(pending.current);
  };
  const zoomIn = (): void => zoom((scale) => stepped(scale, 'in'));
  const zoomOut = (): void => zoom((scale) => stepped(scale, 'out'));
  const fit = (): void => zoom(() => (view.current === null ? 1 : fitting(graph, roomOf(view.current))));
  const keys: Readonly<Record<string, () => void>> = { '+': zoomIn, '=': zoomIn, '-': zoomOut, '0': fit };
  return {
    scale: place.scale,
    view,
    zoomIn,
    zoomOut,
    fit,
    onKeyDown: (event) => {
      const act = keys[event.key];
      // With a modifier, they are the browser's.
      if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    },
    onWheel: (event) => {
      const box = view.current?.getBoundingClientRect();
      if (!event.ctrlKey || box === undefined) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? event.deltaY : event.deltaY * LINE;
      zoom((scale) => wheeled(scale, pixels), { x: event.clientX - box.left, y: event.clientY - box.top });
    },
  };
}

// --- internal ---

/** A scale, and how far the view is scrolled. */
interface Place {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

/** The height of a line, for a wheel that counts lines, in pixels. */
const LINE = 16;

function placeAfter(view: HTMLElement, before: Place, scale: number, at?: Point): Place {
  const ratio = scale / before.scale;
  const { left, top } = paddingOf(view);
  const { x, y } = at ?? { x: view.clientWidth / 2, y: view.clientHeight / 2 };
  return {
    scale,
    left: scrollAfter(ratio, { scroll: before.left, at: x, padding: left }),
    top: scrollAfter(ratio, { scroll: before.top, at: y, padding: top }),
  };
}

/** The room of a view as high as it can be, inside its padding. */
function roomOf(view: HTMLElement): Size {
  const { left, top } = paddingOf(view);
  const most = Number.parseFloat(getComputedStyle(view).maxHeight);
  return { width: view.clientWidth - 2 * left, height: most - 2 * top };
}

function paddingOf(view: HTMLElement): { readonly left: number; readonly top: number } {
  const { paddingLeft, paddingTop } = getComputedStyle(view);
  return { left: Number.parseFloat(paddingLeft), top: Number.parseFloat(paddingTop) };
}
