/** A line of a function's log. */
export interface LogEvent {
  /** Distinguishes lines of one group. */
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  readonly group: string;
  readonly text: string;
}

/** The lines to read. */
export interface LogQuery {
  readonly group: string;
  /** A part of the line. */
  readonly text: string;
  /** Epoch ms. */
  readonly from: number;
  /** Epoch ms. */
  readonly to: number;
}

/** The logs of the functions of a stack. */
export interface LogSource {
  /** Returns the names of the groups that begin with a text. */
  groups(prefix: string): Promise<readonly string[]>;
  /** Returns the lines of a group, all pages of them. */
  events(query: LogQuery): Promise<readonly LogEvent[]>;
}
