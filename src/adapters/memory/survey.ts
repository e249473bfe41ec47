import { bareFootprint } from '../../core/protocol/footprint.ts';
import type { Footprint } from '../../core/protocol/footprint.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import type { Footprints, InFlight, Survey } from '../../ports/survey.ts';
import type { MemoryJournal } from './journal.ts';
import type { MemoryOutcomes } from './outcomes.ts';
import type { MemoryPayloads } from './payloads.ts';
import type { MemoryQueues } from './queues.ts';
import type { MemoryRecords } from './records.ts';
import type { MemoryWindows } from './windows.ts';

/** The parts that a survey in memory looks at. */
export interface MemorySurveyParts {
  readonly outcomes: Pick<MemoryOutcomes, 'traces'>;
  readonly payloads: Pick<MemoryPayloads, 'blocks'>;
  readonly records: Pick<MemoryRecords, 'begun' | 'submitted'>;
  readonly windows: Pick<MemoryWindows, 'kept'>;
  readonly journal: Pick<MemoryJournal, 'listed'>;
  readonly queues: Pick<MemoryQueues, 'inFlight'>;
}

/** Looks at everything in memory. */
export class MemorySurvey implements Survey {
  readonly #parts: MemorySurveyParts;

  constructor(parts: MemorySurveyParts) {
    this.#parts = parts;
  }

  async *footprints({ workflow }: Footprints): AsyncIterable<Footprint> {
    const { outcomes, payloads, records, windows, journal } = this.#parts;
    const ofWorkflows = [...payloads.blocks(), ...records.submitted(), ...windows.kept(), ...journal.listed()];
    const all = [
      ...outcomes.traces(),
      ...records.begun().map(({ id, until }) => bareFootprint(id, until)),
      ...ofWorkflows.map(({ id, until }) => bareFootprint(workflowOf(id), until)),
    ];
    for (const trace of all) if (workflow === undefined || workflowOf(trace.id) === workflow) yield trace;
  }

  async inFlight(): Promise<InFlight> {
    return this.#parts.queues.inFlight();
  }
}
