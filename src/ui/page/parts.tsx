import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { count, stateName } from './format.ts';

/** A state as a mark and a word: colour alone says nothing. */
export function State({ state }: { readonly state: string }): JSX.Element {
  return (
    <span class={`state state-${state.toLowerCase()}`}>
      <span class="mark" aria-hidden="true" />
      {stateName(state)}
    </span>
  );
}

export function Problem({ message }: { readonly message: string }): JSX.Element {
  return (
    <p class="problem" role="alert">
      {message}
    </p>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="empty">{children}</div>;
}

/** How many of a list are not shown; nothing: all are. */
export function More({ of, shown }: { readonly of: number; readonly shown: number }): JSX.Element | null {
  return of <= shown ? null : <span class="quiet">and {count(of - shown)} more</span>;
}

/** A text to copy, such as an id. */
export function Copy({ text, label }: { readonly text: string; readonly label?: string }): JSX.Element {
  const [hint, setHint] = useState('copy');
  const show = (what: string): void => {
    setHint(what);
    setTimeout(() => setHint('copy'), 1200);
  };
  const copy = (): void => {
    navigator.clipboard
      .writeText(text)
      .then(() => show('copied'))
      .catch(() => show('the browser refuses'));
  };
  return (
    <button type="button" class="copy" onClick={copy} title={`Copy ${text}`}>
      <code>{label ?? text}</code>
      <span class="hint">{hint}</span>
    </button>
  );
}

/** A dialog that Escape closes. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} onClose={onClose} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </dialog>
  );
}
