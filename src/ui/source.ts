import type { KeptCall } from '../core/protocol/kept-call.ts';
import type { Shape } from '../core/protocol/shape.ts';
import type { ClientApp } from '../core/types/app.ts';
import type { Engine } from '../engine/engine.ts';
import type { JournalReader } from '../ports/journal.ts';
import type { Survey } from '../ports/survey.ts';

/** The cloud that a page shows, and what it may do there. */
export interface UiSource {
  /** The name of the stack or stage, as the page shows it. */
  readonly title: string;
  readonly engine: Engine;
  readonly app: ClientApp;
  readonly journal: JournalReader;
  readonly survey: Survey;
  /** Whether the page may revoke, redrive, purge, run, and pause schedules. */
  readonly canAct: boolean;
  /** Calls `onChange` when something has changed, until the function that it returns is called. */
  readonly watch: (onChange: () => void) => () => void;
  /** Returns how a task was called: a cloud in this process knows it of every task. */
  readonly callOf: (id: string) => KeptCall | undefined;
  /** Returns since when a task runs, in epoch ms: only a cloud in this process knows it, as nothing is written when a task starts. */
  readonly startOf: (id: string) => number | undefined;
  /** Lists, redrives or purges dead letters; no ids: all. Returns a line for each. */
  readonly deadLetters: (action: 'list' | 'redrive' | 'purge', ids: readonly string[]) => Promise<readonly unknown[]>;
  /** Returns a line for each recurring schedule. */
  readonly schedules: () => Promise<readonly unknown[]>;
  /** Has a recurring schedule run from now on, or not. Returns false if there is none of that name. */
  readonly setSchedule: (name: string, isEnabled: boolean) => Promise<boolean>;
  /** Returns a line for each message that the Scheduler holds, as many as a page shows. */
  readonly held: () => Promise<readonly HeldLine[]>;
  /** Returns a line for each open workflow, and whether it is lost. */
  readonly doctor: () => Promise<readonly unknown[]>;
  /** Returns the price of a canvas that goes well, in dollars, without Lambda's duration. */
  readonly priceOf: (shape: Shape) => { readonly least: number; readonly most: number };
  /** Returns the seconds that the limits of AWS alone leave a canvas: pollers that are added one by one, and a table's writes. */
  readonly limitSecondsOf: (shape: Shape) => number;
}

/** A message that the Scheduler holds, as the page shows it. */
export interface HeldLine {
  readonly id: string;
  /** The name of its task; of a canvas, absent. */
  readonly task?: string;
  readonly queue: string;
  /** ISO 8601: when it is due. */
  readonly due: string;
}
