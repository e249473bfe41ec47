import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { clock, short } from './format.ts';
import { useLoaded } from './hooks.ts';
import type { About, DeadLetter } from './model.ts';
import { Empty, Problem } from './parts.tsx';
import { act, read } from './server.ts';

/** The dead letters, with what can be done with each. */
export function Dead({ about, change }: { readonly about: About; readonly change: number }): JSX.Element {
  const { value, error, reload } = useLoaded(() => read<{ readonly items: readonly DeadLetter[] }>('dead'), [], change);
  const [answer, setAnswer] = useState<{ readonly text: string; readonly id?: string }>();
  const handle = async (action: 'redrive' | 'purge', id: string): Promise<void> => {
    const { items } = await act<{
      readonly items: readonly { readonly new?: string; readonly error?: { readonly message: string } }[];
    }>(action, { ids: [id] });
    const [line] = items;
    if (line?.error !== undefined) setAnswer({ text: line.error.message });
    else if (line?.new !== undefined) setAnswer({ text: 'It runs again as ', id: line.new });
    else setAnswer({ text: `The letter of ${id} is gone.` });
    reload();
  };
  const run = (action: 'redrive' | 'purge', id: string): void =>
    void handle(action, id).catch((thrown: unknown) => setAnswer({ text: String(thrown) }));
  const items = value?.items.toReversed() ?? [];
  return (
    <main>
      <div class="bar">
        <h1>Dead letters</h1>
      </div>
      {error !== undefined && <Problem message={error} />}
      {answer !== undefined && (
        <p class="note" role="status">
          {answer.text}
          {answer.id !== undefined && (
            <a href={`#/w/${encodeURIComponent(answer.id)}`}>
              <code>{short(answer.id)}</code>
            </a>
          )}
        </p>
      )}
      {value !== undefined && items.length === 0 && <Empty>There are no dead letters from the last 15 days.</Empty>}
      <ul class="rows">
        {items.map((letter) => (
          <li key={letter.id + letter.at} class="row letter">
            <span class="what">
              <code class="canvas">{letter.task ?? 'message'}</code>
              <span class="why">{letter.reason}</span>
            </span>
            <a class="id" href={`#/w/${encodeURIComponent(letter.id)}`}>
              <code title={letter.id}>{short(letter.id)}</code>
            </a>
            <time dateTime={letter.at}>{clock(letter.at)}</time>
            {about.canAct && (
              <span class="buttons">
                <button type="button" onClick={() => run('redrive', letter.id)}>
                  Redrive
                </button>
                <button type="button" class="danger" onClick={() => run('purge', letter.id)}>
                  Purge
                </button>
              </span>
            )}
          </li>
        ))}
      </ul>
    </main>
  );
}
