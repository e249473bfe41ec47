import type { SignatureData } from './signature.ts';

/**
 * Returns the id that a signature asks for as a whole: its own, or that of its tail, which has the id of the whole. A
 * chord's is its body's, as Celery freezes it: there the chord's own `task_id` is its header's.
 */
export function ownTaskId(data: SignatureData): string | undefined {
  let ofChord: string | undefined;
  for (let tail: SignatureData | undefined = data; tail !== undefined; tail = tailOf(tail)) {
    const { taskId } = tail.options;
    if (tail.kind === 'chord') ofChord ??= taskId;
    else if (taskId !== undefined) return taskId;
  }
  return ofChord;
}

// --- internal ---

function tailOf(data: SignatureData): SignatureData | undefined {
  if (data.kind === 'chord') return data.body;
  return data.kind === 'chain' ? data.steps.at(-1) : undefined;
}
