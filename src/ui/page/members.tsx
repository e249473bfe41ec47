import type { JSX, TargetedMouseEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from './format.ts';
import { useLoaded } from './hooks.ts';
import type { GroupNode } from './model.ts';
import { More, Problem } from './parts.tsx';
import { read } from './server.ts';

/** Members that are drawn at once. */
const SHEET = 20_000;
/** Members without success that have a button. */
const MOST_CHIPS = 100;
const CELL = 7;
const GAP = 1;

/** The members of a wide group, a square each: 10,000 of them are one drawing. */
export function Members({
  group,
  change,
  onChoose,
}: {
  readonly group: GroupNode;
  readonly change: number;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const [from, setFrom] = useState(0);
  const [at, setAt] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = Math.min(SHEET, group.total - from);
  const { value, error } = useLoaded(
    () => read<{ readonly states: string }>('members', { base: group.base, from, count: size }),
    [group.base, from, size],
    change,
  );
  const states = value?.states ?? '';
  useEffect(() => {
    if (canvas.current === null || states === '') return;
    draw(canvas.current, states, at - from);
    keepInSight(canvas.current, at - from);
  }, [states, at, from]);
  const choose = (index: number): void => {
    const next = Math.min(group.total - 1, Math.max(0, index));
    setFrom(next - (next % SHEET));
    setAt(next);
    onChoose(`${group.base}~${next}`);
  };
  const onKey = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columnsOf(canvas.current),
      ArrowUp: -columnsOf(canvas.current),
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    choose(at + step);
  };
  const turnTo = (first: number): void => {
    setFrom(first);
    setAt(first);
  };
  const failed = [...states.matchAll(/[FR]/g)].map(({ index }) => from + index);
  return (
    <section class="members">
      <h3>Members</h3>
      <p class="quiet">
        {count(group.done)} of {count(group.total)} have ended
        {group.failed > 0 && `, ${count(group.failed)} without success`}.
      </p>
      {error !== undefined && <Problem message={error} />}
      <div class="squares">
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          data-drawn={states.length}
          aria-label={`States of members ${from} to ${from + size - 1}. Arrow keys choose one.`}
          onClick={(event) => choose(from + indexAt(event))}
          onKeyDown={onKey}
        />
      </div>
      {group.total > SHEET && (
        <div class="pager">
          <button type="button" disabled={from === 0} onClick={() => turnTo(from - SHEET)}>
            Earlier
          </button>
          <span>
            {count(from)}–{count(from + size - 1)}
          </span>
          <button type="button" disabled={from + SHEET >= group.total} onClick={() => turnTo(from + SHEET)}>
            Later
          </button>
        </div>
      )}
      {failed.length > 0 && (
        <div class="chips" role="group" aria-label="Members without success">
          {failed.slice(0, MOST_CHIPS).map((index) => (
            <button key={index} type="button" onClick={() => choose(index)}>
              ~{index}
            </button>
          ))}
          <More of={failed.length} shown={MOST_CHIPS} />
        </div>
      )}
    </section>
  );
}

// --- internal ---

const COLOURS: Readonly<Record<string, string>> = { S: '--ok', F: '--bad', R: '--off', r: '--retry', '.': '--line' };

function columnsOf(canvas: HTMLCanvasElement | null): number {
  return Math.max(1, Math.floor((canvas?.parentElement?.clientWidth ?? 320) / (CELL + GAP)));
}

function draw(canvas: HTMLCanvasElement, states: string, chosen: number): void {
  const columns = columnsOf(canvas);
  const rows = Math.ceil(states.length / columns);
  const ratio = devicePixelRatio;
  const [width, height] = [columns * (CELL + GAP), rows * (CELL + GAP)];
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.scale(ratio, ratio);
  const look = getComputedStyle(canvas);
  for (const [letter, name] of Object.entries(COLOURS)) {
    context.fillStyle = look.getPropertyValue(name);
    for (let index = states.indexOf(letter); index >= 0; index = states.indexOf(letter, index + 1))
      context.fillRect((index % columns) * (CELL + GAP), Math.floor(index / columns) * (CELL + GAP), CELL, CELL);
  }
  if (chosen < 0 || chosen >= states.length) return;
  context.strokeStyle = look.getPropertyValue('--text');
  context.lineWidth = 1.5;
  context.strokeRect(
    (chosen % columns) * (CELL + GAP) - 0.5,
    Math.floor(chosen / columns) * (CELL + GAP) - 0.5,
    CELL + 1,
    CELL + 1,
  );
}

/** Scrolls the squares so far that one of them is in sight. */
function keepInSight(canvas: HTMLCanvasElement, index: number): void {
  const box = canvas.parentElement;
  if (box === null || index < 0) return;
  const top = Math.floor(index / columnsOf(canvas)) * (CELL + GAP);
  box.scrollTop = Math.min(top, Math.max(box.scrollTop, top + CELL + GAP - box.clientHeight));
}

function indexAt(event: TargetedMouseEvent<HTMLCanvasElement>): number {
  const column = Math.floor(event.offsetX / (CELL + GAP));
  return Math.floor(event.offsetY / (CELL + GAP)) * columnsOf(event.currentTarget) + column;
}
