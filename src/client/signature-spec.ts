import { taskOf } from '../core/canvas/signature.ts';
import type { TaskData } from '../core/canvas/signature.ts';
import { InvalidCanvas } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { isPlainObject } from '../core/values/json.ts';
import { checkedOptions, FLAG } from '../core/values/option-checks.ts';
import type { OptionCheck } from '../core/values/option-checks.ts';
import { readOptions } from './options.ts';

/**
 * Reads the argument of `task.signature()` and `app.signature(name)`.
 *
 * @throws InvalidCanvas for a name that no task can have, InvalidOptions for a part that is unknown or wrong.
 */
export function readSpec(name: string, spec: unknown = {}): Omit<TaskData, 'untyped'> {
  if (name === '' || name.startsWith('celery.')) {
    const hint = name === '' ? '' : '. Build a canvas with chain(), group() or chord().';
    throw new InvalidCanvas(
      `Cannot build a signature by a name: ${mismatch('the name of a task', describe(name))}${hint}`,
    );
  }
  const what = `the signature of ${name}`;
  const given = checkedOptions<Partial<TaskData>>(spec, PARTS, what, what);
  const { args = [], kwargs = {}, options = {}, immutable = false } = given;
  return taskOf(name, { args: [...args], kwargs: { ...kwargs }, immutable, options: readOptions(options) });
}

// --- internal ---

const PARTS: Readonly<Record<string, OptionCheck>> = {
  args: { is: (value) => Array.isArray(value), want: 'a list of arguments' },
  kwargs: { is: isPlainObject, want: 'an object of keyword arguments' },
  options: { is: isPlainObject, want: 'an object of options' },
  immutable: FLAG,
};
