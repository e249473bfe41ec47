import { EventEmitter, on } from 'node:events';
import type { LocalEvent } from '../../src/local/local-event.ts';

/** The lines that tasks have logged on the workers. */
export class WorkerLog {
  readonly #entries: Entry[] = [];
  readonly #emitter = new EventEmitter();

  /** Takes what happens in the embedded cloud. */
  readonly add = (event: LocalEvent): void => {
    if (event.type === 'trouble') console.error(event.message, event.error);
    if (event.type === 'batch' && event.problem !== undefined) console.error(event.functionName, event.problem);
    const entry = event.type === 'log' ? entryOf(event.line) : undefined;
    if (entry === undefined) return;
    this.#entries.push(entry);
    this.#emitter.emit('entry', entry);
  };

  /** The first message that the run of a task has logged; it may arrive after the task's value. */
  async messageOf(taskId: string): Promise<string> {
    const found = this.#entries.find((entry) => entry.taskId === taskId);
    if (found !== undefined) return found.message;
    const entries: AsyncIterable<Entry[]> = on(this.#emitter, 'entry', { signal: AbortSignal.timeout(PATIENCE_MS) });
    for await (const [entry] of entries) {
      if (entry?.taskId === taskId) return entry.message;
    }
    return '';
  }
}

// --- internal ---

const PATIENCE_MS = 10_000;

interface Entry {
  readonly taskId: string;
  readonly message: string;
}

/** A line of ours is JSON; others are not for us. */
function entryOf(line: string): Entry | undefined {
  try {
    const { taskId, message }: Partial<Record<string, unknown>> = JSON.parse(line);
    return typeof taskId === 'string' && typeof message === 'string' ? { taskId, message } : undefined;
  } catch {
    return undefined;
  }
}
