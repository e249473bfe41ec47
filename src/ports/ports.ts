import type { Broker, Deliveries, Scheduler } from './broker.ts';
import type { CeleryResults } from './celery-results.ts';
import type { Journal } from './journal.ts';
import type { Outcomes } from './outcomes.ts';
import type { Payloads } from './payloads.ts';
import type { Places } from './places.ts';
import type { Records } from './records.ts';
import type { Clock, Log, Nonces } from './system.ts';
import type { Windows } from './windows.ts';

/** Everything outside a process that the engine works with. */
export interface Ports {
  readonly outcomes: Outcomes;
  readonly payloads: Payloads;
  readonly records: Records;
  readonly places: Places;
  readonly windows: Windows;
  readonly journal: Journal;
  readonly broker: Broker;
  readonly deliveries: Deliveries;
  /** Absent: long delays are made of short ones. */
  readonly scheduler?: Scheduler | undefined;
  /** Absent: no Celery application reads results. */
  readonly celery?: CeleryResults | undefined;
  readonly clock: Clock;
  readonly nonces: Nonces;
  readonly log: Log;
}
