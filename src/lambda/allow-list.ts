import { mapChildren } from '../core/canvas/signature.ts';
import type { SignatureData } from '../core/canvas/signature.ts';
import { InvalidCanvas } from '../core/errors/caller.ts';
import { matches } from '../core/text/pattern.ts';

/** Returns whether callers may submit a task of this name. */
export type AllowList = (task: string) => boolean;

/**
 * Reads an allow-list: names of tasks, or patterns in which `*` stands for any characters, with commas between. An empty one allows nothing.
 *
 * @example
 * readAllowList('add, report-*')('report-daily'); // true
 */
export function readAllowList(text: string): AllowList {
  const names = text.split(',').map((name) => name.trim());
  const patterns = names.filter((name) => name !== '');
  return (task) => patterns.some((pattern) => matches(pattern, task));
}

/**
 * Refuses a canvas that names a task which is not on the list, as a step, a member, a body or a callback. It also
 * refuses one that names a queue of another app. The launches of an allowed task are not checked.
 *
 * @throws InvalidCanvas that names the task or the queue.
 */
export function checkAllowed(data: SignatureData, isAllowed: AllowList, queues: ReadonlySet<string>): void {
  for (const part of partsOf(data)) {
    const { queue } = part.options;
    if (part.kind === 'task' && !isAllowed(part.task)) {
      throw new InvalidCanvas(
        `Cannot submit ${part.task}: it is not on the allow-list. Add it to CHORDAL_SUBMIT_ALLOW, the parameter submitAllow of the stack.`,
      );
    }
    if (queue !== undefined && !queues.has(queue)) {
      throw new InvalidCanvas(
        `Cannot send to the queue ${queue}: it has no tasks. Known queues: ${[...queues].join(', ')}.`,
      );
    }
  }
}

// --- internal ---

/** A signature, and all that are in it. */
function partsOf(data: SignatureData): readonly SignatureData[] {
  const { link = [], linkError = [] } = data.options;
  const inside = [...link, ...linkError];
  mapChildren(data, (child) => {
    inside.push(child);
    return child;
  });
  return [data, ...inside.flatMap(partsOf)];
}
