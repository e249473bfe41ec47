import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { messageOf } from '../../core/text/describe.ts';
import { pretty } from './format.ts';
import type { NodeDetails } from './model.ts';
import { Dialog, Problem } from './parts.tsx';
import { addressOf } from './route.ts';
import { act } from './server.ts';

/** Calls a task, with the arguments of an earlier call or others. */
export function RunDialog({ of, onClose }: { readonly of: NodeDetails; readonly onClose: () => void }): JSX.Element {
  const [args, setArgs] = useState(pretty(of.args ?? [], WHOLE));
  const [kwargs, setKwargs] = useState(pretty(of.kwargs ?? {}, WHOLE));
  const [problem, setProblem] = useState<string>();
  const run = async (): Promise<void> => {
    try {
      const body = { task: of.task, args: JSON.parse(args) as unknown, kwargs: JSON.parse(kwargs) as unknown };
      const { id } = await act<{ readonly id: string }>('run', body);
      onClose();
      location.hash = addressOf(id);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <Dialog title={`Run ${of.task ?? ''}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        {of.args === undefined && (
          <p class="quiet">
            {of.unread ?? (
              <>
                The arguments of this call are not kept: the task is without the option <code>keepArguments</code>.
              </>
            )}
          </p>
        )}
        <label>
          Arguments, as a JSON list
          <textarea rows={6} spellcheck={false} value={args} onInput={(event) => setArgs(event.currentTarget.value)} />
        </label>
        <label>
          Keyword arguments, as a JSON object
          <textarea
            rows={3}
            spellcheck={false}
            value={kwargs}
            onInput={(event) => setKwargs(event.currentTarget.value)}
          />
        </label>
        {problem !== undefined && <Problem message={problem} />}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Run
          </button>
        </div>
      </form>
    </Dialog>
  );
}

// --- internal ---

/** All of a value is read: it is sent again. */
const WHOLE = Number.POSITIVE_INFINITY;
