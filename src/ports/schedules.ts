/** A schedule as it stands in a cloud. */
export interface StandingSchedule {
  readonly name: string;
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  readonly expression: string;
  readonly timezone: string;
  /** The canvas, as a person would write it. */
  readonly canvas: string;
  readonly isEnabled: boolean;
  /** Epoch ms. */
  readonly start?: number;
  readonly end?: number;
  /** The queue of its messages, without the app's prefix. */
  readonly queue: string;
  /** The message of each run, with the Scheduler's attributes in it. */
  readonly body: string;
}

/** Whether a schedule runs. */
export interface SetEnabled {
  readonly name: string;
  readonly isEnabled: boolean;
}

/** The schedules that a deployment has made: for operators, not for functions. */
export interface Schedules {
  /** Returns all of them, by name. */
  list(): Promise<readonly StandingSchedule[]>;
  /** Has a schedule run, or not, from now on. A second call has no further effect. Returns false if there is none. */
  setEnabled(params: SetEnabled): Promise<boolean>;
}
