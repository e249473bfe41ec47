import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../core/text/describe.ts';
import { clock, short } from './format.ts';
import { useLoaded } from './hooks.ts';
import type { About, DeadLetter } from './model.ts';
import { Empty, Problem } from './parts.tsx';
import { addressOf } from './route.ts';
import { act, read } from './server.ts';

/** The dead letters, with what can be done with each. */
export function Dead({ about, change }: { readonly about: About; readonly change: number }): JSX.Element {
  const { value, error, reload } = useLoaded(() => read<{ readonly items: readonly DeadLetter[] }>('dead'), [], change);
  const [answer, setAnswer] = useState<Answer>();
  const handle = async (action: Action, ids: readonly string[]): Promise<void> => {
    setAnswer(answerOf(action, (await act<{ readonly items: readonly Handled[] }>(action, { ids })).items));
    reload();
  };
  const run = (action: Action, ids: readonly string[]): void => {
    if (action === 'purge' && !confirm(`Remove ${ids.length === 1 ? 'this dead letter' : 'all of them'} for good?`))
      return;
    void handle(action, ids).catch((thrown: unknown) => setAnswer({ text: messageOf(thrown) }));
  };
  const items = value?.items.toReversed() ?? [];
  const ids = items.map(({ id }) => id);
  return (
    <main>
      <div class="bar">
        <h1>Dead letters</h1>
        {about.canAct && ids.length > 1 && (
          <>
            <button type="button" onClick={() => run('redrive', ids)}>
              Redrive all
            </button>
            <button type="button" class="danger" onClick={() => run('purge', ids)}>
              Purge all
            </button>
          </>
        )}
      </div>
      {error !== undefined && <Problem message={error} />}
      {answer !== undefined && (
        <p class="note" role="status">
          {answer.text}
          {answer.id !== undefined && (
            <a href={addressOf(answer.id)}>
              <code>{short(answer.id)}</code>
            </a>
          )}
        </p>
      )}
      {value === undefined && error === undefined && <Empty>Reading…</Empty>}
      {value !== undefined && items.length === 0 && <Empty>There are no dead letters from the last 15 days.</Empty>}
      <ul class="rows">
        {items.map((letter) => (
          <li key={letter.id + letter.at} class="row letter">
            <span class="what">
              <code class="canvas">{letter.task ?? 'message'}</code>
              <span class="why">{letter.reason}</span>
            </span>
            <a class="id" href={addressOf(letter.id)}>
              <code title={letter.id}>{short(letter.id)}</code>
            </a>
            <time dateTime={letter.at}>{clock(letter.at)}</time>
            {about.canAct && (
              <span class="buttons">
                <button type="button" onClick={() => run('redrive', [letter.id])}>
                  Redrive
                </button>
                <button type="button" class="danger" onClick={() => run('purge', [letter.id])}>
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

// --- internal ---

type Action = 'redrive' | 'purge';

interface Handled {
  readonly new?: string;
  readonly error?: { readonly message: string };
}

interface Answer {
  readonly text: string;
  /** The workflow to go to. */
  readonly id?: string;
}

function answerOf(action: Action, items: readonly Handled[]): Answer {
  const errors = items.flatMap(({ error }) => error?.message ?? []);
  const [one] = items;
  if (items.length === 1 && one?.new !== undefined) return { text: 'It runs again as ', id: one.new };
  const done = items.length - errors.length;
  const said = action === 'redrive' ? `${done} of ${items.length} run again.` : `${done} of ${items.length} are gone.`;
  return { text: errors.length === 0 ? said : `${said} ${errors[0]}` };
}
