import { workflowOf } from '../core/protocol/ids.ts';
import { jsonIn } from '../core/values/json.ts';
import type { LocalEvent } from './local-event.ts';

/** A line that a function has printed, as CloudWatch Logs has it. */
export interface KeptLine {
  /** Counts from 1. */
  readonly eventId: number;
  readonly functionName: string;
  /** Epoch ms. */
  readonly timestamp: number;
  readonly message: string;
}

/** The lines to find. */
export interface LineQuery {
  readonly functionName: string;
  /** Epoch ms. */
  readonly from: number;
  /** Epoch ms. */
  readonly to: number;
  readonly text: string;
  /** Only lines behind the one of this id. */
  readonly after: number;
  readonly limit: number;
}

type LogLine = Extract<LocalEvent, { type: 'log' }>;

/** Keeps the last lines that the functions of the embedded cloud have printed. */
export class LogStore {
  readonly #most: number;
  readonly #functions = new Set<string>();
  #lines: KeptLine[] = [];
  #count = 0;

  /** @param most how many lines it keeps at least. */
  constructor(most: number = MOST_LINES) {
    this.#most = most;
  }

  /** Keeps a line; the oldest ones go. */
  add(event: LogLine, timestamp: number): void {
    const { functionName } = event;
    this.#functions.add(functionName);
    this.#lines.push({ eventId: (this.#count += 1), functionName, timestamp, message: messageOf(event) });
    if (this.#lines.length >= this.#most * 2) this.#lines = this.#lines.slice(-this.#most);
  }

  /** Returns the names of the functions that have printed something. */
  functions(): readonly string[] {
    return [...this.#functions];
  }

  /** Returns lines in the order in which they were printed. */
  find({ functionName, from, to, text, after, limit }: LineQuery): readonly KeptLine[] {
    const found: KeptLine[] = [];
    for (const line of this.#lines) {
      if (found.length === limit) break;
      const isWanted = line.functionName === functionName && line.eventId > after && line.message.includes(text);
      if (isWanted && line.timestamp >= from && line.timestamp <= to) found.push(line);
    }
    return found;
  }
}

// --- internal ---

const MOST_LINES = 50_000;

/** Returns the line as a deployed function writes it: what a task prints with the console names the task. */
function messageOf({ line, run, stream }: LogLine): string {
  if (run === undefined || (line.startsWith('{') && jsonIn(line) !== undefined)) return line;
  const { task, id, attempt } = run;
  const level = stream === 'stderr' ? 'ERROR' : 'INFO';
  return JSON.stringify({ level, task, taskId: id, workflowId: workflowOf(id), attempt: attempt - 1, message: line });
}
